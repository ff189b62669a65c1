"""Where the records of plans lie in git's common folder, and their locks."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING

from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from learn_core.plans.fields import PlanRecord

FILE = 'plan.json'


def home(common: Path) -> Path:
    """The folder of all that is ours in git's common folder."""
    return common / 'learn-hook'


def folder_of(common: Path, host: str, full_name: str, number: int) -> Path:
    """Where a plan's record lies whose place on GitHub is known."""
    owner, _, repo = full_name.lower().partition('/')
    return home(common) / 'plans' / host.lower().replace(':', '-') / owner / repo / str(number)


def new_folder(common: Path, *words: str) -> Path:
    """Where the record lies of a plan that is known by these words alone so far."""
    digest = hashlib.sha256('\n'.join(words).encode('utf-8', 'surrogatepass')).hexdigest()
    return home(common) / 'plans' / f'new-{digest[:16]}'


def common_of(folder: Path) -> Path:
    """git's common folder, in which the record of this folder lies."""
    return folder.parents[2 if folder.name.startswith('new-') else 5]


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
    """Nobody else changes a record meanwhile, whatever its folder; held for moments only."""
    from filelock import FileLock

    ours = home(common_of(folder))
    try:
        ours.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(ours / 'lock-plans'):
            yield
    except OSError as error:
        raise unwritten(ours, error) from error
