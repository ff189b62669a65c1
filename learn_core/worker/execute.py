"""One plan in the background: runs the six steps, or postpones them with a reason."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core import agents
from learn_core.errors import LearnError, NotAPlanError, UnreachableError
from learn_core.pipeline import run
from learn_core.pipeline.policy import hold_of, wait_of, word_of
from learn_core.pipeline.target import page_of_branch, targets
from learn_core.plans import record as plan_record
from learn_core.plans import retention
from learn_core.plans.kept import keep_logs
from learn_core.plans.of_branch import issue_named
from learn_core.plans.record import change, finish
from learn_core.sessions.search import of_repository
from learn_core.words import counted
from learn_core.worker.outcome import note_error, tell_next_hook
from learn_core.worker.resolve import enter, enter_branches

if TYPE_CHECKING:
    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.plans.fields import PlanRecord
    from learn_core.plans.trigger import Trigger
    from learn_core.worker.resolve import Occasion

SECONDS_FOR_A_PULL_REQUEST = 86_400.0
SECONDS_BETWEEN_QUESTIONS = 600.0
UNDER_WAY = 'under way, or interrupted; learn-hook retry continues it'


def attempt(record: PlanRecord, occasion: Occasion) -> None:
    """Carries a plan as far as possible now; records expected errors. The long lock is held."""
    of = record.of
    try:
        _attempt(record, occasion)
    except LearnError as error:
        note_error(plan_record.current(record, of), error)


def _attempt(record: PlanRecord, occasion: Occasion) -> None:
    trigger = record.trigger
    repository = occasion.repository(trigger)
    settings = occasion.settings(repository, trigger)
    word, hold = word_of(record, settings), hold_of(record, settings)
    if word == 'no' or not settings.enabled:
        retention.clear(record.folder)
        finish(record, record.of, 'dropped', run.OFF, prepared=None)
        return
    if word == 'asks':
        _keep_logs(record, repository)
    if hold:
        if record.error != hold:
            change(record, error=hold)
        return
    until = 0.0 if occasion.is_urged else wait_of(record, settings, time.time())
    if until:
        clock = time.strftime('%H:%M', time.localtime(until))
        pause = counted(round(settings.every_seconds / 60), 'minute')
        note = f'scheduled for {clock} (one run of a plan in {pause}, by learn-hook.every)'
        change(record, due=until, error=note)
    elif trigger is not None and not trigger.issue:
        _look_up(record, trigger, repository, settings)
    elif trigger is not None:
        _go(record, trigger, occasion, repository, settings)


def _go(
    record: PlanRecord,
    trigger: Trigger,
    occasion: Occasion,
    repository: Repository,
    settings: Settings,
) -> None:
    of = record.of
    change(record, error=UNDER_WAY)  # a process that is killed says nothing itself
    try:
        run.carry_out(record, trigger, repository, settings)
    except NotAPlanError:
        raise
    except LearnError:
        _keep_logs(plan_record.current(record, of), repository)
        raise
    if not occasion.is_urged:
        tell_next_hook(plan_record.current(record, of))


def _look_up(
    record: PlanRecord, trigger: Trigger, repository: Repository, settings: Settings
) -> None:
    """Enters the branches of squashed pull requests, or a branch whose pull request tells its plan;
    a push waits a day for that one.
    """
    ident, found, branches = record.of, '', list[str]()
    try:
        github = targets(repository, trigger.pushed_to, settings, lambda _: None)[0]
        if trigger.pulls:
            branches = list(github.head_branches(trigger.pulls).values())
        else:
            found = page_of_branch(trigger, github, repository, settings)
    except UnreachableError:
        raise
    except LearnError:  # most belong to no plan, so nothing is said
        pass
    if found:
        number, plan_repo = issue_named(found)
        named = replace(trigger, issue=number, plan_repo=plan_repo, glob='')
        enter(named, ident, repository, settings)
    elif not trigger.pulls and time.time() - trigger.at < SECONDS_FOR_A_PULL_REQUEST:
        due = time.time() + SECONDS_BETWEEN_QUESTIONS
        change(record, due=due, error='waits for its pull request')
        return
    enter_branches(trigger, branches, ident, repository, settings)
    current = plan_record.read(record.folder)
    if current is not None and current.wanted == record.wanted:
        plan_record.delete(record)


def _keep_logs(record: PlanRecord, repository: Repository) -> None:
    """Keeps the transcripts that a waiting plan may need, because clients delete them."""
    trigger, since = record.trigger, time.time() - retention.MOST_DAYS * 86_400
    if trigger is None or record.is_ready:
        return
    branches = [*filter(None, dict.fromkeys((trigger.remote_branch, trigger.local_branch)))]
    found = agents.find(agents.roots(os.environ))
    known = (one for one in found if not one.unreadable and one.changed >= since)
    keep_logs(record.folder, of_repository(repository, known, branches))
