"""Started is not learned: how the workflow ended, and what came after the last push."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from learn_core.plans.record import change
from learn_core.worker import loop
from learn_core.worker.resolve import Occasion
from tests.promises.world import (
    REPO,
    block,
    branch,
    learn_hook,
    materials,
    plans,
    push,
    sent,
    small_plan,
)

if TYPE_CHECKING:
    from learn_core.plans.fields import PlanRecord
    from tests.promises.world import World

LEARNED = block('plan-header', learned_from_issue=5)


@pytest.fixture
def learned(world: World) -> World:
    """A plan that was sent, with a pull request."""
    small_plan(world, 5)
    world.hub.add_pull(REPO, 45, head='P5-x')
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert sent(world) == [5]
    return world


def the_plan(world: World) -> PlanRecord:
    (record,) = plans(world)
    return record


def later(world: World, seconds: float = 120.0) -> None:
    """As if the plan had been sent, and looked at, so much earlier."""
    record = the_plan(world)
    assert record.sent is not None
    looked = record.sent.looked - seconds if record.sent.looked else 0.0
    at = record.sent.at - seconds
    change(record, sent=replace(record.sent, at=at, looked=looked))


def work(world: World) -> None:
    """A worker, as a later hook starts it."""
    loop.work(Occasion(common=world.common, folder=world.folder, foreground=True))


def said_by_the_next_push(world: World) -> str:
    return push(world, 'origin', f'master:refs/heads/topic{time.time_ns()}').words


@pytest.mark.parametrize(
    ('conclusion', 'step', 'line'),
    [
        ('success', None, 'plan #5: learn.yml succeeded, see issue #9'),
        ('failure', 'Unpack the materials', 'plan #5: learn.yml failed at "Unpack the materials":'),
        ('cancelled', None, 'plan #5: learn.yml was cancelled: https://github.com/'),
        ('timed_out', None, 'plan #5: learn.yml timed out: https://github.com/'),
    ],
)
def test_the_next_hook_says_once_how_the_workflow_ended(
    learned: World, conclusion: str, step: str | None, line: str
) -> None:
    learned.hub.add_issue(REPO, 9, body=LEARNED, labels=['erk-learn'])
    learned.hub.runs[-1].end(conclusion, failed_step=step)
    later(learned)
    work(learned)
    assert line in said_by_the_next_push(learned)
    assert line not in said_by_the_next_push(learned)
    (row,) = json.loads(learn_hook(learned, 'status', '--json').words)['plans']
    assert (row['workflow'], row['failed_at']) == (conclusion, step or _job_of(conclusion))


def _job_of(conclusion: str) -> str | None:
    return None if conclusion == 'success' else 'learn'


def test_github_is_asked_at_most_once_a_minute_and_not_after_a_week(learned: World) -> None:
    def asked() -> int:
        before = len(learned.hub.requests)
        work(learned)
        return len(learned.hub.requests) - before

    assert asked() == 0
    later(learned)
    assert asked() == 2
    assert asked() == 0
    later(learned)
    assert asked() == 2
    later(learned, 8 * 86_400)
    assert asked() == 0


def test_a_failed_run_is_started_again_with_the_same_bytes(learned: World) -> None:
    learned.hub.runs[-1].end('failure', failed_step='Unpack the materials')
    (gist,) = learned.hub.gists.values()
    before = dict(gist.files)
    later(learned)
    work(learned)
    assert learn_hook(learned, 'retry', '5').code == 0
    assert sent(learned) == [5, 5]
    (gist,) = learned.hub.gists.values()
    assert (gist.files, len(gist.revisions)) == (before, 1)
    assert not the_plan(learned).is_waiting


@pytest.mark.parametrize('how', ['merged', 'reviewed'])
def test_news_of_the_pull_request_means_one_last_run(learned: World, how: str) -> None:
    learned.hub.runs[-1].end('success')
    later(learned)
    pull = learned.hub.repos[REPO].pull(45)
    assert pull is not None
    learned.hub.add_review(REPO, 45, 'Why so late?', state='CHANGES_REQUESTED')
    if how == 'merged':
        pull.state, pull.merged_at = 'MERGED', pull.reviews[0].created_at
    work(learned)
    assert sent(learned) == [5, 5]
    assert 'Why so late?' in materials(learned)['pr-reviews.json']
    later(learned)
    work(learned)
    assert sent(learned) == [5, 5]


def test_a_small_plan_takes_at_most_6_requests_and_8_with_its_end(learned: World) -> None:
    assert len(learned.hub.requests) <= 6
    learned.hub.runs[-1].end('failure')
    later(learned)
    work(learned)
    assert len(learned.hub.requests) <= 8
