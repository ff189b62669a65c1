"""What a real git's configuration says."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from learn_core import git as asked
from learn_core.errors import LearnError
from learn_core.git import Repository, open_repository
from tests.conftest import git

if TYPE_CHECKING:
    from pathlib import Path


def test_settings_are_those_of_learn_hook(folder: Path, here: Repository) -> None:
    git('config', 'learn-hook.maxTokens', '9000', cwd=folder)
    git('config', 'learn-hook.ref', 'two\nlines', cwd=folder)
    git('config', 'user.learn-hook', 'x', cwd=folder)
    assert asked.settings_of(here) == {
        'learn-hook.maxtokens': '9000',
        'learn-hook.ref': 'two\nlines',
    }


def test_of_the_consent_only_what_the_person_said_is_read(
    folder: Path, here: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git('config', '--file', 'shared', 'learn-hook.consent', 'yes', cwd=folder)
    git('config', 'include.path', '../shared', cwd=folder)
    assert asked.settings_of(here) == {}
    monkeypatch.setenv('GIT_CONFIG_GLOBAL', str(tmp_path / 'global'))
    git('config', '--global', 'learn-hook.consent', 'github.com/acme', cwd=folder)
    git('config', 'learn-hook.consent', 'no', cwd=folder)
    assert asked.settings_of(here) == {'learn-hook.consent': 'github.com/acme\nno'}


def test_all_worktrees_are_listed(folder: Path, here: Repository, linked: Path) -> None:
    assert asked.worktrees(here) == [(folder, 'master'), (linked, 'P5-x')]
    git('switch', '-q', '--detach', cwd=linked)
    assert asked.worktrees(here)[1] == (linked, None)


def test_the_issue_of_a_branch_is_asked_for_by_its_name(folder: Path, here: Repository) -> None:
    git('config', 'branch.fix.ü=x.learn-issue', '5', cwd=folder)
    assert asked.learn_issue(here, 'fix.ü=x') == '5'
    assert asked.learn_issue(here, 'other') is None
    assert asked.learn_issue(here, '') is None


def test_a_key_is_set_and_unset(folder: Path, here: Repository) -> None:
    asked.set_config(here, 'learn-hook.consent', ['yes'])
    assert git('config', 'learn-hook.consent', cwd=folder) == 'yes'
    asked.set_config(here, 'learn-hook.consent', [])
    asked.set_config(here, 'learn-hook.consent', [])
    assert 'consent' not in git('config', '--list', cwd=folder)


def test_a_config_that_is_locked_is_an_error(folder: Path, here: Repository) -> None:
    (folder / '.git' / 'config.lock').touch()
    with pytest.raises(LearnError, match=r'could not change learn-hook\.consent'):
        asked.set_config(here, 'learn-hook.consent', ['yes'])


def test_hooks_are_where_git_looks_for_them(folder: Path, linked: Path) -> None:
    for place in (folder, linked):
        assert asked.hooks_folder(open_repository(place)).resolve() == folder / '.git' / 'hooks'
    git('config', 'core.hooksPath', 'my hooks', cwd=folder)
    assert asked.hooks_folder(open_repository(folder)) == folder / 'my hooks'


def test_a_git_that_lists_worktrees_by_lines_alone_is_understood(
    folder: Path, linked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which('git')
    program = tmp_path / 'old' / 'git'
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *worktree*-z*) exit 129 ;; esac\nexec {real} "$@"\n'
    )
    program.chmod(0o755)
    expected = asked.worktrees(open_repository(folder))
    monkeypatch.setenv('PATH', str(program.parent), prepend=os.pathsep)
    assert asked.worktrees(open_repository(folder)) == expected
    assert linked in [place for place, _ in expected]


def test_several_values_are_set_and_read_back(folder: Path, here: Repository) -> None:
    for values in (['a', 'b\nc'], ['d'], ['d', 'e', 'e'], []):
        asked.set_config(here, 'learn-hook.branches', values)
        assert asked.local_values(here, 'learn-hook.branches') == values


def test_what_is_so_already_changes_no_byte(folder: Path, here: Repository) -> None:
    asked.set_config(here, 'learn-hook.branches', ['a', 'b'])
    before = (folder / '.git' / 'config').read_bytes()
    asked.set_config(here, 'learn-hook.branches', ['a', 'b'])
    asked.set_config(here, 'learn-hook.consent', [])
    assert (folder / '.git' / 'config').read_bytes() == before
