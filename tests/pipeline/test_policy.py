"""May a plan go on now: consent, review, and the hour."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from learn_core.config import Settings
from learn_core.pipeline.policy import hold_of, wait_of, word_of
from learn_core.plans.fields import (
    ASKS,
    REVIEW,
    PlanName,
    PlanRecord,
    Prepared,
    Sending,
    Sent,
    Wanted,
)
from learn_core.plans.trigger import Trigger, by_hand

NOW = 1_790_000_000.0
PUSH = Trigger(kind='push', issue=5)
RECORD = PlanRecord(
    folder=Path('/r'),
    plan=PlanName(number=5, host='github.com', owner='Acme', repo='widgets'),
    wanted=Wanted(id='1', trigger=PUSH),
)
READY = Prepared(of='1', at=NOW, digest='d', sha256='s', names=(), summary={})
SENT = Sent(of='0', at=NOW, digest='d', gist_id='', gist_url='', run_id='', run_url='')


@pytest.mark.parametrize(
    ('consents', 'is_public', 'word'),
    [
        ((), None, 'asks'),
        (('yes',), True, 'yes'),
        (('no',), None, 'no'),
        (('private',), None, 'yes'),
        (('private',), True, 'asks'),
        (('github.com/acme',), False, 'yes'),
        (('github.com/acme',), True, 'asks'),
        (('github.com/other',), False, 'asks'),
    ],
)
def test_a_yes_counts_for_what_it_was_given_for(
    consents: tuple[str, ...], is_public: bool | None, word: str
) -> None:
    record = replace(RECORD, plan=replace(RECORD.plan, is_public=is_public))
    settings = Settings(consents=consents)
    assert word_of(record, settings) == word
    assert (hold_of(record, settings) == '') is (word == 'yes')


def test_a_run_by_hand_and_send_are_consent() -> None:
    assert hold_of(RECORD, Settings()) == ASKS
    wanted = Wanted(id='1', trigger=by_hand('/w', issue=5))
    assert hold_of(replace(RECORD, wanted=wanted), Settings()) == ''
    assert hold_of(replace(RECORD, released='1'), Settings()) == ''
    assert hold_of(replace(RECORD, released='0'), Settings()) == ASKS


def test_with_review_what_is_prepared_waits_also_by_hand() -> None:
    settings = Settings(consents=('yes',), review=True)
    assert hold_of(RECORD, settings) == ''
    ready = replace(RECORD, prepared=READY, wanted=Wanted(id='1', trigger=by_hand('/w')))
    assert hold_of(ready, settings) == REVIEW
    assert hold_of(replace(ready, released='1'), settings) == ''
    assert hold_of(replace(ready, wanted=Wanted(id='2', trigger=PUSH)), settings) == ''


def test_a_push_waits_for_an_hour_after_the_last_run_of_its_plan() -> None:
    settings, sent = Settings(every_seconds=3600), replace(RECORD, sent=SENT)
    assert wait_of(RECORD, settings, NOW) == 0.0
    assert wait_of(sent, settings, NOW + 10) == NOW + 3600
    assert wait_of(sent, settings, NOW + 3600) == 0.0
    assert wait_of(sent, settings, NOW - 10) == 0.0  # a clock that was set back


def test_what_is_urgent_released_or_being_sent_does_not_wait() -> None:
    settings, sent = Settings(every_seconds=3600), replace(RECORD, sent=SENT)
    sending = Sending(of='1', mark='m')
    merge = Wanted(id='1', trigger=replace(PUSH, is_urgent=True))
    for record in (
        replace(sent, wanted=merge),
        replace(sent, released='1'),
        replace(sent, prepared=READY, sending=sending),
    ):
        assert wait_of(record, settings, NOW + 10) == 0.0
