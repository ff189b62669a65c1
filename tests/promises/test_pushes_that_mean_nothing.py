"""What is no push of a plan: GitHub is asked nothing, nothing is made, the push ends as ever."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.conftest import commit, git
from tests.promises.world import (
    assert_nothing_happened,
    at_rest,
    branch,
    landed,
    learn_hook,
    notes,
    plan,
    plans,
    push,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.promises.world import World

REFERENCES = ('.erk/impl-context/plan-ref.json', '.impl/plan-ref.json', '.impl/issue.json')


def leave_references(world: World) -> None:
    """The files of a merged plan, all three of them."""
    for name in REFERENCES:
        commit(world.folder, name, json.dumps({'plan_id': 5, 'issue_number': 5}))


def silent(world: World, *words: str) -> None:
    """A push that ends well, and learn-hook says not a word."""
    pushed = push(world, *words)
    assert pushed.code == 0
    assert 'learn-hook' not in pushed.words


@pytest.mark.parametrize('default', ['master', 'main'])
def test_the_default_branch_is_no_plan_also_with_a_merged_plans_files(
    world: World, default: str
) -> None:
    small_plan(world, 5)
    git('switch', '-q', '-C', default, cwd=world.folder)
    leave_references(world)
    silent(world, 'origin', default)
    assert landed(world, default)
    assert world.hub.requests == []
    assert plans(world) == []


def test_a_default_branch_of_another_name_is_no_plan_either(world: World) -> None:
    small_plan(world, 5)
    branch(world, 'trunk')
    git('update-ref', 'refs/remotes/origin/trunk', 'HEAD', cwd=world.folder)
    git('remote', 'set-head', 'origin', 'trunk', cwd=world.folder)
    leave_references(world)
    silent(world, 'origin', 'trunk')
    assert world.hub.requests == []
    assert plans(world) == []


def test_a_tag_is_no_plan_whatever_its_name(world: World) -> None:
    small_plan(world, 5)
    for tag in ('v1', 'P5-x', '5-x', 'P5-y'):
        git('tag', tag, cwd=world.folder)
    silent(world, 'origin', 'v1')
    silent(world, 'origin', 'P5-x', 'refs/tags/5-x')
    silent(world, '--tags', 'origin')
    assert_nothing_happened(world)


def test_a_deletion_is_no_plan(world: World) -> None:
    small_plan(world, 5)
    git('push', '-q', '--no-verify', 'origin', 'master:P5-x', 'master:P5-y', cwd=world.folder)
    silent(world, '--delete', 'origin', 'P5-x')
    silent(world, 'origin', ':P5-y')
    assert not landed(world, 'P5-x')
    assert not landed(world, 'P5-y')
    assert_nothing_happened(world)


def test_a_branch_without_a_number_is_no_plan(world: World) -> None:
    small_plan(world, 5)
    names = ('topic', 'P5', 'P5-', '5', 'xP5-x', 'feature/P5-x', 'P0-x')
    for name in names:
        git('branch', name, cwd=world.folder)
    silent(world, 'origin', *names)
    assert landed(world, 'P5-')
    assert_nothing_happened(world)


def by_branch(world: World, _: pytest.MonkeyPatch) -> None:
    git('config', 'branch.P5-x.learn-issue', 'none', cwd=world.folder)


def by_config(world: World, _: pytest.MonkeyPatch) -> None:
    git('config', 'learn-hook.enabled', 'false', cwd=world.folder)


def by_refusal(world: World, _: pytest.MonkeyPatch) -> None:
    git('config', 'learn-hook.consent', 'no', cwd=world.folder)


def by_environment(_: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('LEARN_HOOK', '0')


def by_ci(_: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('CI', 'true')


@pytest.mark.parametrize('switched_off', [by_branch, by_config, by_refusal, by_environment, by_ci])
def test_switched_off_a_push_prints_nothing_of_ours(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    switched_off: Callable[[World, pytest.MonkeyPatch], None],
) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    switched_off(world, monkeypatch)
    silent(world, 'origin', 'P5-x')
    assert landed(world, 'P5-x')
    assert_nothing_happened(world)


def test_on_a_ci_runner_it_can_be_switched_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('CI', 'true')
    monkeypatch.setenv('LEARN_HOOK', '1')
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert sent(world) == [5]


def test_a_push_to_another_forge_asks_github_nothing(background: World) -> None:
    world = background
    small_plan(world, 5)
    branch(world, 'P5-x')
    urls = (
        'https://gitlab.com/acme/widgets.git',
        'git@gitlab.acme.test:acme/widgets.git',
        'ssh://git@bitbucket.org/acme/widgets',
    )
    for number, url in enumerate(urls):
        git('remote', 'add', f'other{number}', url, cwd=world.folder)
        git('remote', 'set-url', '--push', f'other{number}', str(world.bare), cwd=world.folder)
        assert push(world, f'other{number}', f'HEAD:P5-x{number}').code == 0
        assert landed(world, f'P5-x{number}')
    at_rest(world)
    assert world.hub.requests == []
    assert [state for state, _ in notes(world)] == ['dropped'] * 3


def test_a_push_that_does_not_land_is_no_push(background: World) -> None:
    world = background
    for number in (5, 6, 7):
        small_plan(world, number)
        branch(world, f'P{number}-x')
    git('push', '-q', '--no-verify', 'origin', 'P5-x', cwd=world.folder)
    elsewhere = world.folder.with_name('elsewhere')
    git('clone', '-q', str(world.bare), str(elsewhere), cwd=world.folder)
    git('switch', '-q', 'P5-x', cwd=elsewhere)
    commit(elsewhere, 'other.txt')
    git('push', '-q', 'origin', 'P5-x', cwd=elsewhere)
    git('switch', '-q', 'P5-x', cwd=world.folder)
    mine = commit(world.folder, 'mine.txt')
    assert 'rejected' in push(world, 'origin', 'P5-x').words

    refuse(world.bare / 'hooks' / 'pre-receive')
    assert 'declined' in push(world, 'origin', 'P6-x').words
    assert push(world, '--dry-run', 'origin', 'P7-x').code == 0
    at_rest(world)
    assert landed(world, 'P5-x') != mine
    assert_nothing_happened(world)


def refuse(hook: Path) -> None:
    """The server's own no."""
    hook.write_text('#!/bin/sh\nexit 1\n', encoding='utf-8')
    hook.chmod(0o755)


