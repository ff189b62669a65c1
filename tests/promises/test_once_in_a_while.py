"""A plan branch is pushed many times; a run of the workflow costs money, and one shows it all."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from learn_core.plans.record import change, left_alone
from tests.conftest import commit, git
from tests.promises.world import (
    add_entries,
    at_rest,
    branch,
    learn_hook,
    manifest,
    materials,
    notes,
    plans,
    push,
    said,
    sent,
    small_plan,
    wait_until,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.promises.world import World


@pytest.fixture
def hourly(world: World) -> World:
    """As it is for a person: pushes of a plan are learned from once an hour."""
    git('config', '--unset', 'learn-hook.every', cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert sent(world) == [5]
    return world


def went_on(world: World, words: str) -> None:
    """The session says more, and the branch is pushed again."""
    (log,) = world.claude.rglob('session-5.jsonl')
    add_entries(log, str(world.folder), 'P5-x', ('user', words), ('assistant', 'Yes.'))
    commit(world.folder, f'{words}.txt')
    assert push(world, 'origin', 'P5-x').code == 0


def an_hour_passes(world: World) -> None:
    for record in plans(world):
        assert record.sent is not None
        earlier = replace(record.sent, at=record.sent.at - 3601)
        change(record, sent=earlier, due=max(0.0, (record.due or 0.0) - 3601))


def test_later_pushes_wait_for_their_hour_and_make_one_run(hourly: World) -> None:
    world = hourly
    went_on(world, 'docs')
    went_on(world, 'tests')
    assert sent(world) == [5]
    _, (state, note) = notes(world)
    assert state == 'waiting'
    assert note.startswith('scheduled for ')
    assert note.endswith(' (one run of a plan in 60 minutes, by learn-hook.every)')
    assert 'scheduled for ' in learn_hook(world, 'status').words

    an_hour_passes(world)
    went_on(world, 'more')
    assert sent(world) == [5, 5]
    said_last = materials(world)['impl-session-5.xml']
    assert all(words in said_last for words in ('docs', 'tests', 'more'))
    assert [state for state, _ in notes(world)] == ['done', 'done']
    assert len(plans(world)) == 1


def test_a_process_that_sleeps_goes_on_at_the_hour(
    hourly: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = hourly
    monkeypatch.delenv('LEARN_HOOK_MODE')
    for key, value in (('every', '4'), ('quiet', '0')):
        git('config', f'learn-hook.{key}', value, cwd=world.folder)
    went_on(world, 'docs')
    wait_until(world, lambda: sent(world) == [5, 5])
    at_rest(world)


def test_a_merge_does_not_wait_and_what_waited_has_nothing_new(hourly: World) -> None:
    world = hourly
    went_on(world, 'docs')
    git('switch', '-q', 'master', cwd=world.folder)
    assert said('git', 'merge', '-q', '--no-ff', '--no-edit', 'P5-x', cwd=world.folder).code == 0
    assert sent(world) == [5, 5]
    an_hour_passes(world)
    learn_hook(world, 'retry')
    assert sent(world) == [5, 5]


def test_a_run_by_hand_and_send_do_not_wait(hourly: World) -> None:
    world = hourly
    went_on(world, 'docs')
    assert learn_hook(world, 'send').code == 0
    assert sent(world) == [5, 5]
    went_on(world, 'tests')
    assert learn_hook(world, '--issue', '5').code == 0
    assert sent(world) == [5, 5, 5]


def test_another_plan_has_an_hour_of_its_own(hourly: World) -> None:
    small_plan(hourly, 6)
    branch(hourly, 'P6-x')
    push(hourly, 'origin', 'P6-x')
    assert sent(hourly) == [5, 6]


def test_a_clock_that_was_set_back_makes_nothing_wait(hourly: World) -> None:
    for record in plans(hourly):
        assert record.sent is not None
        change(record, sent=replace(record.sent, at=record.sent.at + 10 * 86_400))
    went_on(hourly, 'docs')
    assert sent(hourly) == [5, 5]


def test_pushes_in_quick_succession_from_two_worktrees_make_one_run(
    background: World, tmp_path: Path
) -> None:
    world, tree = background, tmp_path / 'tree'
    git('config', 'learn-hook.quiet', '4', cwd=world.folder)
    small_plan(world, 5)
    (log,) = world.claude.rglob('session-5.jsonl')
    branch(world, 'P5-x')
    git('worktree', 'add', '-q', '-b', 'P5-y', str(tree), cwd=world.folder)
    assert push(world, 'origin', 'P5-x').code == 0
    commit(tree, 'b.txt')
    assert push(world, 'origin', 'P5-y', cwd=tree).code == 0
    add_entries(log, str(tree), 'P5-y', ('user', 'The last word'), ('assistant', 'Yes.'))
    at_rest(world)
    assert notes(world) == [('done', '')]
    assert sent(world) == [5]
    assert 'The last word' in materials(world)['impl-session-5.xml']


def test_twenty_pushes_at_once_make_one_run(background: World) -> None:
    world = background
    small_plan(world, 5)
    branch(world, 'P5-x')
    git('push', '-q', '--no-verify', 'origin', 'P5-x', cwd=world.folder)
    names = [f'P5-{number}' for number in range(20)]
    for name in names:
        git('branch', name, cwd=world.folder)
    pushes = [threading.Thread(target=push, args=(world, 'origin', name)) for name in names]
    for one in pushes:
        one.start()
    for one in pushes:
        one.join()
    at_rest(world)
    assert sent(world) == [5]
    assert {state for state, _ in notes(world)} == {'done'}
    assert left_alone(world.common) == []
    assert len(world.hub.gists) == 1
    assert manifest(world)['issue'] == 5


def test_a_dry_run_takes_the_place_of_nothing_that_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    monkeypatch.setenv('GITHUB_API_URL', 'http://127.0.0.1:9')
    push(world, 'origin', 'P5-x')
    monkeypatch.setenv('GITHUB_API_URL', world.hub.url)
    (waiting,) = plans(world)
    change(waiting, due=time.time() + 3600)
    commit(world.folder, 'more.txt')
    git('config', 'learn-hook.quiet', '0', cwd=world.folder)
    monkeypatch.setenv('LEARN_HOOK_MODE', 'dry-run')
    push(world, 'origin', 'P5-x')
    at_rest(world)
    monkeypatch.delenv('LEARN_HOOK_MODE')
    assert learn_hook(world, 'retry').code == 0
    assert sent(world) == [5]
