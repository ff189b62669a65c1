"""What became of a plan here, on disk: one record per plan in git's common folder.

`learn-hook/plans/<host>/<owner>/<repo>/<number>/plan.json`, in lower case; `plans/new-<id>/` for a
plan whose place is not known yet. Every change is one rename under a short lock (`change`); whoever
works on a plan holds its long lock (`claimed`). The packed files lie beside the record.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from learn_core.errors import LearnError
from learn_core.plans.fields import Outcome, PlanName, PlanRecord, Wanted, home, value_of
from learn_core.plans.trigger import joined
from learn_core.push import spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from learn_core.plans.trigger import Trigger

VERSION = 2
FILE = 'plan.json'
_ASIDE = f'.{FILE}'
DAMAGED = 'damaged.json'
MOST_HISTORY = 20


@contextlib.contextmanager
def claimed(record: PlanRecord, *, wait: bool = False) -> Iterator[PlanRecord | None]:
    """The record as it is on disk now, with its long lock, which ends with the process. None where
    another process holds that and there is no `wait`, or where the record is gone.
    """
    from filelock import FileLock, Timeout

    try:
        lock = FileLock(record.folder / 'lock', timeout=-1 if wait else 0)
        with lock if (record.folder / FILE).exists() else contextlib.nullcontext():
            yield read(record.folder)
    except Timeout:
        yield None


def read(folder: Path) -> PlanRecord | None:
    """The record in a folder; None where there is none, it is damaged or of a newer version."""
    content = _content_of(folder)
    try:
        found: PlanRecord = value_of(PlanRecord, {**content, 'folder': folder})
    except (ValueError, TypeError, OverflowError):
        return None
    return found if content.get('version') == VERSION else None


def enter(folder: Path, trigger: Trigger, ident: str, plan: PlanName) -> PlanRecord:
    """Adds a trigger to what the plan wants, once for each `ident`. Raises LearnError."""

    def added(found: PlanRecord | None) -> PlanRecord:
        record = found or _made(folder)
        served = [one.of for one in (record.sent, *record.history) if one is not None]
        if ident in (*served, record.wanted and record.wanted.id):
            return record
        older = record.trigger
        wanted = Wanted(id=ident, trigger=joined(older, trigger) if older else trigger)
        record = replace(record, plan=record.plan if record.plan.number else plan, wanted=wanted)
        if record.has_frozen and record.sending is None:  # it waits behind what was shown
            return record
        return replace(record, due=0.0, attempts=0, error='')

    return _changed(folder, added)


def opened(folder: Path, plan: PlanName) -> PlanRecord:
    """The record of a plan, made if there is none. Raises LearnError."""
    return _changed(folder, lambda found: found or replace(_made(folder), plan=plan))


def change(record: PlanRecord, **values: Any) -> PlanRecord:
    """The record as it is on disk now with these fields; what others changed meanwhile stays.
    Raises LearnError where it cannot be written, or is gone.
    """

    def with_values(found: PlanRecord | None) -> PlanRecord:
        if found is None:
            raise LearnError(f'the record in {record.folder} is gone; see learn-hook status')
        return replace(found, **values)

    return _changed(record.folder, with_values)


def finish(record: PlanRecord, of: str, state: str, note: str = '', **values: Any) -> PlanRecord:
    """What was wanted as `of` is served, or will never be; something newer stays wanted."""

    def finished(found: PlanRecord | None) -> PlanRecord:
        current = found or record
        trigger, sent = current.trigger, values.get('sent') or current.sent
        outcome = Outcome(
            of=of,
            at=time.time(),
            state=state,
            note=note,
            kind=trigger.kind if trigger else '',
            branch=trigger.branch if trigger else '',
            run_url=sent.run_url if state == 'done' and sent is not None else '',
        )
        is_last = current.wanted is not None and current.wanted.id == of
        kept = (one for one in current.history if one.of != of)
        return replace(
            current,
            wanted=None if is_last else current.wanted,
            due=0.0,
            attempts=0,
            error='',
            sending=None,
            history=(*kept, outcome)[-MOST_HISTORY:],
            **values,
        )

    return _changed(record.folder, finished)


def current(record: PlanRecord, of: str) -> PlanRecord:
    """The record of `of` now: this, or what it became part of; if gone, one that wants nothing."""
    if found := read(record.folder):
        return found
    mine = (one for one in records(record.common) if of and one.of == of)
    return next(mine, replace(record, wanted=None, prepared=None))


def records(common: Path) -> list[PlanRecord]:
    """All records that can be read, those that changed last at the end."""
    found = (read(folder) for folder in _folders(common))
    return [record for record in found if record is not None]


def left_alone(common: Path) -> list[str]:
    """A line for each record that is not touched: of a newer learn-hook, or damaged."""
    lines = []
    for folder in _folders(common):
        if _is_newer(folder):
            lines.append(f'{folder} is of a newer learn-hook; update this one')
        elif read(folder) is None:
            lines.append(f'{folder} cannot be read')
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
    """Deletes a record and what lies beside it; renamed first, so that half of it reads as none."""
    aside = record.folder.with_name(f'.{record.folder.name}-{os.getpid()}')
    with contextlib.suppress(OSError):
        record.folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def twin(record: PlanRecord, place: Path, node_id: str) -> PlanRecord | None:
    """Another record of the same plan, which this one is to become part of: the one at its place,
    or an older one of the same node id (of a repository that was renamed).
    """
    for other in records(record.common):
        is_same = other.folder == place or (node_id and other.plan.node_id == node_id)
        is_older = record.is_new or other.made < record.made
        if other.folder != record.folder and is_same and is_older:
            return other
    return None


def put_together(record: PlanRecord, other: PlanRecord) -> PlanRecord:
    """What a record holds becomes part of another one of the same plan; both locks are held."""
    if record.wanted is not None:
        enter(other.folder, record.wanted.trigger, record.wanted.id, other.plan)

    def joined_with(found: PlanRecord | None) -> PlanRecord:
        mine = found or other
        return replace(
            mine,
            due=record.due if record.wanted is not None else mine.due,
            error=record.error or mine.error,
            released=record.released or mine.released,
            sent=mine.sent or record.sent,
            places=tuple(dict.fromkeys((*record.places, *mine.places))),
            history=(*record.history, *mine.history)[-MOST_HISTORY:],
        )

    joint = _changed(other.folder, joined_with)
    delete(record)
    return joint


def moved(record: PlanRecord, place: Path) -> PlanRecord:
    """The record at the place that is its own from now on. Raises LearnError."""
    with _written_in(place):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        record.folder.rename(place)
    return replace(record, folder=place)


def clear_aside(common: Path) -> None:
    """Deletes what processes that were killed wrote beside records. Raises LearnError."""
    with _alone(common):
        for path in (home(common) / 'plans').rglob(_ASIDE):
            path.unlink(missing_ok=True)


def _changed(folder: Path, new: Callable[[PlanRecord | None], PlanRecord]) -> PlanRecord:
    """One change of a record, alone among all processes and durable before it returns."""
    with _alone(PlanRecord(folder=folder).common), _written_in(folder):
        before = read(folder)
        record = new(before)
        if record != before:
            content = {'version': VERSION, **asdict(record)}
            del content['folder']
            text = json.dumps(content, indent=1)
            spool.make_durable(str(folder / FILE), str(folder / _ASIDE), text)
        return record


@contextlib.contextmanager
def _alone(common: Path) -> Iterator[None]:
    from filelock import FileLock

    ours = home(common)
    with _written_in(ours):
        ours.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(ours / 'lock-plans'):
            yield


@contextlib.contextmanager
def _written_in(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = f'{folder} cannot be written ({error.strerror}); make room there'
        raise LearnError(why) from error


def _made(folder: Path) -> PlanRecord:
    """A new one. What cannot be read is kept beside it, and what a newer version wrote refused."""
    if _is_newer(folder):
        raise LearnError(f'the record in {folder} is of a newer learn-hook; update this one')
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder / FILE).exists():
        (folder / FILE).replace(folder / DAMAGED)
    return PlanRecord(folder=folder, made=time.time())


def _content_of(folder: Path) -> dict[str, Any]:
    """The content of a record's file, empty where that is not JSON."""
    try:
        content = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _is_newer(folder: Path) -> bool:
    version = _content_of(folder).get('version')
    return isinstance(version, int) and version > VERSION


def _folders(common: Path) -> list[Path]:
    """The folders of all records, those that changed last at the end."""
    top = home(common) / 'plans'
    found = [*top.glob(f'new-*/{FILE}'), *top.glob(f'*/*/*/[0-9]*/{FILE}')]
    return [path.parent for path in sorted(found, key=_changed_at)]


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
