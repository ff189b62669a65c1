"""What an uninstalled learn-hook leaves behind: plans that wait, records, materials, a cache."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from typing import TYPE_CHECKING, NamedTuple

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

_MATERIALS = re.compile(r'learn-\d+')
UNINSTALLED = 'learn-hook was uninstalled before it was sent'


class Leftover(NamedTuple):
    """A folder of ours that is there, and what is in it."""

    path: Path
    what: str


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


def leftovers(repository: Repository) -> list[Leftover]:
    """What there is to clear."""
    ours = home(repository.common)
    scratch = repository.main_worktree / '.erk' / 'scratch'
    what = 'records of plans, their logs, and what is kept for them'
    found = [Leftover(ours, what)] if ours.is_dir() else []
    found += [Leftover(folder, 'the materials of a run') for folder in _materials(scratch)]
    cache = cache_folder()
    if cache.is_dir():
        found.append(Leftover(cache, "the secret scanner's rules, for all repositories"))
    return found


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
            raise LearnError(
                f'nothing was cleared: {counted(busy, "plan")} under way; try again when '
                'learn-hook status says that nothing waits'
            )
        for one in found:
            _delete(one.path)
    _delete_empty(repository.main_worktree / '.erk' / 'scratch')
    with contextlib.suppress(OSError):
        cache_folder().parent.rmdir()
    return [f'deleted {one.path}' for one in found]


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


def _materials(scratch: Path) -> list[Path]:
    """Our own alone; a link in the way is not followed."""
    if scratch.is_symlink() or scratch.parent.is_symlink() or not scratch.is_dir():
        return []
    return [one for one in sorted(scratch.iterdir()) if _is_materials(one)]


def _is_materials(folder: Path) -> bool:
    is_named = _MATERIALS.fullmatch(folder.name) is not None
    return is_named and folder.is_dir() and not folder.is_symlink()


def _delete(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise LearnError(f'cannot delete {folder} ({error.strerror}); check who owns it') from error


def _delete_empty(scratch: Path) -> None:
    """The scratch folder with its `.gitignore`, and `.erk`, where nothing else is in them."""
    ignore = scratch / '.gitignore'
    with contextlib.suppress(OSError):
        if not scratch.is_symlink() and [*scratch.iterdir()] == [ignore]:
            ignore.unlink()
            scratch.rmdir()
            scratch.parent.rmdir()
