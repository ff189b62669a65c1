"""Where a repository may lie, and what git's own variables must not do to a run."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.conftest import FETCH_URL, commit, git
from tests.promises.world import World, branch, landed, learn_hook, push, sent, session, small_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def with_remote(world: World, folder: Path) -> World:
    """The same world for a repository in another place."""
    if 'origin' not in git('remote', cwd=folder).split():
        git('remote', 'add', 'origin', FETCH_URL, cwd=folder)
    git('remote', 'set-url', 'origin', FETCH_URL, cwd=folder)
    git('remote', 'set-url', '--push', 'origin', str(world.bare), cwd=folder)
    return replace(world, folder=folder)


def with_a_git_folder_elsewhere(world: World, tmp_path: Path) -> World:
    folder = tmp_path / 'separate'
    words = ('-q', '-b', 'master', '--separate-git-dir', str(tmp_path / 'its git'))
    git('init', *words, str(folder), cwd=tmp_path)
    commit(folder, 'other.txt')
    return with_remote(world, folder)


def as_a_submodule(world: World, tmp_path: Path) -> World:
    above = tmp_path / 'above'
    git('init', '-q', '-b', 'master', str(above), cwd=tmp_path)
    words = ('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q')
    git(*words, str(world.bare), 'libs/below', cwd=above)
    return with_remote(world, above / 'libs' / 'below')


def as_a_linked_worktree(world: World, tmp_path: Path) -> World:
    git('worktree', 'add', '-q', '-b', 'linked', str(tmp_path / 'linked'), cwd=world.folder)
    return with_remote(world, tmp_path / 'linked')


def as_a_worktree_of_a_bare_repository(world: World, tmp_path: Path) -> World:
    bare = tmp_path / 'bare'
    git('clone', '-q', '--bare', str(world.bare), str(bare), cwd=tmp_path)
    git('worktree', 'add', '-q', '-b', 'linked', str(tmp_path / 'tree'), cwd=bare)
    return with_remote(world, tmp_path / 'tree')


@pytest.mark.parametrize(
    'make',
    [
        with_a_git_folder_elsewhere,
        as_a_submodule,
        as_a_linked_worktree,
        as_a_worktree_of_a_bare_repository,
    ],
)
def test_wherever_a_repository_lies_its_push_and_merge_are_learned_from(
    bare_world: World, tmp_path: Path, make: Callable[[World, Path], World]
) -> None:
    world = make(bare_world, tmp_path)
    assert learn_hook(world, 'install', '--yes').code == 0
    small_plan(world, 5)
    branch(world, 'P5-x')
    pushed = push(world, '-q', 'origin', 'P5-x')
    assert (pushed.code, pushed.words.count('learning from plan #5')) == (0, 1)
    assert landed(world, 'P5-x')
    assert sent(world) == [5]
    assert (world.folder / '.erk').exists() or make is as_a_linked_worktree

    git('switch', '-q', '-c', 'main', 'P5-x~1', cwd=world.folder)
    small_plan(world, 6)
    branch(world, 'P6-x')
    git('switch', '-q', 'main', cwd=world.folder)
    git('merge', '-q', 'P6-x', cwd=world.folder)
    assert sent(world) == [5, 6]

    common = git('rev-parse', '--path-format=absolute', '--git-common-dir', cwd=world.folder)
    assert learn_hook(world, 'uninstall').code == 0
    left = subprocess.run(('ls', f'{common}/hooks'), capture_output=True, text=True, check=True)
    assert [name for name in left.stdout.split() if not name.endswith('.sample')] == []


def test_a_push_from_anywhere_by_gits_own_variables(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    monkeypatch.setenv('GIT_DIR', str(world.common))
    monkeypatch.setenv('GIT_WORK_TREE', str(world.folder))
    assert push(world, '-q', 'origin', 'P5-x', cwd=tmp_path).code == 0
    assert sent(world) == [5]


def test_what_was_said_to_one_command_of_git_is_not_said_to_the_run(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git -c`, a namespace, an index and folders of objects of one command's own."""
    session(world, 'session-5', branch='P5-x')
    small_plan(world, 5)
    branch(world, 'P5-x')
    monkeypatch.setenv('GIT_NAMESPACE', 'theirs')
    monkeypatch.setenv('GIT_INDEX_FILE', str(tmp_path / 'index'))
    monkeypatch.setenv('GIT_CONFIG_COUNT', '1')
    monkeypatch.setenv('GIT_CONFIG_KEY_0', 'learn-hook.ref')
    monkeypatch.setenv('GIT_CONFIG_VALUE_0', 'nowhere')
    monkeypatch.setenv('GIT_CEILING_DIRECTORIES', str(world.folder.parent))
    words = ('-c', 'learn-hook.workflow=other.yml', 'push', '-q', 'origin', 'P5-x')
    git(*words, cwd=world.folder)
    assert sent(world) == [5]
