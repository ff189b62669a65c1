"""From the spool to plan records: has a push landed, which branches came in, whose plan is it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.config import Settings, read_settings
from learn_core.errors import LearnError, NotAPlanError
from learn_core.pipeline import run
from learn_core.pipeline.policy import word_of
from learn_core.pipeline.target import place_of
from learn_core.plans import of_branch
from learn_core.plans import record as plan_record
from learn_core.plans.fields import PlanName, PlanRecord, Wanted, home, new_folder, value_of
from learn_core.plans.trigger import Trigger
from learn_core.push import branch_names, schedule, spool
from learn_core.push.spawn import SECONDS_OF_A_PUSH, is_alive
from learn_core.worker.outcome import tell_next_hook

if TYPE_CHECKING:
    from learn_core.git import Repository

SECONDS_TO_LAND = 5.0
SECONDS_UNANSWERED = 86_400.0

_LANDED, _REFUSED, _OPEN, _UNANSWERED = 'landed', 'refused', 'open', 'unanswered'


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Why a worker runs: `foreground` waits for nothing (for tests), `is_urged` means that a person
    asked for it. `folder` is the current worktree, `credentials` what the hook was given for a push
    URL (`url user:password`).
    """

    common: Path
    folder: Path
    foreground: bool = False
    is_urged: bool = False
    credentials: str = ''
    ends: dict[str, float] = field(default_factory=dict)  # of git's pushes, as they were seen
    opened: dict[str, Repository] = field(default_factory=dict)

    def repository(self, trigger: Trigger | None = None) -> Repository:
        """The repository as seen from the trigger's worktree, from the current one, else from the
        main one, whichever is there. What was asked of git before is asked again. Raises
        LearnError.
        """
        place = (trigger.worktree if trigger is not None else '') or str(self.folder)
        found = self.opened.get(place)
        if found is None or not found.worktree.is_dir():
            found = self.opened[place] = self._open(place)
        return git.remembering(found)

    def settings(self, repository: Repository, trigger: Trigger | None = None) -> Settings:
        """The person's settings with those of the team whose hook noted the trigger. Raises
        LearnError for a value that cannot be used.
        """
        team = trigger.team_settings if trigger is not None else {}
        mode = 'foreground' if self.foreground else 'background'
        return read_settings(git.settings_of(repository) | team, os.environ, mode=mode)

    def _open(self, worktree: str) -> Repository:
        for folder in (worktree, str(self.folder), str(self.common.parent)):
            with contextlib.suppress(LearnError):
                repository = git.open_repository(Path(folder))
                if repository.common == self.common.resolve():
                    return repository
        raise LearnError(
            f'no worktree of {self.common} is left; go to one and use learn-hook retry'
        )


def take_in(occasion: Occasion) -> bool:
    """Enters what has landed into the plans' records, oldest first, and drops what was not pushed.
    True: something may still land.

    A spool file changes after its records are on disk: a worker killed in between enters the same
    again, and nothing happens twice. Raises LearnError.
    """
    from filelock import FileLock

    common = str(occasion.common)
    if not spool.files(common):
        return False
    states, errors = [], list[LearnError]()
    with FileLock(home(occasion.common) / 'lock-spool'):
        for path in spool.files(common):
            entries, left = spool.read(path), []
            for entry in entries:
                try:
                    states.append(_entered(entry, Path(path).name, occasion))
                except LearnError as error:  # it stays, and the others are entered
                    states.append(_UNANSWERED)
                    errors.append(error)
                left += [entry] if states[-1] in (_OPEN, _UNANSWERED) else []
            if len(left) < len(entries) or not entries:
                with contextlib.suppress(OSError):
                    spool.replace(path, left)
    if errors:
        raise errors[0]
    return _OPEN in states


def enter_branches(
    trigger: Trigger, branches: list[str], ident: str, repository: Repository, settings: Settings
) -> None:
    """Each of the branches that a merge brought in, into the record of its plan."""
    for branch in dict.fromkeys(name for name in branches if name != trigger.onto):
        one = replace(trigger, local_branch=branch, remote_branch=branch, pulls=())
        enter(one, f'{ident}-{branch}', repository, settings)


def _entered(entry: dict[str, object], name: str, occasion: Occasion) -> str:
    try:
        trigger: Trigger = value_of(Trigger, entry)
    except (ValueError, TypeError, OverflowError):
        return _REFUSED
    repository = occasion.repository(trigger)
    try:
        settings = occasion.settings(repository, trigger)
    except LearnError:  # the run says what is wrong
        settings = Settings()
    if not settings.enabled or settings.consents[-1:] == ('no',):
        return _REFUSED
    key = hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()[:12]
    ident = f'{name}-{key}'
    if trigger.kind == 'merge':
        _expand(trigger, ident, repository, settings)
        return _LANDED
    is_waited_for = not occasion.foreground
    state = _landing(trigger, ident, repository, occasion) if is_waited_for else _LANDED
    if state == _LANDED:
        enter(trigger, ident, repository, settings)
    elif state == _UNANSWERED and time.time() - trigger.at > SECONDS_UNANSWERED:
        line = (
            f'{trigger.remote or trigger.url} did not answer for a day, so nobody knows whether '
            f'the push of {trigger.branch} landed; if it did, use learn-hook --issue by hand'
        )
        schedule.add_lines(str(occasion.common), [line])
        return _REFUSED
    return state


