"""The records of plans on disk, in git's common folder: their places, bytes and locks."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.plans.fields import PlanRecord, common_of, value_of
from learn_core.push import spool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = 2
FILE = 'plan.json'
DAMAGED = 'damaged.json'


def home(common: Path) -> Path:
    """The folder of all that is ours in git's common folder."""
    return common / 'learn-hook'


def folder_of(common: Path, host: str, full_name: str, number: int) -> Path:
    """The folder of a record whose plan's place on GitHub is known."""
    owner, _, repo = full_name.lower().partition('/')
    return home(common) / 'plans' / host.lower().replace(':', '-') / owner / repo / str(number)


def new_folder(common: Path, *words: str) -> Path:
    """The folder of the record of a plan that is known only by these words so far."""
    digest = hashlib.sha256('\n'.join(words).encode('utf-8', 'surrogatepass')).hexdigest()
    return home(common) / 'plans' / f'new-{digest[:16]}'


@contextlib.contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Holds a plan's long lock, which the kernel gives back with the process. False if another
    process holds it and there is no `wait`, or the plan has gone: nothing is made for that.
    """
    from filelock import FileLock, Timeout

    if not (folder / FILE).exists():
        yield False
        return
    try:
        with FileLock(folder / 'lock', timeout=-1 if wait else 0):
            yield (folder / FILE).exists()
    except Timeout:
        yield False


def is_busy(record: PlanRecord) -> bool:
    """Does another process work on the plan?"""
    from filelock import FileLock, Timeout

    try:
        with FileLock(record.folder / 'lock', timeout=0):
            return False
    except Timeout:
        return True


def unwritten(folder: Path, error: OSError) -> LearnError:
    """Why a record could not be written."""
    return LearnError(f'{folder} cannot be written ({error.strerror}); make room there')


@contextlib.contextmanager
def short_lock(folder: Path) -> Iterator[None]:
    """Keeps other processes from changing any record; held for moments only."""
    from filelock import FileLock

    ours = home(common_of(folder))
    try:
        ours.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(ours / 'lock-plans'):
            yield
    except OSError as error:
        raise unwritten(ours, error) from error


def read(folder: Path) -> PlanRecord | None:
    """The record in a folder; None where there is none, it is damaged or of a newer version."""
    content = _content_of(folder)
    if not isinstance(content, dict) or content.get('version') != VERSION:
        return None
    try:
        found: PlanRecord = value_of(PlanRecord, {**content, 'folder': folder})
    except (ValueError, TypeError, OverflowError):
        return None
    return found


def _content_of(folder: Path) -> object:
    """The content of a record's file, None where that is not JSON."""
    try:
        return json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def written(record: PlanRecord) -> PlanRecord:
    """Durable before it returns; the short lock is held. Raises LearnError."""
    content = {'version': VERSION, **asdict(record)}
    del content['folder']
    aside = record.folder / f'.{FILE}'
    try:
        with aside.open('w', encoding='utf-8') as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(record.folder / FILE)
        spool.flush(str(record.folder))
    except OSError as error:
        raise unwritten(record.folder, error) from error
    return record


def is_newer(folder: Path) -> bool:
    """Did a newer learn-hook write the record in a folder?"""
    content = _content_of(folder)
    version = content.get('version') if isinstance(content, dict) else None
    return isinstance(version, int) and version > VERSION
