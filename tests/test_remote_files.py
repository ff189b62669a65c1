"""What git is asked without a repository: files that lie elsewhere, and its own version."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from learn_core import git as asked
from learn_core.errors import LearnError
from tests.conftest import commit, git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A stranger's repository with a link, a folder, and attributes that would change a file."""
    other = tmp_path / 'other'
    git('init', '-q', str(other), cwd=tmp_path)
    (other / 'link').symlink_to('/etc/hostname')
    git('add', 'link', cwd=other)
    commit(other, '.gitattributes', '* text eol=crlf ident filter=evil\n')
    commit(other, 'inside/b.txt')
    commit(other, 'a.txt', 'a $Id$\n')
    return other


def test_files_that_lie_elsewhere_are_read_as_they_are(elsewhere: Path) -> None:
    found = asked.remote_files(f'file://{elsewhere}', most=1_000)
    assert set(found) == {'a.txt', '.gitattributes'}
    assert found['a.txt'] == b'a $Id$\n'


def test_files_that_lie_elsewhere_may_be_too_many_or_not_there(elsewhere: Path) -> None:
    with pytest.raises(LearnError, match='make it smaller'):
        asked.remote_files(f'file://{elsewhere}', most=10)
    for url in (f'file://{elsewhere}/no', '--upload-pack=touch x', ''):
        with pytest.raises(LearnError, match='git cannot fetch it'):
            asked.remote_files(url, most=10)


def test_the_version_of_git_is_known() -> None:
    said = subprocess.run(['git', 'version'], capture_output=True, text=True, check=True).stdout
    assert f' {".".join(map(str, asked.git_version()))}' in said
