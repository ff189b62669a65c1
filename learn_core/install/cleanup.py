"""What an uninstalled learn-hook leaves behind: plans that wait, records, materials, a cache."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.plans import record as plan_record
from learn_core.plans import retention
from learn_core.plans.fields import home
from learn_core.push import spool
from learn_core.redact import cache_folder
from learn_core.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from learn_core.git import Repository
    from learn_core.plans.fields import PlanRecord

SECONDS_FOR_A_WORKER = 5
UNINSTALLED = 'learn-hook was uninstalled before it was sent'
_MATERIALS = re.compile(r'learn-\d+')


def end_plans(common: Path, note: str = UNINSTALLED) -> list[str]:
    """Drops what waits, with a note why. Gives a line about it, and one about plans that a worker
    still has in hand after a few seconds, which are left to it. Raises LearnError.
    """
    if not home(common).is_dir():
        return []
    deadline, dropped = time.monotonic() + SECONDS_FOR_A_WORKER, 0
    for path in spool.files(str(common)):
        dropped += len(spool.read(path))
        spool.replace(path, [])
    while True:
        with _in_hand(common) as (mine, busy):
            for record in mine:
                retention.clear(record.folder)
                plan_record.finish(record, record.of, 'dropped', note, prepared=None)
        dropped += len(mine)
        if not busy or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    lines = [f'dropped {counted(dropped, "plan")} that waited'] if dropped else []
    left = f'{counted(busy, "plan")} under way; learn-hook drop ends what waits again'
    return lines + ([left] if busy else [])


def leftovers(repository: Repository) -> dict[Path, str]:
    """The folders to clear, and what is in each; no link to the materials is followed."""
    ours = home(repository.common)
    found = {ours: 'records of plans, their logs, and what is kept for them'}
    scratch = repository.main_worktree / '.erk' / 'scratch'
    if scratch.is_dir() and not (scratch.is_symlink() or scratch.parent.is_symlink()):
        for folder in sorted(scratch.iterdir()):
            if _MATERIALS.fullmatch(folder.name) and not folder.is_symlink():
                found[folder] = 'the materials of a run'
    found[cache_folder()] = "the secret scanner's rules, for all repositories"
    return {folder: what for folder, what in found.items() if folder.is_dir()}


def still_sent(common: Path, *, is_cleared: bool) -> list[str]:
    """A line for everything of ours at GitHub; once it is cleared, nothing here knows of it."""
    how = 'after this nothing here knows of it, so delete it there'
    return [
        f'{place.url or place.id} of plan {record.plan.full_name}; '
        + (how if is_cleared else f'learn-hook forget {record.plan.number} deletes it')
        for record in plan_record.records(common)
        for place in record.places
        if place.kind != 'comment'
    ]


def clear(repository: Repository) -> list[str]:
    """Deletes all of it, but nothing while a worker has a run in hand; gives a line for each.

    Raises LearnError.
    """
    found = leftovers(repository)
    with _in_hand(repository.common) as (_, busy):
        if busy:
            what = f'nothing was cleared: {counted(busy, "plan")} under way; try again when '
            raise LearnError(what + 'learn-hook status says that nothing waits')
        for folder in found:
            try:
                shutil.rmtree(folder)
            except OSError as error:  # noqa: PERF203  (deleting takes longer)
                said = f'cannot delete {folder} ({error.strerror}); check who owns it'
                raise LearnError(said) from error
    with contextlib.suppress(OSError):  # `.erk`, where nothing but ours is in it
        scratch = repository.main_worktree / '.erk' / 'scratch'
        ignore = scratch / '.gitignore'
        if not scratch.is_symlink() and [*scratch.iterdir()] == [ignore]:
            ignore.unlink()
            scratch.rmdir()
            scratch.parent.rmdir()
    with contextlib.suppress(OSError):
        cache_folder().parent.rmdir()
    return [f'deleted {folder}' for folder in found]


@contextlib.contextmanager
def _in_hand(common: Path) -> Iterator[tuple[list[PlanRecord], int]]:
    """The plans that wait, held against every worker, and how many a worker holds against us."""
    mine: list[PlanRecord] = []
    busy = 0
    with contextlib.ExitStack() as held:
        for record in plan_record.records(common):
            if record.is_waiting:
                current = held.enter_context(plan_record.claimed(record))
                busy += current is None
                mine += [current] if current is not None and current.is_waiting else []
        yield mine, busy
