"""A run of a plan: by hand or in the background, logged and recorded."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from learn_core import git
from learn_core.errors import (
    LearnError,
    NotAPlanError,
    NotFoundError,
    RedactionError,
    UnreachableError,
)
from learn_core.log import open_log
from learn_core.pipeline.gather import Context
from learn_core.pipeline.policy import word_of
from learn_core.pipeline.steps import Result, learn
from learn_core.pipeline.target import place_of, targets
from learn_core.plans import record as plan_record
from learn_core.plans.fields import ASKS, REVIEW, PlanRecord
from learn_core.plans.kept import kept_logs
from learn_core.plans.record import change
from learn_core.redact import redactor_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.plans.trigger import Trigger

MOST_REQUESTS = 200  # that are noted of a plan, the last ones
OFF = 'switched off here'
CUT_OFF = 'interrupted; learn-hook retry continues it'


class Person(NamedTuple):
    """Whoever waits for a run: is told what happens (`verbose`: in detail), and may `agree`."""

    say: Callable[[str], None]
    verbose: bool = False
    agree: Callable[[str], bool] = lambda _: True


def by_hand(trigger: Trigger, repository: Repository, settings: Settings, person: Person) -> Result:
    """A run that a person asked for, here and now; in a public repository they are asked once more.
    Raises LearnError.

    A run that could not reach GitHub waits for the next hook; an interrupted one waits for `retry`.
    A dry run, or a number that belongs to no issue, leaves nothing to continue.
    """
    folder, plan = place_of(repository, trigger, settings)
    record = plan_record.opened(folder, plan)
    is_new = not (record.wanted or record.history or record.places)
    with contextlib.ExitStack() as locks:
        if locks.enter_context(plan_record.claimed(record)) is None:
            name = record.plan.full_name
            person.say(f'plan {name} is worked on in the background; waiting for that to end')
            locks.enter_context(plan_record.claimed(record, wait=True))
        is_dry = settings.mode == 'dry-run'
        try:
            if is_dry:
                return carry_out(record, trigger, repository, settings, person)
            ident = f'{time.time_ns()}-{os.getpid()}'
            record = plan_record.enter(folder, trigger, ident, plan)
            return _as_agreed(record, ident, repository, settings, person)
        except LearnError as error:
            is_empty = is_dry and record.dry is None
            if is_new and (is_empty or isinstance(error, NotFoundError)):
                plan_record.delete(record)
            raise


def _as_agreed(
    record: PlanRecord,
    ident: str,
    repository: Repository,
    settings: Settings,
    person: Person,
) -> Result:
    """What a person asked for, unless they said no, or an agent asks and no person has agreed."""
    word, issue = word_of(record, settings), record.plan.number
    if word == 'no':
        plan_record.finish(record, ident, 'dropped', OFF)
        return Result(issue=issue, summary={}, skipped=OFF)
    if word != 'yes':
        change(record, due=0.0, error=ASKS)
        return Result(issue=issue, summary={}, skipped=ASKS)
    result = here_and_now(record, repository, settings, person)
    left = plan_record.current(record, ident)
    if left.of == ident and result.skipped != REVIEW:  # what was shown before went first
        result = here_and_now(left, repository, settings, person)
    return result


def here_and_now(
    record: PlanRecord, repository: Repository, settings: Settings, person: Person
) -> Result:
    """Runs what a plan wants in the foreground; its long lock is held. Raises LearnError."""
    of, trigger = record.of, record.trigger
    if trigger is None:
        raise LearnError(f'nothing of plan {record.plan.full_name} waits; see learn-hook status')
    record = change(record, due=None, error=CUT_OFF, stopped=False)
    try:
        return carry_out(record, trigger, repository, settings, person)
    except LearnError as error:
        record = plan_record.current(record, of)
        if isinstance(error, NotAPlanError):
            plan_record.finish(record, of, 'dropped', str(error))
        else:
            waits = isinstance(error, (UnreachableError, RedactionError))
            change(record, due=time.time() if waits else None, error=str(error))
        raise


def carry_out(
    record: PlanRecord,
    trigger: Trigger,
    repository: Repository,
    settings: Settings,
    person: Person | None = None,
) -> Result:
    """The six steps with all that they need, logged and recorded; the plan's long lock is held.
    Raises LearnError.
    """
    repository = git.remembering(repository)
    plan_repo = trigger.plan_repo or settings.plan_repo
    settings = replace(settings, plan_repo=plan_repo, force=trigger.force)
    candidates = targets(repository, trigger.remote, settings, lambda line: tell(line))
    tokens = [github.token for github in candidates if github.token]
    redactor = redactor_of(repository, settings, os.environ, tokens)
    spoken = redactor.fresh().line
    log = open_log(record.folder / 'log', spoken)

    def tell(line: str) -> None:
        log(line)
        if person is not None:
            person.say(spoken(line))

    context = Context(
        trigger=trigger,
        repository=repository,
        settings=settings,
        redactor=redactor,
        github=candidates,
        say=tell,
        detail=tell if person is not None and person.verbose else log,
        agree=person.agree if person is not None else lambda _: True,
        kept=kept_logs(record.folder),
    )
    of = record.of
    try:
        with contextlib.ExitStack() as locks:
            return learn(record, context, locks)
    except LearnError as error:
        error.args = (spoken(str(error)),)  # it is printed, and recorded
        log(str(error))
        raise
    finally:
        asked = [exchange._asdict() for github in candidates for exchange in github.exchanges]
        with contextlib.suppress(LearnError):
            current = plan_record.current(record, of)
            change(current, requests=(*current.requests, *asked)[-MOST_REQUESTS:])
