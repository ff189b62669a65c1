"""What only GitHub knows: the plan of a branch by its pull request."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from learn_core.plans.record import change, records
from learn_core.push import schedule, spool
from learn_core.worker import loop
from learn_core.worker.execute import SECONDS_FOR_A_PULL_REQUEST
from learn_core.worker.resolve import Occasion
from tests.conftest import git
from tests.promises.world import REPO, World, branch, sent, session

if TYPE_CHECKING:
    from learn_core.plans.fields import PlanRecord


@pytest.fixture
def world(plain_world: World) -> World:
    """A repository whose branch `topic/x` was pushed; `topic/*` are plans."""
    made, folder = plain_world, plain_world.folder
    for key, value in (('consent', 'yes'), ('branches', 'topic/*'), ('quiet', '0')):
        git('config', f'learn-hook.{key}', value, cwd=folder)
    branch(made, 'topic/x')
    session(made, 's', branch='topic/x')
    entry: dict[str, object] = {
        'kind': 'push',
        'at': time.time(),
        'local_branch': 'topic/x',
        'remote_branch': 'topic/x',
        'sha': git('rev-parse', 'HEAD', cwd=folder),
        'remote': 'origin',
        'worktree': str(folder),
    }
    spool.write(str(made.common), [entry])
    return made


def work(world: World) -> None:
    loop.work(Occasion(common=world.common, folder=world.folder, foreground=True))


def only(world: World) -> PlanRecord:
    (record,) = records(world.common)
    return record


def test_a_push_waits_for_its_pull_request_which_then_is_the_plan(world: World) -> None:
    work(world)
    assert only(world).is_waiting
    assert sent(world) == []
    world.hub.add_pull(REPO, 45, head='topic/x', head_owner='acme')
    change(only(world), due=0.0)
    work(world)
    assert sent(world) == [45]
    assert only(world).plan.full_name == 'acme/widgets#45'


def test_a_push_without_a_pull_request_goes_after_a_day_without_a_word(world: World) -> None:
    work(world)
    record = only(world)
    assert record.wanted is not None
    old = time.time() - SECONDS_FOR_A_PULL_REQUEST - 1
    wanted = replace(record.wanted, trigger=replace(record.wanted.trigger, at=old))
    change(record, wanted=wanted, due=0.0)
    work(world)
    assert records(world.common) == []
    assert schedule.take_lines(str(world.common)) == []
