"""One run in the background: may it go, is it alone; then the six steps, or it is put off."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.config import read_settings
from learn_core.errors import (
    LearnError,
    NotAPlanError,
    NotFoundError,
    OvertakenError,
    RedactionError,
    UnreachableError,
)
from learn_core.pipeline import steps
from learn_core.pipeline.policy import clock, hold_of, wait_of
from learn_core.plans import journal, retention
from learn_core.push import branch_names, schedule, spool
from learn_core.sessions.folders import project_folders
from learn_core.worker import resolve

if TYPE_CHECKING:
    from learn_core.config import Settings
    from learn_core.plans.run import Run

MOST_ATTEMPTS = 8  # where the trouble is here
MOST_CALLS = 50  # where GitHub is away
UNDER_WAY = 'under way, or cut off; learn-hook retry goes on with it'
SECONDS_OF_ONE_ATTEMPT = 60  # pushes that follow each other closer are one try


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Why runs are done now: `foreground` waits for nothing (for tests), `urged` is a person who
    wants them done. `folder` is the worktree that one stands in.
    """

    common: Path
    folder: Path
    foreground: bool = False
    urged: bool = False


def attempt(run: Run, occasion: Occasion) -> int:
    """One run as far as it gets now; what was expected of trouble is booked. Its lock is held."""
    if run.state == 'waiting':
        run.note = UNDER_WAY  # a process that is killed, or finds no memory, says nothing itself
    try:
        _attempt(run, occasion)
    except (NotAPlanError, NotFoundError) as error:
        if branch_names.is_old_form(run.trigger.remote_branch):  # nothing was said of it yet
            run.book('dropped', str(error))
        else:
            run.book(steps.state_after(error), str(error))
            tell_next_hook(occasion.common, run)
    except LearnError as error:
        put_off(run, str(error), occasion, error)
    return 0


def put_off(run: Run, note: str, occasion: Occasion, error: LearnError | None = None) -> None:
    """A token or a workflow that is missing may be there at the next hook, and a network that is
    away says little against the run; in the end it is given up, with a line.
    """
    is_away = isinstance(error, (UnreachableError, RedactionError))
    now = time.time()
    if not run.attempts or not 0 <= now - run.ended < SECONDS_OF_ONE_ATTEMPT:
        run.attempts += 1
    if run.attempts >= (MOST_CALLS if is_away else MOST_ATTEMPTS):
        run.book('failed', note)
        tell_next_hook(occasion.common, run)
    else:
        wait = error.wait if isinstance(error, UnreachableError) else None
        run.book('waiting', note, not_before=now + (wait or 0.0))


def tell_next_hook(common: Path, run: Run) -> None:
    """What ended in the background is said by the next hook, once."""
    branch_name = run.trigger.remote_branch or run.trigger.local_branch
    plan = f'plan #{run.issue}' if run.issue else f'the {run.trigger.kind} of {branch_name}'
    lines: list[str] = []
    if run.state == 'done' and not run.note:
        lines = [f'{plan} learned: {run.url_of("workflow")}']
    elif run.state == 'failed':
        lines = [f'{plan} is stuck: {run.note}; then learn-hook retry']
    elif run.state == 'dropped' and run.trigger.kind == 'push':
        lines = [f'{plan} was left out: {run.note}']
    elif run.waits_for_a_person:
        lines = [f'{plan} {run.note}']
    schedule.add_lines(str(common), lines)


