"""How a workflow run ended: when GitHub is asked, and what one plan's trouble means for another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from learn_core.config import Settings
from learn_core.git import open_repository
from learn_core.pipeline.run import Person, by_hand
from learn_core.plans.record import change, claimed, records
from learn_core.plans.trigger import by_hand as asked_by_hand
from learn_core.worker import loop
from learn_core.worker.outcome import look_at_all
from tests.promises.world import World, sent, small_plan

if TYPE_CHECKING:
    from learn_core.plans.fields import PlanRecord


@pytest.fixture
def world(plain_world: World) -> World:
    """Plan 5 was sent two minutes ago."""
    send(plain_world, 5)
    return plain_world


def agreed(world: World, *consents: str) -> Settings:
    return Settings(api_url=world.hub.url, mode='foreground', consents=consents or ('yes',))


def send(world: World, number: int) -> None:
    small_plan(world, number)
    trigger = asked_by_hand(str(world.folder), issue=number)
    by_hand(trigger, open_repository(world.folder), agreed(world), Person(lambda _: None))
    later(world, number)


def later(world: World, number: int = 5) -> None:
    """As if the plan had been sent, and looked at, two minutes earlier."""
    record = the_plan(world, number)
    assert record.sent is not None
    at, looked = record.sent.at - 120, record.sent.looked - 120
    change(record, sent=replace(record.sent, at=at, looked=looked))


def the_plan(world: World, number: int = 5) -> PlanRecord:
    (record,) = [one for one in records(world.common) if one.plan.number == number]
    return record


def conclusion(world: World, number: int = 5) -> str:
    record = the_plan(world, number)
    assert record.sent is not None
    return record.sent.conclusion


def asked(world: World, *consents: str) -> int:
    """How many questions a look at all plans is."""
    before = len(world.hub.requests)
    look_at_all(world.common, agreed(world, *consents))
    return len(world.hub.requests) - before


def test_an_end_is_asked_for_and_written_down(world: World) -> None:
    assert (asked(world), conclusion(world)) == (2, '')
    world.hub.runs[0].end('success')
    later(world)
    assert (asked(world), conclusion(world)) == (2, 'success')


def test_after_a_no_github_is_not_asked_how_a_run_ended(world: World) -> None:
    assert (asked(world, 'no'), conclusion(world)) == (0, '')


def test_of_a_plan_that_another_process_works_on_nobody_else_asks(world: World) -> None:
    with claimed(the_plan(world)):
        assert asked(world) == 0
    assert asked(world) == 2


def test_one_run_that_cannot_be_asked_for_holds_up_no_other(world: World) -> None:
    send(world, 6)
    for run in world.hub.runs:
        run.end('success')
    first, second = (record.plan.number for record in records(world.common))
    world.hub.misbehave(path_contains='/runs', status=403)
    asked(world)
    assert (conclusion(world, first), conclusion(world, second)) == ('', 'success')


@pytest.mark.parametrize('end', ['', 'success'])
def test_only_a_run_that_failed_is_started_again(world: World, end: str) -> None:
    if end:
        world.hub.runs[0].end(end)
    asked(world)
    assert loop.retry(world.common, world.folder, '5') == 0
    assert (sent(world), the_plan(world).is_waiting) == ([5], False)
