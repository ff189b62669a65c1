"""Opening a repository, and asking a real git."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from learn_core import git as asked
from learn_core.errors import LearnError
from learn_core.git import Repository, open_repository
from tests.conftest import commit, git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_repository_is_opened_from_any_folder_in_it(folder: Path) -> None:
    (folder / 'a' / 'b').mkdir(parents=True)
    found = open_repository(folder / 'a' / 'b')
    assert (found.worktree, found.main_worktree) == (folder, folder)
    assert found.common == folder / '.git'


def test_a_linked_worktree_knows_the_main_one(folder: Path, linked: Path) -> None:
    found = open_repository(linked)
    assert (found.worktree, found.main_worktree) == (linked, folder)
    assert found.common == folder / '.git'


def test_what_is_no_worktree_is_an_error(folder: Path, tmp_path: Path) -> None:
    bare = tmp_path / f'{folder.name}.git'
    for place, why in (
        (tmp_path, 'not in a git repository'),
        (tmp_path / 'gone', 'not in a git repository'),
        (bare, 'bare repository'),
    ):
        with pytest.raises(LearnError, match=why):
            open_repository(place)


def test_without_git_one_line_says_so(folder: Path) -> None:
    code = 'from pathlib import Path; from learn_core.git import *; open_repository(Path())'
    child = subprocess.run(
        (sys.executable, '-c', code),
        cwd=folder,
        env={**os.environ, 'PATH': '/nowhere'},
        capture_output=True,
        text=True,
    )
    assert child.stderr.splitlines()[-1].endswith('git not found; install git and try again')


def test_a_git_that_is_gone_since_is_said(
    here: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv('PATH', str(tmp_path))
    with pytest.raises(LearnError, match='or git is not installed; try again in a worktree'):
        asked.current_branch(here)


def test_the_current_branch_is_known_before_its_first_commit(tmp_path: Path) -> None:
    git('init', '-q', '-b', 'P5-ü', cwd=tmp_path)
    assert asked.current_branch(open_repository(tmp_path)) == 'P5-ü'


def test_a_detached_head_is_on_no_branch(folder: Path, here: Repository) -> None:
    assert asked.current_branch(here) == 'master'
    git('switch', '-q', '--detach', cwd=folder)
    assert asked.current_branch(here) is None


def test_the_subjects_of_what_came_in_newest_first(folder: Path, here: Repository) -> None:
    before = git('rev-parse', 'HEAD', cwd=folder)
    for name in ('b.txt', 'c.txt'):
        after = commit(folder, name)
    assert asked.merge_subjects(here, before, after) == ['Add c.txt', 'Add b.txt']
    assert asked.merge_subjects(here, after, after) == []


@pytest.mark.parametrize('sha', ['', 'HEAD', '--output=x', 'a' * 40, 'g' * 40])
def test_an_unknown_sha_brought_nothing_in(folder: Path, here: Repository, sha: str) -> None:
    known = git('rev-parse', 'HEAD', cwd=folder)
    assert asked.merge_subjects(here, sha, known) == []
    assert git('status', '--porcelain', cwd=folder) == ''


@pytest.mark.parametrize(
    ('variable', 'configured', 'expected'),
    [
        (None, None, 'ssh -o BatchMode=yes'),
        (None, 'ssh -i key', 'ssh -i key -o BatchMode=yes'),
        ('ssh -F other', 'ssh -i key', 'ssh -F other -o BatchMode=yes'),
    ],
)
def test_ssh_is_told_never_to_ask_and_is_the_persons_own(
    repository: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    variable: str | None,
    configured: str | None,
    expected: str,
) -> None:
    folder = repository()
    if configured:
        git('config', 'core.sshCommand', configured, cwd=folder)
    if variable:
        monkeypatch.setenv('GIT_SSH_COMMAND', variable)
    environment = open_repository(folder).git.git.environment()
    assert environment['GIT_SSH_COMMAND'] == expected
    assert environment['GIT_ASKPASS'] == ''


def test_an_ssh_of_ones_own_is_left_alone(
    repository: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('GIT_SSH', '/usr/bin/my-ssh')
    assert 'GIT_SSH_COMMAND' not in open_repository(repository()).git.git.environment()
