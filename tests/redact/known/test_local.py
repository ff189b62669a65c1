"""What is secret on this machine is read from where people keep it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError
from learn_core.git import open_repository
from learn_core.redact.known import local
from learn_core.redact.known.local import local_secrets, redactor_in
from tests.conftest import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MARK = '[REDACTED:local-secret:1]'


@pytest.fixture
def folder(repository: Callable[..., Path]) -> Path:
    made = repository()
    (made / '.gitignore').write_text('.env*\n')
    return made


def known(folder: Path) -> set[str]:
    return set(local_secrets(open_repository(folder), os.environ))


def test_ignored_env_files_are_read_wherever_they_lie(folder: Path) -> None:
    (folder / '.env').write_text('MY_TOKEN=words-of-one\n')
    (folder / 'a' / 'b').mkdir(parents=True)
    (folder / 'a' / 'b' / '.env.local').write_text('MY_TOKEN=words-of-two\n')
    (folder / 'node_modules').mkdir()
    (folder / 'node_modules' / '.env').write_text('MY_TOKEN=words-of-others\n')
    assert known(folder) == {'words-of-one', 'words-of-two'}


def test_an_env_file_that_is_tracked_holds_no_secret(folder: Path) -> None:
    (folder / '.env.example').write_text('MY_TOKEN=words-of-one\n')
    git('add', '-f', '.env.example', cwd=folder)
    assert known(folder) == set()


def test_the_env_files_of_other_worktrees_count(folder: Path) -> None:
    git('add', '.gitignore', cwd=folder)
    git('commit', '-q', '-m', 'ignore', cwd=folder)
    other = folder.parent / 'other'
    git('worktree', 'add', '-q', '-b', 'P5-x', str(other), cwd=folder)
    (folder / '.env').write_text('MY_TOKEN=words-of-one\n')
    (other / '.env').write_text('MY_TOKEN=words-of-two\n')
    assert known(other) == {'words-of-one', 'words-of-two'}


def test_remotes_headers_netrc_and_credentials_are_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv('HOME', str(tmp_path))
    (tmp_path / '.netrc').write_text('machine a login b password words-of-netrc\n')
    (tmp_path / '.git-credentials').write_text('https://a:words-of-store@git.internal\n')
    git('config', 'remote.other.url', 'https://a:words-of-remote@git.internal/a', cwd=folder)
    git('config', 'http.https://git.internal/.extraheader', 'A: basic words-of-header', cwd=folder)
    git('config', 'url.https://a:words-of-alias@g.internal/.insteadOf', 'g:', cwd=folder)
    monkeypatch.setenv('SOME_API_KEY', 'words-of-environment')
    names = ('netrc', 'store', 'remote', 'header', 'alias', 'environment')
    assert known(folder) == {f'words-of-{name}' for name in names}


def test_what_can_not_be_read_is_as_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    os.mkfifo(folder / '.env')
    (folder / '.env.folder').mkdir()
    (folder / '.env.gone').symlink_to(tmp_path / 'gone')
    monkeypatch.setenv('NETRC', str(tmp_path))
    assert known(folder) == set()


def test_a_tree_of_any_size_is_looked_into_for_a_bounded_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, 'MOST_FOLDERS', 1)
    (folder / 'a').mkdir()
    (folder / 'a' / '.env').write_text('MY_TOKEN=words-of-one\n')
    assert known(folder) == set()


def test_a_redactor_knows_its_repository(folder: Path) -> None:
    (folder / '.env').write_text('MY_TOKEN=words-of-one\n')
    assert redactor_in(folder, os.environ).text('words-of-one') == MARK


def test_what_is_allowed_stays(folder: Path) -> None:
    (folder / '.env').write_text('MY_TOKEN=words-of-one\nOUR_TOKEN=words-of-two\n')
    git('config', '--add', 'learn-hook.allowSecret', '^words-of-o', cwd=folder)
    git('config', '--add', 'learn-hook.allowSecret', 'nothing', cwd=folder)
    clean = redactor_in(folder, os.environ).text('words-of-one words-of-two')
    assert clean == f'words-of-one {MARK}'


def test_an_allow_list_that_is_none_is_an_error(folder: Path) -> None:
    git('config', 'learn-hook.allowSecret', '(', cwd=folder)
    with pytest.raises(LearnError, match='allowSecret'):
        redactor_in(folder, os.environ)


def test_outside_of_a_repository_the_environment_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('MY_TOKEN', 'words-of-one')
    assert redactor_in(tmp_path, os.environ).text('words-of-one') == MARK
