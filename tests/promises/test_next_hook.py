"""What ended in the background is said by the next hook, once, and an ordinary push is silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.plans.record import change
from learn_core.worker.outcome import MOST_ATTEMPTS
from tests.conftest import commit, git
from tests.promises.world import (
    at_rest,
    branch,
    landed,
    learn_hook,
    notes,
    plans,
    push,
    sent,
    small_plan,
    wait_until,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.promises.world import World


def words_of_an_ordinary_push(world: World) -> list[str]:
    git('switch', '-q', 'master', cwd=world.folder)
    commit(world.folder, f'ordinary-{len(list(world.folder.iterdir()))}.txt')
    pushed = push(world, 'origin', 'master')
    assert pushed.code == 0
    return [line for line in pushed.words.splitlines() if 'learn-hook' in line]


@pytest.fixture
def pushed(world: World) -> World:
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    return world


def test_a_run_that_ended_is_said_once_with_its_url(pushed: World) -> None:
    (started,) = pushed.hub.runs
    url = f'https://github.com/acme/widgets/actions/runs/{started.id}'
    assert words_of_an_ordinary_push(pushed) == [
        f'learn-hook: plan #5 was sent and its workflow started: {url}'
    ]
    assert words_of_an_ordinary_push(pushed) == []


def test_what_went_before_is_not_said_again(pushed: World) -> None:
    words_of_an_ordinary_push(pushed)
    assert learn_hook(pushed, '--issue', '5').code == 0
    assert notes(pushed)[-1] == ('done', 'same materials')
    assert words_of_an_ordinary_push(pushed) == []


def test_only_the_first_push_says_how_to_switch_it_off(world: World) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    assert 'LEARN_HOOK=0' in push(world, 'origin', 'P5-x').words
    commit(world.folder, 'more.txt')
    assert 'LEARN_HOOK=0' not in push(world, 'origin', 'P5-x').words


def test_a_run_that_is_stuck_is_said_with_what_to_do(world: World) -> None:
    world.hub.repos['acme/widgets'].files.clear()
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    (record,) = plans(world)
    tried = record.tried - 3600
    change(record, attempts=MOST_ATTEMPTS - 1, tried=tried, due=0.0)
    words_of_an_ordinary_push(world)
    (line,) = words_of_an_ordinary_push(world)
    assert line.startswith('learn-hook: plan #5 is stuck: ')
    assert 'learn.yml' in line
    assert line.endswith('retry')
    assert words_of_an_ordinary_push(world) == []


def test_a_push_whose_plan_is_in_dispute_is_said_by_its_branch(world: World) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    commit(world.folder, '.impl/issue.json', '{"issue_number": 6}')
    push(world, 'origin', 'P5-x')
    git('switch', '-q', 'master', cwd=world.folder)
    (line,) = words_of_an_ordinary_push(world)
    assert line.startswith('learn-hook: the push of P5-x was left out: the plan reference says #6')


def test_an_ordinary_push_goes_on_with_what_waits(
    background: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = background
    small_plan(world, 5)
    branch(world, 'P5-x')
    monkeypatch.setenv('GITHUB_API_URL', 'http://127.0.0.1:9')
    push(world, 'origin', 'P5-x')
    at_rest(world)
    assert [state for state, _ in notes(world)] == ['waiting']
    monkeypatch.setenv('GITHUB_API_URL', world.hub.url)
    words_of_an_ordinary_push(world)
    wait_until(world, lambda: sent(world) == [5])


def test_a_dry_run_of_git_is_no_push(world: World) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    for words in (('--dry-run', 'origin', 'P5-x'), ('-n', 'origin', 'P5-x')):
        assert 'learn-hook' not in push(world, *words).words
    assert landed(world, 'P5-x') == ''
    assert plans(world) == []


def test_logs_are_kept_for_a_plan_that_cannot_get_through(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    monkeypatch.setenv('GITHUB_API_URL', 'http://127.0.0.1:9')
    push(world, 'origin', 'P5-x')
    for path in world.claude.rglob('*.jsonl'):
        path.unlink()  # as its maker does after 30 days
    monkeypatch.setenv('GITHUB_API_URL', world.hub.url)
    assert learn_hook(world, 'retry').code == 0
    assert sent(world) == [5]
    (gist,) = world.hub.gists.values()
    assert 'impl-session-5.xml' in ''.join(gist.files.values())
    (record,) = plans(world)
    assert not (record.folder / 'logs').exists()


def test_a_later_push_has_the_kept_logs_of_an_earlier_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    monkeypatch.setenv('GITHUB_API_URL', 'http://127.0.0.1:9')
    push(world, 'origin', 'P5-x')
    logs: list[Path] = list(world.claude.rglob('*.jsonl'))
    for path in logs:
        path.unlink()
    monkeypatch.setenv('GITHUB_API_URL', world.hub.url)
    monkeypatch.delenv('LEARN_HOOK_MODE')
    git('config', 'learn-hook.quiet', '0', cwd=world.folder)
    commit(world.folder, 'more.txt')
    push(world, 'origin', 'P5-x')
    at_rest(world)
    assert sent(world) == [5]
    assert len(plans(world)) == 1
