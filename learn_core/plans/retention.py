"""How long records, packed files and the transcripts of waiting plans are kept."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import agents
from learn_core.errors import LearnError
from learn_core.plans import record as plan_record
from learn_core.plans.fields import home
from learn_core.push.spawn import is_alive

if TYPE_CHECKING:
    from collections.abc import Iterable

    from learn_core.agents import Transcript
    from learn_core.plans.fields import PlanRecord

MOST_DAYS = 90
MOST_COPIED = 200_000_000  # for one plan, where links cannot be made
_KEPT = (plan_record.FILE, plan_record.DAMAGED, 'log', 'log.1', 'lock')


def kept_logs(folder: Path) -> Path:
    """Where a plan's transcripts are kept: a folder per agent, laid out as the agent's own."""
    return folder / 'logs'


def keep_logs(folder: Path, transcripts: Iterable[Transcript]) -> None:
    """Keeps transcripts, the newest first, for clients delete them after a while and GitHub may be
    away for longer: hard links, and copies where there can be none. What cannot be kept is left
    out.
    """
    room = MOST_COPIED
    for transcript in sorted(transcripts, key=lambda one: one.changed, reverse=True):
        with contextlib.suppress(LearnError):
            for place, source in agents.parts(transcript):
                room -= _keep(source, kept_logs(folder) / transcript.agent / place, room)


def release_logs(folder: Path) -> None:
    """Deletes the transcripts that were kept."""
    shutil.rmtree(kept_logs(folder), ignore_errors=True)


def hand_on_logs(folder: Path, to: Path) -> None:
    """Hands the kept transcripts of a record on to the one that replaces it."""
    kept = kept_logs(folder)
    for file in kept.rglob('*'):
        _keep(file, kept_logs(to) / file.relative_to(kept), MOST_COPIED)


def delete_packed(folder: Path) -> None:
    """Deletes the packed files of a record, and what was shown of them."""
    for name in os.listdir(folder) if folder.is_dir() else ():
        file = folder / name
        if name not in _KEPT and not name.startswith('.') and file.is_file():
            file.unlink(missing_ok=True)


def clear(folder: Path) -> None:
    """Deletes what was kept and packed, of dry runs as well."""
    release_logs(folder)
    delete_packed(folder)
    shutil.rmtree(folder / 'dry', ignore_errors=True)


def tidy(common: Path, now: float) -> list[PlanRecord]:
    """Enforces the limit of age. Returns the records that were given up.

    A record that has something at GitHub stays, for `forget` needs it. Raises LearnError.
    """
    top = home(common) / 'plans'
    for folder in (*top.glob('.*-*'), *top.glob('*/*/*/.*-*')):  # a delete that was cut off
        pid = folder.name.rpartition('-')[2]
        if pid.isdigit() and not is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
    given_up = []
    for record in plan_record.records(common):
        with plan_record.claimed(record) as current:
            if current is None or now - _began(current) <= MOST_DAYS * 86_400:
                continue
            if current.is_waiting:
                why = f'given up after {MOST_DAYS} days: {current.error}'
                clear(current.folder)
                gone = plan_record.finish(current, current.of, 'failed', why, prepared=None)
                given_up.append(gone)
            elif not (current.places or current.stopped):
                plan_record.delete(current)
    return given_up


def _began(record: PlanRecord) -> float:
    """When something was last wanted or done."""
    wanted_at = record.trigger.at if record.trigger is not None else 0.0
    return wanted_at or max(record.made, *(outcome.at for outcome in record.history[-1:]), 0.0)


def _keep(source: Path | bytes, place: Path, room: int) -> int:
    """Keeps a plain file or content, unless as much is there; gives the bytes that it took."""
    with contextlib.suppress(OSError):
        if isinstance(source, Path) and (source.is_symlink() or not source.is_file()):
            return 0
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if place.exists() and place.stat().st_size >= size:
            return 0
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = place.with_name(f'.{os.getpid()}')
        aside.unlink(missing_ok=True)  # left by a killed process, it may be a link to a live log
        if isinstance(source, Path):
            with contextlib.suppress(OSError):  # no links here, or another file system
                os.link(source, aside)
                aside.replace(place)
                return 0
        if size <= room:
            if isinstance(source, Path):
                shutil.copyfile(source, aside)
            else:
                aside.write_bytes(source)
            aside.replace(place)
            return size
    return 0