def test_a_number_whose_issue_is_no_plan_is_left_alone_without_a_word(world: World) -> None:
    world.hub.add_issue('acme/widgets', 2024, title='Numbers of the year')
    branch(world, '2024-q1-report')
    silent(world, 'origin', '2024-q1-report')
    assert world.hub.gists == {}
    ((state, note),) = notes(world)
    assert state == 'dropped'
    assert note in learn_hook(world, 'log').words
    assert '#2024 is not marked as a plan' in note


def test_a_number_without_an_issue_is_asked_for_once(world: World) -> None:
    branch(world, '2025-plans')
    silent(world, 'origin', '2025-plans')
    asked = len(world.hub.requests)
    commit(world.folder, 'topic.txt')
    git('switch', '-q', 'master', cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    about = [request for request in world.hub.requests[asked:] if b'2025' in request.body]
    assert about == []
    assert sent(world) == [5]


def test_a_plan_that_was_made_by_learning_is_not_learned_from(world: World) -> None:
    session(world, 'held')
    plan(world, 5, last_local_impl_session='held', learned_from_issue=4)
    plan(world, 6, last_local_impl_session='held', labels=('erk-learn',))
    branch(world, 'P5-x')
    git('branch', 'P6-x', cwd=world.folder)
    push(world, 'origin', 'P5-x', 'P6-x')
    assert world.hub.gists == {}
    assert learn_hook(world, 'status').words.count('itself made by learning') == 2
    assert learn_hook(world, '--issue', '5').code == 1
    assert sent(world) == []
    assert learn_hook(world, '--issue', '5', '--force').code == 0
    assert sent(world) == [5]
