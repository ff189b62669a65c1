"""How an attempt in the background ended: what is recorded, and what the next hook says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from learn_core.errors import (
    LearnError,
    LeftoverError,
    NotAPlanError,
    NotFoundError,
    RedactionError,
    UndecidedError,
    UnreachableError,
)
from learn_core.plans.fields import REVIEW
from learn_core.plans.record import change, finish
from learn_core.push import schedule

if TYPE_CHECKING:
    from learn_core.plans.fields import PlanRecord

MOST_ATTEMPTS = 8  # where the cause is on this machine
MOST_CALLS = 50  # where GitHub cannot be reached
SECONDS_OF_ONE_ATTEMPT = 60  # attempts within this time count as one


def note_error(record: PlanRecord, error: LearnError) -> None:
    """Drops a push that belongs to no plan, keeps for a person what only a person can fix, and
    postpones the rest: token, workflow or network may be there at the next hook.
    """
    of = record.of
    trigger = record.wanted.trigger if record.wanted is not None else None
    is_nobodys = isinstance(error, (NotAPlanError, NotFoundError))
    if isinstance(error, LeftoverError):
        finish(record, of, 'dropped', str(error))
    elif is_nobodys and trigger is not None and (trigger.is_guess or trigger.needs_session):
        finish(record, of, 'dropped', str(error))  # nothing was printed about it yet
    elif isinstance(error, NotAPlanError):
        tell_next_hook(finish(record, of, 'dropped', str(error)))
    elif isinstance(error, (NotFoundError, UndecidedError)):
        tell_next_hook(change(record, due=None, error=str(error)))
    else:
        put_off(record, str(error), error)


def put_off(record: PlanRecord, note: str, error: LearnError | None = None) -> None:
    """The next hook or the sleeping worker retries it, until it was tried too often."""
    is_away = isinstance(error, (UnreachableError, RedactionError))
    now, attempts = time.time(), record.attempts
    if not attempts or not 0 <= now - record.tried < SECONDS_OF_ONE_ATTEMPT:
        attempts += 1
    wait = error.wait if isinstance(error, UnreachableError) else None
    is_over = attempts >= (MOST_CALLS if is_away else MOST_ATTEMPTS)
    due = None if is_over else now + (wait or 0.0)
    record = change(record, attempts=attempts, tried=now, due=due, error=note)
    if is_over:
        tell_next_hook(record)


def tell_next_hook(record: PlanRecord) -> None:
    """Lets the next hook say once what ended in the background or waits for a person."""
    news = _news_of(record)
    schedule.add_lines(str(record.common), [f'{_name(record)} {news}'] if news else [])


def _news_of(record: PlanRecord) -> str:
    if record.is_stuck:
        retry = '' if 'learn-hook retry' in record.error else '; then learn-hook retry'
        return f'is stuck: {record.error}{retry}'
    if record.is_waiting and record.error == REVIEW:
        return REVIEW
    last = record.last
    if last is None:
        return ''
    if last.state == 'done' and not last.note:
        return f'was sent and its workflow started: {last.run_url}'
    if last.state == 'failed':
        return f'is stuck: {last.note}'
    return f'was left out: {last.note}' if (last.state, last.kind) == ('dropped', 'push') else ''


def _name(record: PlanRecord) -> str:
    if record.plan.number:
        return f'plan #{record.plan.number}'
    what = record.wanted.trigger if record.wanted is not None else record.last
    return f'the {what.kind} of {what.branch}' if what is not None else 'a push'