def _landing(trigger: Trigger, ident: str, repository: Repository, occasion: Occasion) -> str:
    """Does the remote's branch hold the commit? A hook runs before the push, which may be refused.

    git keeps what it pushed in a ref; without such a ref the remote is asked. The push may still
    land until some seconds after git has ended, and for ten minutes where that cannot be seen.
    """
    known = git.tracking_tip(repository, trigger.remote, trigger.remote_branch)
    if git.holds(repository, known, trigger.sha):
        return _LANDED
    left = trigger.at + SECONDS_OF_A_PUSH - time.time()
    is_running = trigger.git_pid != 0 and is_alive(trigger.git_pid)
    if trigger.git_pid and not is_running:
        ended = occasion.ends.setdefault(ident, time.monotonic())  # first seen to have
        left = min(left, ended + SECONDS_TO_LAND - time.monotonic())
    if left > 0 and (is_running or known is not None):
        return _OPEN
    place, _, secret = occasion.credentials.partition(' ')
    secret = {place: secret}.get(trigger.url, '')
    tip = git.remote_tip(
        repository, trigger.remote, trigger.url, trigger.remote_branch, secret=secret
    )
    if git.holds(repository, tip, trigger.sha):
        return _LANDED
    if left > 0:
        return _OPEN
    return _UNANSWERED if tip is None else _REFUSED


def _expand(trigger: Trigger, ident: str, repository: Repository, settings: Settings) -> None:
    """Every plan branch that a merge brought in; squashed ones are known to GitHub alone."""
    subjects = git.merge_subjects(repository, trigger.before, trigger.sha)
    branches = of_branch.merged_branches(trigger.action, subjects, git.remotes(repository))
    merged = replace(trigger, is_urgent=True, needs_session=True)
    enter_branches(merged, branches, ident, repository, settings)
    pulls = of_branch.squashed_pulls(subjects)
    plan = PlanName()
    with contextlib.suppress(LearnError):
        plan = place_of(repository, trigger, settings)[1]
    folder = new_folder(repository.common, 'squashed', trigger.onto)
    if pulls and not _asks(trigger, folder, plan, settings):
        squashed = replace(merged, pulls=tuple(pulls), action='', before='', sha='')
        plan_record.enter(folder, squashed, ident, plan)


def enter(trigger: Trigger, ident: str, repository: Repository, settings: Settings) -> None:
    """Enters a trigger into the record of its plan, if there is one."""
    folder = new_folder(repository.common, trigger.branch, trigger.pushed_to)
    plan = PlanName(number=trigger.issue)
    try:
        trigger = _of_plan(trigger, repository, settings)
        plan = PlanName(number=trigger.issue)
        if not (trigger.issue or trigger.glob):
            return
        folder, plan = place_of(repository, trigger, settings)
    except NotAPlanError as error:
        _drop(trigger, folder, ident, str(error))
        return
    except LearnError:  # the run says what is wrong
        pass
    known = plan_record.read(folder)
    if trigger.needs_session and known is None and _asks(trigger, folder, plan, settings):
        return  # everyone who pulled got it, and nobody asked for it here
    if settings.mode == 'dry-run':
        _prepare(trigger, folder, plan, repository, settings)
    elif known is not None and known.stopped:
        begin = f'learn-hook --issue {trigger.issue} begins again'
        _drop(trigger, folder, ident, f'forgotten plans are not learned from; {begin}')
    else:
        plan_record.enter(folder, trigger, ident, plan)


def _prepare(
    trigger: Trigger, folder: Path, plan: PlanName, repository: Repository, settings: Settings
) -> None:
    """Prepares a push of a dry run here and now; it is never wanted."""
    if _asks(trigger, folder, plan, settings):
        return
    record = plan_record.opened(folder, plan)
    with plan_record.claimed(record, wait=True) as mine, contextlib.suppress(LearnError):
        if mine is not None:  # errors are in the plan's log
            run.carry_out(mine, trigger, repository, settings)


def _asks(trigger: Trigger, folder: Path, plan: PlanName, settings: Settings) -> bool:
    """Did nobody agree yet, so that GitHub may not be asked?"""
    wanted = Wanted(id='', trigger=trigger)
    return word_of(PlanRecord(folder=folder, plan=plan, wanted=wanted), settings) != 'yes'


def _of_plan(trigger: Trigger, repository: Repository, settings: Settings) -> Trigger:
    """With its plan's number, 0 for none, or the glob by which a pull request may tell it."""
    local, remote = trigger.local_branch, trigger.remote_branch
    if trigger.issue:
        return trigger
    try:
        found = of_branch.plan_number(repository, local, remote)
    except LearnError as error:
        raise NotAPlanError(str(error)) from error
    if found is not None:
        is_name = found.source == 'name'
        name = remote if branch_names.number_in(remote) else local
        return replace(
            trigger,
            issue=found.number,
            plan_repo=found.plan_repo,
            named_by=found.source,
            is_guess=is_name and branch_names.is_old_form(name),
            needs_mark=is_name and settings.plans != 'any',
        )
    if trigger.named and not _is_leftover(trigger, repository):  # branch or worktree is gone
        number, plan_repo = of_branch.issue_named(trigger.named)
        return replace(trigger, issue=number, plan_repo=plan_repo)
    glob = of_branch.glob_of([*filter(None, (remote, local))], settings.branches)
    return replace(trigger, glob=glob, is_guess=True, needs_mark=glob == 'built-in')


def _is_leftover(trigger: Trigger, repository: Repository) -> bool:
    """Is the plan reference that a hook saw left over from a merged plan?"""
    if trigger.named_by != 'reference':
        return False
    is_there = any(branch == trigger.local_branch for _, branch in git.worktrees(repository))
    return is_there or git.is_on_default(repository, trigger.sha, trigger.reference)


def _drop(trigger: Trigger, folder: Path, ident: str, note: str) -> None:
    record = plan_record.enter(folder, trigger, ident, PlanName(number=trigger.issue))
    if record.wanted is not None and record.wanted.id == ident:
        tell_next_hook(plan_record.finish(record, ident, 'dropped', note))
