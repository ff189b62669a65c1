"""What a push or a merge really brought: has it landed, whose plan is it, which branches."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.config import read_settings
from learn_core.errors import LearnError, NotAPlanError, UnreachableError
from learn_core.pipeline.target import targets
from learn_core.plans import journal, of_branch
from learn_core.push import spool
from learn_core.push.spool import SECONDS_OF_A_PUSH

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.git import Repository
    from learn_core.plans.run import Run

SECONDS_TO_LAND = 5
SECONDS_TO_LAND_UNSEEN = 600
LONGEST_PAUSE = 10.0


def has_landed(run: Run, repository: Repository, *, at_once: bool) -> bool:
    """Seen once it stays so: when the run is tried again the branch may have moved on. `at_once`
    takes it for granted.

    The worker that a push starts waits for its end, but another one may have taken it in before.
    """
    trigger = run.trigger
    if trigger.kind != 'push' or 'landed' in run.steps:
        return True
    patience = SECONDS_TO_LAND if trigger.git_pid else SECONDS_TO_LAND_UNSEEN
    deadline = time.monotonic() + patience
    latest = time.monotonic() + SECONDS_OF_A_PUSH
    place = (trigger.remote, trigger.url, trigger.remote_branch, trigger.sha)
    pause = 0.25
    while not (at_once or git.has_landed(repository, *place)):
        now = time.monotonic()
        if trigger.git_pid and now < latest and spool.is_alive(trigger.git_pid):
            deadline = now + patience
        elif now > deadline:
            return False
        time.sleep(min(pause, max(0.0, deadline - now)))
        pause = min(pause * 2, LONGEST_PAUSE)
    run.steps['landed'] = True
    run.save()
    return True


def drop(run: Run, repository: Repository) -> None:
    """What did not land was no push. Of a push by URL that can't always be seen: it is said."""
    if run.trigger.remote in git.remotes(repository):
        run.forget()
    else:
        run.book('dropped', 'was not seen to land; if it did, use learn-hook --issue by hand')


def knows_its_plan(run: Run, repository: Repository) -> bool:
    """The plan's number, found once and kept, for the branch may be gone at the next try."""
    if not run.issue:
        trigger = run.trigger
        try:
            found = of_branch.plan_number(repository, trigger.local_branch, trigger.remote_branch)
        except LearnError as error:
            raise NotAPlanError(str(error)) from error
        if found is not None:
            run.issue = found.number
            run.trigger = replace(trigger, plan_repo=found.plan_repo)
        run.save()
    return bool(run.issue)


def expand(common: Path, run: Run, repository: Repository) -> None:
    """A run for every plan branch that a merge brought in; what came into itself was an update."""
    trigger = run.trigger
    remotes = git.remotes(repository)
    subjects = git.merge_subjects(repository, trigger.before, trigger.sha)
    branches = of_branch.merged_branches(trigger.action, subjects, remotes)
    squashed = of_branch.squashed_pulls(subjects)
    if squashed:
        branches += _heads_of(repository, squashed)
    for branch in dict.fromkeys(branch for branch in branches if branch != trigger.onto):
        journal.begin(common, replace(trigger, local_branch=branch, remote_branch=branch))
    run.forget()


def _heads_of(repository: Repository, pulls: list[int]) -> list[str]:
    """The branches of squashed pull requests; none where GitHub can't be asked at all, for most
    merges are no plan's. Raises UnreachableError.
    """
    settings = read_settings(git.settings_of(repository), os.environ, mode='background')
    try:
        github = targets(repository, '', settings, os.environ, lambda _: None)[0]
        return list(github.head_branches(pulls).values())
    except UnreachableError:
        raise
    except LearnError:
        return []
