"""Everything that is asked of git, asked of a real one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from learn_core import git as asked
from learn_core.errors import LearnError
from learn_core.git import Repository, open_repository
from tests.conftest import FETCH_URL, commit, git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(repository: Callable[..., Path]) -> Path:
    return repository()


@pytest.fixture
def here(folder: Path) -> Repository:
    return open_repository(folder)


@pytest.fixture
def linked(folder: Path) -> Path:
    other = folder.parent / 'zweiter baum'
    git('worktree', 'add', '-q', '-b', 'P5-x', str(other), cwd=folder)
    return other


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
        (tmp_path, 'in no git repository'),
        (tmp_path / 'gone', 'in no git repository'),
        (bare, 'bare repository'),
    ):
        with pytest.raises(LearnError, match=why):
            open_repository(place)


def test_without_git_one_line_says_so(folder: Path) -> None:
    code = 'from learn_core.git import *; open_repository(Path.cwd())'
    child = subprocess.run(
        (sys.executable, '-c', code),
        cwd=folder,
        env={**os.environ, 'PATH': '/nowhere'},
        capture_output=True,
        text=True,
    )
    assert child.stderr.splitlines()[-1].endswith(
        'git is not to be found; install it and try again'
    )


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


def test_the_current_branch_is_known_before_its_first_commit(tmp_path: Path) -> None:
    git('init', '-q', '-b', 'P5-ü', cwd=tmp_path)
    assert asked.current_branch(open_repository(tmp_path)) == 'P5-ü'


def test_a_detached_head_is_on_no_branch(folder: Path, here: Repository) -> None:
    assert asked.current_branch(here) == 'master'
    git('switch', '-q', '--detach', cwd=folder)
    assert asked.current_branch(here) is None


def test_all_worktrees_are_listed(folder: Path, here: Repository, linked: Path) -> None:
    assert asked.worktrees(here) == [(folder, 'master'), (linked, 'P5-x')]
    git('switch', '-q', '--detach', cwd=linked)
    assert asked.worktrees(here)[1] == (linked, None)


def test_the_remote_says_what_its_default_branch_is(folder: Path, here: Repository) -> None:
    assert asked.default_branches(here) == {'main', 'master'}
    git('update-ref', 'refs/remotes/origin/dev/x', 'HEAD', cwd=folder)
    git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/dev/x', cwd=folder)
    assert asked.default_branches(here) == {'main', 'master', 'dev/x'}


def test_the_issue_of_a_branch_is_asked_for_by_its_name(folder: Path, here: Repository) -> None:
    git('config', 'branch.fix.ü=x.learn-issue', '5', cwd=folder)
    assert asked.learn_issue(here, 'fix.ü=x') == '5'
    assert asked.learn_issue(here, 'other') is None
    assert asked.learn_issue(here, '') is None


def test_a_remote_is_resolved_as_git_does(folder: Path, here: Repository) -> None:
    assert asked.remotes(here) == ['origin']
    assert asked.remote_urls(here, 'origin') == [FETCH_URL]
    git('config', 'url.https://github.com/.insteadOf', 'gh:', cwd=folder)
    assert asked.remote_urls(here, 'gh:acme/widgets') == ['https://github.com/acme/widgets']


def test_what_is_written_counts_where_it_is_pushed_through_a_mirror(
    folder: Path, here: Repository
) -> None:
    git('config', 'url./srv/mirror/.insteadOf', 'https://github.com/', cwd=folder)
    assert asked.remote_urls(here, 'origin') == ['/srv/mirror/acme/widgets.git', FETCH_URL]


def test_a_push_has_landed_where_the_tracking_ref_says_so(folder: Path, here: Repository) -> None:
    git('switch', '-q', '-c', 'P5-x', cwd=folder)
    sha = commit(folder, 'b.txt')
    place = ('origin', str(folder.parent / f'{folder.name}.git'), 'P5-x')
    assert not asked.has_landed(here, *place, sha)
    git('push', '-q', 'origin', 'P5-x', cwd=folder)
    assert asked.has_landed(here, *place, sha)
    assert not asked.has_landed(here, *place, '0' * 40)


def test_of_a_push_by_url_the_remote_is_asked(folder: Path, here: Repository) -> None:
    bare = str(folder.parent / f'{folder.name}.git')
    sha = git('rev-parse', 'HEAD', cwd=folder)
    assert asked.has_landed(here, bare, bare, 'master', sha)
    assert not asked.has_landed(here, bare, bare, 'other', sha)
    assert not asked.has_landed(here, f'{bare}x', f'{bare}x', 'master', sha)


def test_a_url_that_looks_like_an_option_is_none(folder: Path, here: Repository) -> None:
    trap = f'--upload-pack=touch {folder.parent / "trapped"}'
    assert not asked.has_landed(here, trap, trap, 'master', 'a' * 40)
    assert FETCH_URL not in asked.remote_urls(here, trap)
    assert not (folder.parent / 'trapped').exists()


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


def test_a_key_is_set_and_taken_away(folder: Path, here: Repository) -> None:
    asked.set_config(here, 'learn-hook.consent', 'yes')
    assert git('config', 'learn-hook.consent', cwd=folder) == 'yes'
    asked.set_config(here, 'learn-hook.consent', None)
    asked.set_config(here, 'learn-hook.consent', None)
    assert 'consent' not in git('config', '--list', cwd=folder)


def test_a_config_that_is_locked_is_an_error(folder: Path, here: Repository) -> None:
    (folder / '.git' / 'config.lock').touch()
    with pytest.raises(LearnError, match=r'could not change learn-hook\.consent'):
        asked.set_config(here, 'learn-hook.consent', 'yes')


def test_hooks_are_where_git_looks_for_them(folder: Path, linked: Path) -> None:
    for place in (folder, linked):
        assert asked.hooks_folder(open_repository(place)).resolve() == folder / '.git' / 'hooks'
    git('config', 'core.hooksPath', 'my hooks', cwd=folder)
    assert asked.hooks_folder(open_repository(folder)) == folder / 'my hooks'


def test_a_place_on_this_machine_is_no_url() -> None:
    assert all(map(asked.is_path, ('/srv/x', './x', '../x', '~/x', 'file:///x', 'x')))
    assert not any(map(asked.is_path, ('https://github.com/a/b', 'git@github.com:a/b.git')))


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


def test_a_push_has_landed_also_when_the_branch_moved_on(repository: Callable[..., Path]) -> None:
    folder = repository()
    first = commit(folder, 'one.txt')
    git('push', '-q', 'origin', 'master', cwd=folder)
    commit(folder, 'two.txt')
    git('push', '-q', 'origin', 'master', cwd=folder)
    mine = commit(folder, 'three.txt')
    seen = open_repository(folder)
    assert asked.has_landed(seen, 'origin', '', 'master', first)
    assert not asked.has_landed(seen, 'origin', '', 'master', mine)
