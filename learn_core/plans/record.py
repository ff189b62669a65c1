"""What became of a plan here, on disk: one record per plan in git's common folder.

`learn-hook/plans/<host>/<owner>/<repo>/<number>/plan.json`, in lower case; `plans/new-<id>/` for a
plan whose place is not known yet. Every change is one rename under a short lock (`change`); whoever
works on a plan holds its long lock (`locked`). The packed files lie beside the record, those of a
dry run in `dry/`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from learn_core.errors import LearnError
from learn_core.plans.disk import (
    DAMAGED,
    FILE,
    VERSION,
    folder_of,
    home,
    is_busy,
    is_newer,
    locked,
    new_folder,
    read,
    short_lock,
    unwritten,
    written,
)
from learn_core.plans.fields import (
    ASKS,
    REVIEW,
    Outcome,
    Place,
    PlanName,
    PlanRecord,
    Prepared,
    Sending,
    Sent,
    Wanted,
    is_ready,
)
from learn_core.plans.trigger import joined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from learn_core.plans.trigger import Trigger

__all__ = [
    'ASKS',
    'FILE',
    'MOST_HISTORY',
    'REVIEW',
    'VERSION',
    'Outcome',
    'Place',
    'PlanName',
    'PlanRecord',
    'Prepared',
    'Sending',
    'Sent',
    'Wanted',
    'again',
    'change',
    'claimed',
    'current',
    'delete',
    'enter',
    'finish',
    'folder_of',
    'folders',
    'home',
    'is_busy',
    'is_ready',
    'left_alone',
    'locked',
    'named',
    'new_folder',
    'opened',
    'read',
    'records',
    'short_lock',
    'unwritten',
    'written',
]

MOST_HISTORY = 20


def enter(folder: Path, trigger: Trigger, ident: str, plan: PlanName) -> PlanRecord:
    """Adds a trigger to what the plan wants, once for each `ident`.

    Raises LearnError where it cannot be written.
    """

    def added(record: PlanRecord) -> PlanRecord:
        served = [record.sent.of] if record.sent else []
        if ident in (*served, *(outcome.of for outcome in record.history)):
            return record
        if record.wanted is not None and record.wanted.id == ident:
            return record
        older = record.wanted.trigger if record.wanted is not None else None
        wanted = Wanted(id=ident, trigger=joined(older, trigger) if older else trigger)
        named = record.plan if record.plan.number else plan
        if record.has_frozen and record.sending is None:  # it waits behind what was shown
            return replace(record, plan=named, wanted=wanted)
        return replace(record, plan=named, wanted=wanted, due=0.0, attempts=0, error='')

    with short_lock(folder):
        record = read(folder) or _made(folder)
        return written(added(record))


def opened(folder: Path, plan: PlanName) -> PlanRecord:
    """The record of a plan, made if there is none. Raises LearnError."""
    with short_lock(folder):
        return read(folder) or written(replace(_made(folder), plan=plan))


def change(record: PlanRecord, **values: Any) -> PlanRecord:
    """The record as it is on disk now with these fields; what others changed meanwhile stays.

    Raises LearnError where it cannot be written, or is gone.
    """
    with short_lock(record.folder):
        current = read(record.folder)
        if current is None:
            raise LearnError(f'the record in {record.folder} is gone; see learn-hook status')
        return written(replace(current, **values))


def finish(record: PlanRecord, of: str, state: str, note: str = '', **values: Any) -> PlanRecord:
    """What was wanted as `of` is served, or will never be; something newer stays wanted."""
    with short_lock(record.folder):
        current = read(record.folder) or record
        is_last = current.wanted is not None and current.wanted.id == of
        trigger = current.wanted.trigger if current.wanted is not None else None
        sent = values.get('sent') or current.sent
        outcome = Outcome(
            of=of,
            at=time.time(),
            state=state,
            note=note,
            kind=trigger.kind if trigger else '',
            branch=trigger.branch if trigger else '',
            run_url=sent.run_url if state == 'done' and sent is not None else '',
        )
        kept = tuple(one for one in current.history if one.of != of)
        return written(
            replace(
                current,
                wanted=None if is_last else current.wanted,
                due=0.0,
                attempts=0,
                error='',
                sending=None,
                history=(*kept, outcome)[-MOST_HISTORY:],
                **values,
            )
        )


def again(record: PlanRecord) -> PlanRecord | None:
    """The record as it is on disk now."""
    return read(record.folder)


@contextlib.contextmanager
def claimed(record: PlanRecord) -> Iterator[PlanRecord | None]:
    """The record as it is on disk now, with its long lock; None where another process holds that,
    or the record is gone.
    """
    with locked(record.folder, wait=False) as is_mine:
        yield again(record) if is_mine else None


def current(record: PlanRecord, of: str) -> PlanRecord:
    """The record that is about `of` now: this one, or the one that it became part of. Where it is
    gone, one that wants nothing.
    """
    found = again(record)
    if found is not None:
        return found
    mine = [one for one in records(record.common) if of and one.of == of]
    return mine[0] if mine else replace(record, wanted=None, prepared=None)


def records(common: Path) -> list[PlanRecord]:
    """All records that can be read, those that changed last at the end."""
    found = (read(folder) for folder in folders(common))
    return [record for record in found if record is not None]


def folders(common: Path) -> list[Path]:
    """The folders of all records, those that changed last at the end."""
    top = home(common) / 'plans'
    found = [*top.glob(f'new-*/{FILE}'), *top.glob(f'*/*/*/[0-9]*/{FILE}')]
    return [path.parent for path in sorted(found, key=_changed)]


def left_alone(common: Path) -> list[str]:
    """A line for each record that is not touched: of a newer learn-hook, or damaged."""
    lines = []
    for folder in folders(common):
        if read(folder) is None:
            newer = 'is of a newer learn-hook; update this one'
            lines.append(f'{folder} {newer if is_newer(folder) else "cannot be read"}')
        elif (folder / DAMAGED).exists():
            lines.append(f'{folder / DAMAGED} cannot be read; what it says was sent may be there')
    return lines


def named(common: Path, word: str) -> PlanRecord:
    """The record that a person means by `123`, `#123` or `owner/repo#123`. Raises LearnError."""
    repo, _, number = word.strip().lower().rpartition('#')
    mine = [
        record
        for record in records(common)
        if number == str(record.plan.number)
        and repo in ('', f'{record.plan.owner}/{record.plan.repo}'.lower())
    ]
    if not mine:
        raise LearnError(f'nothing is known here of plan {word[:60]!r}; see learn-hook status')
    if len(mine) > 1:
        names = ', '.join(record.plan.full_name for record in mine)
        raise LearnError(f'several plans have the number {word[:60]}: {names}; name one of them')
    return mine[0]


def delete(record: PlanRecord) -> None:
    """Deletes a record and the files beside it; renames it first, so that an interrupted
    delete leaves nothing half-readable.
    """
    aside = record.folder.with_name(f'.{record.folder.name}-{os.getpid()}')
    with contextlib.suppress(OSError):
        record.folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def _made(folder: Path) -> PlanRecord:
    """A new one. What cannot be read is kept beside it, and what a newer version wrote refused."""
    if is_newer(folder):
        raise LearnError(f'the record in {folder} is of a newer learn-hook; update this one')
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (folder / FILE).exists():
            (folder / FILE).replace(folder / DAMAGED)
    except OSError as error:
        raise unwritten(folder, error) from error
    return PlanRecord(folder=folder, made=time.time())


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
