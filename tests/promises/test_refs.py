"""What a push may look like: several branches, no branch at all, another worktree, a bare URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import commit, git
from tests.promises.world import (
    World,
    at_rest,
    block,
    branch,
    landed,
    manifest,
    notes,
    plans,
    push,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_several_branches_of_one_push_are_taken_one_after_the_other(world: World) -> None:
    for number in (5, 6):
        small_plan(world, number)
        branch(world, f'P{number}-x')
    pushed = push(world, 'origin', 'P5-x', 'P6-x', 'master')
    assert sorted(sent(world)) == [5, 6]
    assert pushed.words.count('learn-hook: ') == 1
    assert 'plans #5, #6' in pushed.words


def test_all_branches_at_once_are_asked_each(background: World) -> None:
    world = background
    for number in (5, 6):
        small_plan(world, number)
        branch(world, f'P{number}-x')
    branch(world, 'topic')
    assert push(world, '--all', 'origin').code == 0
    at_rest(world)
    assert sorted(sent(world)) == [5, 6]
    found = [outcome.branch for record in plans(world) for outcome in record.history]
    assert sorted(found) == ['P5-x', 'P6-x']


def test_a_head_that_is_pushed_as_a_plan_branch_is_one(world: World) -> None:
    small_plan(world, 5)
    branch(world, 'topic')
    push(world, 'origin', 'HEAD:refs/heads/P5-x')
    assert sent(world) == [5]


def test_the_remote_name_is_asked_before_the_local_one(world: World) -> None:
    for number in (5, 6, 7):
        small_plan(world, number)
    branch(world, 'P6-x')
    push(world, 'origin', 'P6-x:P5-x')
    push(world, 'origin', 'HEAD:topic')
    assert sorted(sent(world)) == [5, 6]
    git('config', 'branch.P6-x.learn-issue', '7', cwd=world.folder)
    push(world, 'origin', 'HEAD:P8-x')
    assert sent(world) == [5, 6, 7]


def test_a_detached_head_has_its_remote_name_alone(world: World) -> None:
    small_plan(world, 5)
    branch(world, 'topic')
    git('switch', '-q', '--detach', cwd=world.folder)
    commit(world.folder, '.impl/issue.json', '{"issue_number": 6}')
    push(world, 'origin', 'HEAD:refs/heads/nameless')
    assert plans(world) == []
    push(world, 'origin', 'HEAD:refs/heads/P5-x')
    assert sent(world) == [5]


def test_a_commit_without_a_branch_can_be_pushed_as_one(background: World) -> None:
    world = background
    small_plan(world, 5)
    sha = branch(world, 'topic')
    push(world, 'origin', f'{sha}:refs/heads/P5-x')
    at_rest(world)
    assert sent(world) == [5]


def test_a_push_out_of_a_linked_worktree_puts_its_materials_in_the_main_one(
    background: World,
) -> None:
    world = background
    linked = world.folder.with_name('zweiter Baum')
    git('worktree', 'add', '-q', '-b', 'P5-x', str(linked), cwd=world.folder)
    commit(linked, 'b.txt')
    session(world, 'held-there', folder=linked, branch='P5-x')
    world.hub.add_issue('acme/widgets', 5, body=block('plan-header', branch_name='P5-x'))
    assert push(world, 'origin', 'P5-x', cwd=linked).code == 0
    at_rest(world)
    assert sent(world) == [5]
    assert (world.folder / '.erk/scratch/learn-5/impl-held-there.xml').exists()
    assert not (linked / '.erk').exists()
    assert [entry['why'] for entry in manifest(world)['files']] == ['branch', 'sessions']


def test_a_push_from_below_the_root_is_a_push(world: World) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    commit(world.folder, 'src/deep/a.txt')
    push(world, 'origin', 'P5-x', cwd=world.folder / 'src' / 'deep')
    assert sent(world) == [5]
    assert (world.folder / '.erk').exists()


@pytest.mark.parametrize('setting', ['insteadOf', 'pushInsteadOf'])
def test_a_push_by_url_has_landed_when_the_server_says_so(background: World, setting: str) -> None:
    world = background
    url = 'https://github.com/acme/widgets.git'
    git('remote', 'remove', 'origin', cwd=world.folder)
    git('config', f'url.{world.bare}.{setting}', url, cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    assert push(world, url, 'P5-x').code == 0
    at_rest(world)
    assert landed(world, 'P5-x')
    assert sent(world) == [5]


def test_a_remote_may_be_written_in_any_of_gits_ways(background: World) -> None:
    world = background
    git('remote', 'remove', 'origin', cwd=world.folder)
    urls = (
        'git@github.com:acme/widgets.git',
        'ssh://git@github.com/acme/widgets',
        'https://github.com/acme/widgets',
        'git@git.acme.test:acme/widgets.git',
    )
    for number, url in enumerate(urls, 5):
        small_plan(world, number)
        branch(world, f'P{number}-x')
        git('remote', 'add', f'r{number}', url, cwd=world.folder)
        git('remote', 'set-url', '--push', f'r{number}', str(world.bare), cwd=world.folder)
        assert push(world, f'r{number}', f'P{number}-x').code == 0
    at_rest(world)
    assert sorted(sent(world)) == [5, 6, 7, 8]


def test_the_repo_of_the_plan_is_upstream_if_that_holds_it(
    world: World, repository: Callable[..., Path]
) -> None:
    small_plan(world, 5)
    git('remote', 'rename', 'origin', 'upstream', cwd=world.folder)
    git('remote', 'add', 'fork', 'https://github.com/ann/widgets.git', cwd=world.folder)
    git('remote', 'set-url', '--push', 'fork', str(world.bare), cwd=world.folder)
    branch(world, 'P5-x')
    push(world, 'fork', 'P5-x')
    assert notes(world) == [('done', '')]
    (started,) = world.hub.runs
    assert started.repo.full_name == 'acme/widgets'


def test_a_push_that_is_begun_with_git_dir_in_the_environment_is_a_push(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    monkeypatch.setenv('GIT_DIR', str(world.common))
    monkeypatch.setenv('GIT_WORK_TREE', str(world.folder))
    assert push(world, 'origin', 'P5-x', cwd=world.folder.parent).code == 0
    monkeypatch.delenv('GIT_DIR')
    monkeypatch.delenv('GIT_WORK_TREE')
    assert sent(world) == [5]
