"""What a worker keeps of the command that it outlives: git's trust in folders, and nothing else."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError
from learn_core.git import leave_command, open_repository
from tests.conftest import git

if TYPE_CHECKING:
    from pathlib import Path

HEADER = 'Authorization: basic abc'


def left(*words: str, cwd: Path) -> dict[str, str]:
    """The environment of an alias that git runs with these options, as a worker leaves it."""
    shown = subprocess.run(
        ('git', *words, '-c', 'alias.shown=!env -0', 'shown'), cwd=cwd, capture_output=True
    )
    pairs = (one.partition('=') for one in os.fsdecode(shown.stdout).split('\0') if one)
    environ = {name: value for name, _, value in pairs}
    leave_command(environ)
    return environ


def test_every_variable_that_git_calls_local_is_left(folder: Path) -> None:
    """By git's own list, which grows."""
    local = git('rev-parse', '--local-env-vars', cwd=folder).split()
    environ = dict.fromkeys(local, '1') | {'HOME': '/home/ann'}
    leave_command(environ)
    assert environ == {'HOME': '/home/ann'}


def test_trust_that_was_given_for_one_command_is_kept_and_no_header(folder: Path) -> None:
    words = ('-c', 'safe.directory=*', '-c', f'http.extraHeader={HEADER}')
    environ = left(*words, cwd=folder)
    kept = {name: value for name, value in environ.items() if name.startswith('GIT_CONFIG_')}
    assert HEADER not in str(environ)
    assert kept['GIT_CONFIG_KEY_0'] == 'safe.directory'
    assert kept['GIT_CONFIG_VALUE_0'] == '*'
    assert kept['GIT_CONFIG_COUNT'] == '1'


def test_trust_is_kept_from_worker_to_worker(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in left('-c', 'safe.directory=/a', cwd=folder).items():
        if name.startswith('GIT_CONFIG_'):
            monkeypatch.setenv(name, value)
    before = dict(os.environ)
    leave_command(os.environ)
    assert dict(os.environ) == before


def test_trust_of_a_file_needs_no_hand(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('GIT_CONFIG_GLOBAL', str(tmp_path / 'global'))
    git('config', '--global', 'safe.directory', '/a', cwd=folder)
    assert 'GIT_CONFIG_COUNT' not in left('-c', 'a.b=c', cwd=folder)


def test_what_git_refuses_is_told_in_its_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1')
    with pytest.raises(LearnError) as trouble:
        open_repository(folder)
    assert 'detected dubious ownership in repository at' in str(trouble.value)
    assert f'git config --global --add safe.directory {folder}' in str(trouble.value).replace(
        "'", ''
    )
