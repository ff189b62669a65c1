"""Whether a plan may continue now: consent, review, and the time between two runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.plans.fields import AGREED, ASKS, REVIEW
from learn_core.push.consent import answer

if TYPE_CHECKING:
    from learn_core.config import Settings
    from learn_core.plans.fields import PlanRecord


def word_of(record: PlanRecord, settings: Settings) -> str:
    """The person's `yes` or `no` for the plan, `asks` without either.

    `learn-hook install`, a run by hand and `learn-hook send` are consent.
    """
    if record.is_released or (record.trigger is not None and record.trigger.by_hand):
        return 'yes'
    place = f'{record.plan.host}/{record.plan.owner}'
    return answer(list(settings.consents), place, is_public=record.plan.is_public)


def needs_own_yes(record: PlanRecord, settings: Settings) -> bool:
    """Is the plan's repository public, and has nobody agreed for it?"""
    said = answer(list(settings.consents), '', is_public=True)
    return record.plan.is_public is True and said != 'yes' and not record.is_released


def needs_review(record: PlanRecord, settings: Settings) -> bool:
    """Does what is prepared wait for a person?"""
    return settings.review and record.is_ready and not record.is_released


def hold_of(record: PlanRecord, settings: Settings) -> str:
    """Why a plan waits for a person, '' if it does not."""
    if word_of(record, settings) != 'yes':
        return ASKS
    return REVIEW if needs_review(record, settings) else ''


def as_agreed(record: PlanRecord, settings: Settings) -> PlanRecord:
    """The record as it is shown: a yes may have been given since it was written down."""
    is_agreed = record.error == ASKS and word_of(record, settings) == 'yes'
    return replace(record, error=AGREED) if is_agreed and record.is_waiting else record


def wait_of(record: PlanRecord, settings: Settings, now: float) -> float:
    """When a push of a plan that was sent lately may be sent, in seconds since 1970; 0: now.

    What was begun is finished; a merge, a run by hand and `send` never wait.
    """
    is_urgent = record.trigger is not None and record.trigger.is_urgent
    if is_urgent or record.is_released or record.sending is not None or record.sent is None:
        return 0.0
    sent_at, every = record.sent.at, settings.every_seconds
    return sent_at + every if sent_at <= now < sent_at + every else 0.0
