"""How a try in the background ended: what is recorded, and what the next hook says."""

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
from learn_core.plans.record import REVIEW, change, finish
from learn_core.push import schedule

if TYPE_CHECKING:
    from learn_core.plans.record import PlanRecord

MOST_ATTEMPTS = 8  # where the trouble is here
MOST_CALLS = 50  # where GitHub is away
SECONDS_OF_ONE_ATTEMPT = 60  # pushes that follow each other closer are one try


def note_error(record: PlanRecord, error: LearnError) -> None:
    """A branch without a plan is dropped; what only a person can mend is stuck; a token, workflow
    or network that is missing may be there at the next hook, and in the end is given up.
    """
    of = record.of
    trigger = record.wanted.trigger if record.wanted is not None else None
    is_nobodys = isinstance(error, (NotAPlanError, NotFoundError))
    if isinstance(error, LeftoverError):
        finish(record, of, 'dropped', str(error))
    elif is_nobodys and trigger is not None and (trigger.is_guess or trigger.needs_session):
        finish(record, of, 'dropped', str(error))  # nothing was said of it yet
    elif isinstance(error, NotAPlanError):
        tell_next_hook(finish(record, of, 'dropped', str(error)))
    elif isinstance(error, (NotFoundError, UndecidedError)):
        tell_next_hook(change(record, due=None, error=str(error)))
    else:
        put_off(record, str(error), error)


def put_off(record: PlanRecord, note: str, error: LearnError | None = None) -> None:
    """Tried again at the next hook, or by a worker that sleeps, until it was tried often enough."""
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
    """What ended in the background, or waits for a person, is said by the next hook, once."""
    plan = _name(record)
    last = record.history[-1] if record.history else None
    lines: list[str] = []
    if record.is_stuck:
        retry = '' if 'learn-hook retry' in record.error else '; then learn-hook retry'
        lines = [f'{plan} is stuck: {record.error}{retry}']
    elif record.is_waiting and record.error == REVIEW:
        lines = [f'{plan} {REVIEW}']
    elif last is not None and last.state == 'done' and not last.note:
        lines = [f'{plan} was sent and its workflow started: {last.run_url}']
    elif last is not None and last.state == 'failed':
        lines = [f'{plan} is stuck: {last.note}']
    elif last is not None and last.state == 'dropped' and last.kind == 'push':
        lines = [f'{plan} was left out: {last.note}']
    schedule.add_lines(str(record.common), lines)


def _name(record: PlanRecord) -> str:
    if record.plan.number:
        return f'plan #{record.plan.number}'
    last = record.history[-1] if record.history else None
    if record.wanted is not None:
        return f'the {record.wanted.trigger.kind} of {record.wanted.trigger.branch}'
    return f'the {last.kind} of {last.branch}' if last is not None else 'a push'
