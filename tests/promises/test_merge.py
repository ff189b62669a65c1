"""A merge that brings a plan branch in: every way in which git tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import commit, git
from tests.promises.world import (
    REPO,
    at_rest,
    branch,
    learn_hook,
    notes,
    plan,
    plans,
    said,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.inside import Said
    from tests.promises.world import World

URL = 'https://github.com/acme/widgets.git'


def plan_branch(world: World, number: int) -> str:
    """A plan with a branch of one commit; master is checked out again."""
    small_plan(world, number)
    name = f'P{number}-x'
    branch(world, name)
    git('switch', '-q', 'master', cwd=world.folder)
    return name


def merge(world: World, *words: str) -> Said:
    done = said('git', 'merge', *words, cwd=world.folder)
    assert done.code == 0, done.words
    return done


def team(world: World) -> Path:
    """A teammate's clone of the same repository, which is fetched from as well."""
    clone = world.folder.with_name('teammate')
    git('config', f'url.{world.bare}.insteadOf', URL, cwd=world.folder)
    git('clone', '-q', str(world.bare), str(clone), cwd=world.folder)
    return clone


def pull(world: World, *words: str) -> None:
    done = said('git', 'pull', '--no-rebase', *words, cwd=world.folder)
    assert done.code == 0, done.words


@pytest.mark.parametrize('words', [(), ('--no-ff', '--no-edit'), ('--squash',)])
def test_a_local_merge_names_its_plan_branch(world: World, words: tuple[str, ...]) -> None:
    merge(world, *words, plan_branch(world, 5))
    assert sent(world) == [5]
    (record,) = plans(world)
    assert [outcome.kind for outcome in record.history] == ['merge']


def test_a_merge_of_the_remotes_branch_is_one_of_the_plan(background: World) -> None:
    world = background
    name = plan_branch(world, 5)
    git('push', '-q', '--no-verify', 'origin', name, cwd=world.folder)
    git('branch', '-q', '-D', name, cwd=world.folder)
    merge(world, f'origin/{name}')
    at_rest(world)
    assert sent(world) == [5]


def test_an_octopus_brings_all_its_plans(world: World) -> None:
    names = [plan_branch(world, number) for number in (5, 6)]
    merge(world, '--no-edit', *names)
    assert sorted(sent(world)) == [5, 6]


def test_the_branch_one_came_from_is_known_by_its_name(world: World) -> None:
    name = plan_branch(world, 5)
    git('switch', '-q', name, cwd=world.folder)
    git('switch', '-q', 'master', cwd=world.folder)
    merge(world, '-')
    assert sent(world) == [5]


def test_a_pull_brings_the_merge_of_a_pull_request(world: World) -> None:
    small_plan(world, 5)
    there = team(world)
    git('switch', '-q', '-c', 'P5-x', cwd=there)
    commit(there, 'b.txt')
    git('switch', '-q', 'master', cwd=there)
    subject = 'Merge pull request #45 from acme/P5-x'
    git('merge', '-q', '--no-ff', '-m', subject, 'P5-x', cwd=there)
    git('push', '-q', 'origin', 'master', cwd=there)
    pull(world)
    assert sent(world) == [5]


@pytest.mark.parametrize('diverged', [False, True])
def test_the_pull_requests_of_squashed_commits_are_asked_for_in_one_request(
    world: World, diverged: bool
) -> None:
    for number, request in ((5, 45), (6, 46)):
        small_plan(world, number)
        world.hub.add_pull(REPO, request, head=f'P{number}-x', state='MERGED')
    there = team(world)
    for request in (45, 46):
        (there / 'c.txt').write_text(f'{request}', encoding='utf-8')
        git('add', '.', cwd=there)
        git('commit', '-q', '-m', f'Let it try again (#{request})', cwd=there)
    git('push', '-q', 'origin', 'master', cwd=there)
    if diverged:
        commit(world.folder, 'mine.txt')
    pull(world, '--no-edit')
    assert sorted(sent(world)) == [5, 6]
    assert len([asked for asked in world.hub.requests if b'query Numbers' in asked.body]) == 1


def test_a_merge_of_a_plan_without_a_session_here_sends_nothing(world: World) -> None:
    plan(world, 5, last_local_impl_session='of-a-teammate')
    world.hub.add_pull(REPO, 45, head='P5-x')
    world.hub.add_comment(REPO, 45, 'Looks good')
    branch(world, 'P5-x')
    git('switch', '-q', 'master', cwd=world.folder)
    merge(world, 'P5-x')
    assert world.hub.gists == {}
    assert notes(world) == [('dropped', 'no session of the merged plan is on this machine')]


@pytest.mark.parametrize('words', [(), ('--no-ff', '--no-edit'), ('--squash',)])
def test_a_merge_of_any_other_branch_means_nothing(world: World, words: tuple[str, ...]) -> None:
    small_plan(world, 5)
    branch(world, 'topic')
    git('switch', '-q', 'master', cwd=world.folder)
    assert 'learn-hook' not in merge(world, *words, 'topic').words
    assert world.hub.requests == []
    assert plans(world) == []


def test_a_pull_of_ordinary_commits_means_nothing(world: World) -> None:
    small_plan(world, 5)
    there = team(world)
    commit(there, 'b.txt')
    git('push', '-q', 'origin', 'master', cwd=there)
    pull(world)
    assert world.hub.requests == []
    assert plans(world) == []


def test_a_merge_where_it_is_switched_off_means_nothing(world: World) -> None:
    name = plan_branch(world, 5)
    git('config', 'learn-hook.consent', 'no', cwd=world.folder)
    merge(world, name)
    assert world.hub.requests == []
    assert plans(world) == []
    assert 'off, by git config learn-hook.consent' in learn_hook(world, 'status').words


def test_a_plan_that_was_pushed_is_learned_once_more_when_it_is_merged(world: World) -> None:
    name = plan_branch(world, 5)
    git('push', '-q', 'origin', name, cwd=world.folder)
    merge(world, name)
    assert sent(world) == [5, 5]
    assert notes(world) == [('done', ''), ('done', '')]


def test_git_config_also_names_the_plan_of_a_merged_branch(world: World) -> None:
    session(world, 'session-7')
    plan(world, 7, last_local_impl_session='session-7')
    branch(world, 'topic')
    git('switch', '-q', 'master', cwd=world.folder)
    git('config', 'branch.topic.learn-issue', '7', cwd=world.folder)
    merge(world, 'topic')
    assert sent(world) == [7]