def _attempt(run: Run, occasion: Occasion) -> None:
    trigger, common = run.trigger, occasion.common
    repository = _seen_from(common, trigger.worktree, str(occasion.folder))
    mode = 'foreground' if occasion.foreground else 'background'
    settings = read_settings(git.settings_of(repository), os.environ, mode=mode)
    is_off = trigger.kind != 'manual' and not (settings.enabled and settings.consent is not False)
    if is_off:
        run.forget()
    elif not resolve.has_landed(run, repository, at_once=occasion.foreground):
        resolve.drop(run, repository)
    elif trigger.kind == 'merge' and not trigger.local_branch:
        resolve.expand(common, run, repository)
    elif resolve.knows_its_plan(run, repository):
        with journal.locked(steps.lock_of(common, run.issue)):
            if not (_is_held(run, settings, common) or _went_along(run, common)):
                if settings.mode != 'dry-run':  # which sends nothing of what would go along
                    _take_along_older(run, common)
                _go(run, occasion, repository, settings)
    else:
        run.forget()


def _seen_from(common: Path, *folders: str) -> git.Repository:
    """The repository as seen from where the run was set off, which may be gone by now, else from
    where one stands. Raises LearnError.
    """
    for folder in (*folders, str(common.parent)):
        try:
            repository = git.open_repository(Path(folder))
        except LearnError:
            continue
        if repository.common == common.resolve():
            return repository
    raise LearnError(f'no worktree of {common} is left; go to one and use learn-hook retry')


def _is_held(run: Run, settings: Settings, common: Path) -> bool:
    """Does it wait for a person still?"""
    if run.state != 'held':
        return False
    hold = hold_of(run, settings, common, time.time())
    if hold is not None and (hold.note, hold.until) != (run.note, run.not_before):
        run.book('held', hold.note, not_before=hold.until)
    return hold is not None


def _went_along(run: Run, common: Path) -> bool:
    """A later push of the plan holds all that this one would: it has gone, or will go instead."""
    if run.is_touched:
        return False
    newer = _newer(run, common)
    if any('workflow' in other.steps for other in newer):
        run.forget()
        return True
    successor = _successor(newer)
    if successor is not None:
        retention.hand_on(run, successor)
    return successor is not None


def _newer(run: Run, common: Path) -> list[Run]:
    return [one for one in journal.runs(common) if one.is_like(run) and one.began > run.began]


def _successor(newer: list[Run]) -> Run | None:
    """The newest that really was a push and has not gone yet."""
    landed = [one for one in newer if one.state == 'waiting' and 'landed' in one.steps]
    return landed[-1] if landed else None


def _take_along_older(run: Run, common: Path) -> None:
    """Earlier pushes of the plan that wait, unless one was looked at or is on its way."""
    for other in journal.runs(common):
        if not (other.is_open and other.is_like(run) and other.began < run.began):
            continue
        with journal.locked(other.directory / 'lock', wait=False) as is_free:
            current = journal.read_again(other) if is_free else None
            if current is not None and current.is_open and not current.is_touched:
                retention.hand_on(current, run)


def _go(run: Run, occasion: Occasion, repository: git.Repository, settings: Settings) -> None:
    trigger, common = run.trigger, occasion.common
    until = 0.0 if occasion.urged else wait_of(run, settings, common, time.time())
    if until:
        note = f'goes at {clock(until)}, for pushes of a plan are learned from once in a while'
        run.book(run.state, note, not_before=until)
        return
    try:
        result = steps.carry_out(
            run,
            repository,
            settings,
            os.environ,
            is_overtaken=lambda: _successor(_newer(run, common)) is not None,
        )
    except OvertakenError:
        _went_along(run, common)
        return
    except (NotAPlanError, NotFoundError):
        if trigger.kind == 'merge' and settings.consent is None:
            run.forget()  # it came to everyone who pulled, and nobody asked for it here
            return
        raise
    except LearnError:
        if 'packed' not in run.steps:
            trees = [folder for folder, _ in git.worktrees(repository)]
            retention.keep_logs(run, project_folders(settings.claude_folders, trees))
        raise
    if result.hold is not None and result.hold.why == 'consent':
        lines = spool.notice(f'plan #{run.issue}', f'{settings.grace_seconds:.0f}', 'learn-hook')
        schedule.add_lines(str(common), lines, is_notice=True)
    elif not occasion.urged:
        tell_next_hook(common, run)
