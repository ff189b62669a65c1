"""What is kept, and for how long: runs, and the logs that a waiting run still needs."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from learn_core.plans import journal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from learn_core.plans.run import Run

KEPT_RUNS = 50  # of those that ended
MOST_DAYS = 90
MOST_BYTES = 1_000_000_000  # in all
MOST_COPIED = 200_000_000  # for one run, where links can't be made


def kept_logs(run: Run) -> Path:
    """Where a run's logs are kept, laid as in Claude's own folder."""
    return run.directory / 'logs'


def keep_logs(run: Run, folders: Sequence[Path]) -> None:
    """Hard links to the logs in a project's folders, newest first, for their maker deletes them
    after 30 days and GitHub may be away for longer; copies where linking fails. What can't be kept
    is no trouble yet.
    """
    room = MOST_COPIED
    for folder in folders:
        files = sorted(_files(folder), key=_changed, reverse=True)
        for file in files:
            place = kept_logs(run) / 'projects' / folder.name / file.relative_to(folder)
            room -= _keep(file, place, room)


def release_logs(run: Run) -> None:
    """They are needed no more."""
    shutil.rmtree(kept_logs(run), ignore_errors=True)


def hand_on(run: Run, to: Run) -> None:
    """A run goes along with a later one of its plan, which gets the logs that were kept for it."""
    kept = kept_logs(run)
    for file in _files(kept):
        _keep(file, kept_logs(to) / file.relative_to(kept), MOST_COPIED)
    run.forget()


def tidy(common: Path, now: float) -> list[Run]:
    """Keeps the journal in its bounds of number, age and bytes; ended runs go first, the oldest
    before others. Gives the runs that waited and were given up for it.
    """
    home = journal.home(common) / 'runs'
    for name in journal.names(home):
        if journal.is_left_behind(name):
            shutil.rmtree(home / name, ignore_errors=True)
    found = journal.runs(common)
    ended = [run for run in found if not run.is_open]
    gone = ended[:-KEPT_RUNS] + [run for run in ended[-KEPT_RUNS:] if _is_old(run, now)]
    for run in gone:
        run.forget()
    given_up = [run for run in found if run.is_open and _is_old(run, now)]
    for run in given_up:
        _give_up(run, f'after {MOST_DAYS} days: {run.note}')
    return given_up + _make_room(common)


def _make_room(common: Path) -> list[Run]:
    given_up = []
    found = journal.runs(common)
    sizes = {run.directory: _size(run.directory) for run in found}
    total = sum(sizes.values())
    for run in sorted(found, key=lambda run: run.is_open):
        if total <= MOST_BYTES:
            break
        total -= sizes[run.directory]
        if run.is_open:
            _give_up(run, 'for want of room')
            given_up.append(run)
        else:
            run.forget()
    return given_up


def clear(run: Run) -> None:
    """Takes away what was kept and what was packed for a run."""
    release_logs(run)
    run.steps.pop('packed', None)
    for file in run.directory.iterdir():
        if file.is_file() and file.name not in ('run.json', 'log', 'log.1', 'lock'):
            file.unlink(missing_ok=True)


def _give_up(run: Run, why: str) -> None:
    clear(run)
    run.book('failed', f'given up {why}')


def _is_old(run: Run, now: float) -> bool:
    return now - run.began > MOST_DAYS * 86_400


def _keep(file: Path, place: Path, room: int) -> int:
    """Gives the bytes that it took."""
    if place.exists():
        return 0
    with contextlib.suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(file, place)
        except OSError:
            size = file.stat().st_size
            if size <= room:
                shutil.copyfile(file, place)
                return size
    return 0


def _files(folder: Path) -> Iterator[Path]:
    """Plain files, a link never followed."""
    for place, _, names in os.walk(folder):
        for name in names:
            file = folder / place / name
            if file.is_file() and not file.is_symlink():
                yield file


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _size(folder: Path) -> int:
    """Bytes that would be free without it: a file that is linked from elsewhere takes none."""
    size = 0
    for file in _files(folder):
        with contextlib.suppress(OSError):
            status = file.stat()
            size += status.st_size if status.st_nlink == 1 else 0
    return size
