"""May a packed run go: what a person said, saw, or had time to object to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from learn_core.config import Settings
from learn_core.pipeline.policy import Hold, hold_of, wait_of
from learn_core.plans import journal
from learn_core.plans.run import Run, Trigger
from learn_core.push import schedule

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_800_000_000.0
PUSH = Trigger(kind='push', issue=5)


def packed(common: Path, *, kind: str = 'push', began: float = NOW, **steps: object) -> Run:
    run = journal.begin(common, Trigger(kind=kind, issue=5))
    run.began = began
    run.steps = {'packed_at': NOW, **steps}
    return run


def marked(common: Path, name: str, moment: float) -> None:
    schedule.mark(str(common), name)
    os.utime(common / 'learn-hook' / name, (moment, moment))


def held(run: Run, common: Path, now: float = NOW, **settings: object) -> Hold | None:
    return hold_of(run, Settings(**settings), common, now)  # type: ignore[arg-type]


def test_consent_a_run_by_hand_and_send_need_no_wait(tmp_path: Path) -> None:
    assert held(packed(tmp_path), tmp_path, consents=('yes',)) is None
    assert held(packed(tmp_path, kind='manual'), tmp_path) is None
    assert held(packed(tmp_path, released=True), tmp_path, review=True) is None


@pytest.mark.parametrize('kind', ['push', 'merge', 'manual'])
def test_review_holds_every_run_until_a_person_says_so(tmp_path: Path, kind: str) -> None:
    hold = held(packed(tmp_path, kind=kind), tmp_path, consents=('yes',), review=True)
    assert hold is not None
    assert (hold.why, hold.until) == ('review', 0.0)


def test_without_any_notice_it_waits_for_one(tmp_path: Path) -> None:
    hold = held(packed(tmp_path), tmp_path)
    assert hold is not None
    assert (hold.why, hold.until) == ('consent', 0.0)


def test_the_grace_begins_when_it_was_packed_or_when_the_notice_was_seen(tmp_path: Path) -> None:
    marked(tmp_path, schedule.NOTICED, NOW - 5)
    early = held(packed(tmp_path), tmp_path, NOW + 1, grace_seconds=100)
    assert early is not None
    assert early.until == NOW + 100
    marked(tmp_path, schedule.NOTICED, NOW + 50)
    late = held(packed(tmp_path), tmp_path, NOW + 60, grace_seconds=100)
    assert late is not None
    assert late.until == NOW + 150
    assert held(packed(tmp_path), tmp_path, NOW + 151, grace_seconds=100) is None


def test_a_run_after_a_notice_on_a_terminal_has_no_grace(tmp_path: Path) -> None:
    run = packed(tmp_path, began=NOW + 700)
    marked(tmp_path, schedule.SAID, NOW)
    assert held(run, tmp_path) is not None
    marked(tmp_path, schedule.NOTICED, NOW)
    assert held(run, tmp_path) is None


def test_a_clock_that_jumps_neither_sends_at_once_nor_holds_for_ever(tmp_path: Path) -> None:
    marked(tmp_path, schedule.NOTICED, NOW)
    run, before = packed(tmp_path), NOW - 86_400
    hold = held(run, tmp_path, before, grace_seconds=600)
    assert hold is not None
    assert hold.until == before + 600
    run.book('held', hold.note, not_before=hold.until)
    again = held(run, tmp_path, before + 300, grace_seconds=600)
    assert again is not None
    assert again.until == before + 600
    assert held(run, tmp_path, before + 600, grace_seconds=600) is None


def sent(common: Path, moment: float, *, issue: int = 5, plan_repo: str = '') -> None:
    run = journal.begin(common, Trigger(kind='push', issue=issue, plan_repo=plan_repo))
    run.steps = {'sent_at': moment}
    run.book('done')


def waits(run: Run, common: Path) -> float:
    return wait_of(run, Settings(every_seconds=3600), common, NOW)


def test_a_push_waits_for_an_hour_after_the_last_one_of_its_plan(tmp_path: Path) -> None:
    run = packed(tmp_path)
    sent(tmp_path, NOW - 3601)
    sent(tmp_path, NOW - 10, issue=6)
    sent(tmp_path, NOW - 10, plan_repo='acme/plans')
    assert waits(run, tmp_path) == 0.0
    sent(tmp_path, NOW - 10)
    assert waits(run, tmp_path) == NOW + 3590
    sent(tmp_path, NOW + 10)
    assert waits(run, tmp_path) == NOW + 3590


@pytest.mark.parametrize('step', ['released', 'sending'])
def test_what_was_let_go_or_is_on_its_way_waits_no_more(tmp_path: Path, step: str) -> None:
    sent(tmp_path, NOW - 10)
    run = packed(tmp_path)
    run.steps[step] = True
    assert waits(run, tmp_path) == 0.0
    assert waits(packed(tmp_path, kind='merge'), tmp_path) == 0.0
