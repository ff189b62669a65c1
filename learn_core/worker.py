"""In the background: did the push land, whose plan is it, may it go; then the six steps."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

from learn_core import journal, metadata, pipeline
from learn_core import repository as git
from learn_core.config import read_settings
from learn_core.errors import (
    LearnError,
    NotAPlanError,
    NotFoundError,
    RedactionError,
    UnreachableError,
    guarded,
)
from learn_core.log import open_log
from learn_core.target import targets

SECONDS_TO_LAND = 5
SECONDS_TO_LAND_UNSEEN = 600
LONGEST_PAUSE = 10.0
CONSENT_NOTE = 'waits for your consent: git config learn-hook.consent yes (or no)'

_OF_ONE_COMMAND = (
    'GIT_DIR',
    'GIT_WORK_TREE',
    'GIT_INDEX_FILE',
    'GIT_PREFIX',
    'GIT_COMMON_DIR',
    'GIT_OBJECT_DIRECTORY',
    'GIT_ALTERNATE_OBJECT_DIRECTORIES',
    'GIT_QUARANTINE_PATH',
    'GIT_REFLOG_ACTION',
)


def main() -> int:
    """`python -I -m learn_core.worker <common folder> [--foreground]`; 0, whatever happens."""
    common, foreground = Path(sys.argv[1]), '--foreground' in sys.argv[2:]
    for name in _OF_ONE_COMMAND:
        os.environ.pop(name, None)
    say = open_log(journal.home(common) / 'worker.log', str)
    return guarded(lambda: work(common, foreground=foreground), say=say, always_zero=True)


def work(common: Path, *, foreground: bool) -> int:
    """Takes in what hooks wrote down, then does every run that waits, and what a merge made of
    itself.
    """
    journal.take_in(common)
    seen: set[Path] = set()
    while waiting := [run for run in journal.due(common) if run.directory not in seen]:
        for run in waiting:
            seen.add(run.directory)
            with journal.locked(run.directory / 'lock', wait=False) as mine:
                if mine:
                    _guarded_attempt(common, run, foreground)
    return 0


def retry(common: Path) -> int:
    """Goes on, in this process, with the runs that wait and with those that were given up."""
    for run in journal.runs(common):
        if run.state == 'failed':
            run.attempts = 0
            run.book('waiting', run.note)
    return work(common, foreground=False)


def attempt(common: Path, run: journal.Run, *, foreground: bool) -> None:
    """One run as far as it gets now. Raises LearnError."""
    trigger = run.trigger
    repository = _seen_from(Path(trigger.worktree), common)
    mode = 'foreground' if foreground else 'background'
    settings = read_settings(git.settings_of(repository), os.environ, mode=mode)
    is_off = trigger.kind != 'manual' and not (settings.enabled and settings.consent is not False)
    if is_off:
        run.forget()
    elif not (foreground or _has_landed(run, repository)):
        _drop(run, repository)
    elif trigger.kind == 'merge' and settings.consent is None:
        run.forget()  # merges reach everyone: what was never agreed to must not pile up
    elif trigger.kind == 'merge' and not trigger.local_branch:
        _expand(common, run, repository)
    elif _knows_its_plan(run, repository):
        if trigger.kind != 'manual' and settings.consent is None:
            run.book('waiting', CONSENT_NOTE)
            return
        pipeline.carry_out(run, repository, settings, os.environ)
    else:
        run.forget()


def _seen_from(folder: Path, common: Path) -> git.Repository:
    """The repository as seen from where the run was set off, which may be gone by now, and is
    anywhere for who uses `git --git-dir`. Raises LearnError.
    """
    try:
        repository = git.open_repository(folder)
    except LearnError:
        return git.open_repository(common.parent)
    is_ours = repository.common == common.resolve()
    return repository if is_ours else git.open_repository(common.parent)


def _guarded_attempt(common: Path, run: journal.Run, foreground: bool) -> None:
    guarded(
        lambda: _booked_attempt(common, run, foreground),
        say=lambda line: run.book('failed', line),
        always_zero=True,
    )


def _booked_attempt(common: Path, run: journal.Run, foreground: bool) -> int:
    current = journal.read_again(run)
    if current is None or current.state != 'waiting':
        return 0
    try:
        attempt(common, run, foreground=foreground)
    except (NotAPlanError, NotFoundError) as error:
        run.book(pipeline.state_after(error), str(error))
    except LearnError as error:
        # a token or a workflow that is missing may be there at the next hook; a network that is
        # away says nothing against the run
        run.attempts += 1
        is_given_up = run.attempts >= journal.MOST_ATTEMPTS
        is_given_up = is_given_up and not isinstance(error, (UnreachableError, RedactionError))
        run.book('failed' if is_given_up else 'waiting', str(error))
    return 0


def _knows_its_plan(run: journal.Run, repository: git.Repository) -> bool:
    """The plan's number, found once and kept, for the branch may be gone at the next try."""
    if not run.issue:
        trigger = run.trigger
        try:
            found = metadata.plan_number(repository, trigger.local_branch, trigger.remote_branch)
        except LearnError as error:
            raise NotAPlanError(str(error)) from error
        run.issue = found.number if found else 0
        run.save()
    return bool(run.issue)


def _has_landed(run: journal.Run, repository: git.Repository) -> bool:
    """Seen once it stays so: when the run is tried again the branch may have moved on."""
    trigger = run.trigger
    if trigger.kind != 'push' or 'landed' in run.steps:
        return True
    patience = SECONDS_TO_LAND if trigger.end_is_seen else SECONDS_TO_LAND_UNSEEN
    deadline = time.monotonic() + patience
    place = (trigger.remote, trigger.url, trigger.remote_branch, trigger.sha)
    pause = 0.25
    while not git.has_landed(repository, *place):
        if time.monotonic() > deadline:
            return False
        time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
        pause = min(pause * 2, LONGEST_PAUSE)
    run.steps['landed'] = True
    run.save()
    return True


def _drop(run: journal.Run, repository: git.Repository) -> None:
    """What did not land was no push. Of a push by URL that can't always be seen: it is said."""
    if run.trigger.remote in git.remotes(repository):
        run.forget()
    else:
        run.book('dropped', 'was not seen to land; if it did, use learn-hook --issue by hand')


def _expand(common: Path, run: journal.Run, repository: git.Repository) -> None:
    """A run for every plan branch that a merge brought in; what came into itself was an update."""
    trigger = run.trigger
    remotes = git.remotes(repository)
    subjects = git.merge_subjects(repository, trigger.before, trigger.sha)
    branches = metadata.merged_branches(trigger.action, subjects, remotes)
    squashed = metadata.squashed_pulls(subjects)
    if squashed:
        branches += _heads_of(repository, squashed)
    for branch in dict.fromkeys(branch for branch in branches if branch != trigger.onto):
        journal.begin(common, replace(trigger, local_branch=branch, remote_branch=branch))
    run.forget()


def _heads_of(repository: git.Repository, pulls: list[int]) -> list[str]:
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


if __name__ == '__main__':
    sys.exit(main())
