"""Runs on disk, in git's common folder, so that all worktrees share them.

Each has a folder, `learn-hook/runs/<moment>-<pid>`, with its `run.json`. What becomes a run stands
in `intake`, how long it is kept in `keeping`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.plans.run import VERSION, Run, content_of, read_run, unwritten
from learn_core.push import spool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from learn_core.plans.run import Trigger


def home(common: Path) -> Path:
    """The folder of journal and lock."""
    return common / 'learn-hook'


def begin(common: Path, trigger: Trigger) -> Run:
    """A new run, in a folder of its own that only its owner can read."""
    parent = home(common) / 'runs'
    seconds, fraction = divmod(time.time_ns(), 10**9)
    moment = time.strftime('%Y%m%dT%H%M%S', time.gmtime(seconds))
    name = f'{moment}-{fraction:09}-{os.getpid()}'
    run = Run(parent / f'.{name}', trigger)
    try:
        run.directory.mkdir(mode=0o700, parents=True)
        run.save()
        run.directory = run.directory.rename(parent / name)
    except (OSError, LearnError) as error:
        shutil.rmtree(run.directory, ignore_errors=True)
        raise unwritten(parent, error) from error
    return run


def runs(common: Path) -> list[Run]:
    """All runs that can be read, oldest first; those of a newer version are left alone."""
    folder = home(common) / 'runs'
    found = (read_run(folder / name) for name in names(folder) if not name.startswith('.'))
    return [run for run in found if run is not None]


def named(common: Path, word: str) -> Run:
    """The run that a person means: `123` or `#123` is the newest of that plan, anything else the
    beginning of a run's name. Raises LearnError.
    """
    found = runs(common)
    number = word.removeprefix('#')
    mine = [run for run in found if number.isdecimal() and run.issue == int(number)][-1:]
    mine = mine or [run for run in found if word and run.directory.name.startswith(word)]
    if len(mine) != 1:
        count = 'several runs' if mine else 'no run'
        raise LearnError(f'{count} of the name {word[:40]!r}; learn-hook status lists them')
    return mine[0]


def left_alone(common: Path) -> list[str]:
    """A line for each run that is not touched: a newer learn-hook wrote it, or it is damaged."""
    lines = []
    folder = home(common) / 'runs'
    for directory in [folder / name for name in names(folder) if not name.startswith('.')]:
        if read_run(directory) is None:
            content = content_of(directory)
            version = content.get('version') if isinstance(content, dict) else None
            is_newer = isinstance(version, int) and version > VERSION
            why = 'is of a newer learn-hook; update this one' if is_newer else 'can not be read'
            lines.append(f'{directory} {why}')
    return lines


def last_done(common: Path, plan_url: str) -> Run | None:
    """The newest run of the plan with that URL that went through with its dispatch."""
    done = [run for run in runs(common) if run.state == 'done' and run.plan_url == plan_url]
    return next((run for run in reversed(done) if 'workflow' in run.steps), None)


def started(common: Path) -> set[str]:
    """The ids of all workflow runs that a run of ours has for its own."""
    steps = (run.steps.get('workflow') for run in runs(common))
    return {str(step['id']) for step in steps if isinstance(step, dict)}


@contextlib.contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Holds a lock of that name, which the kernel gives back with the process; False if another
    process holds it and there is no `wait`.
    """
    from filelock import FileLock, Timeout

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(path, timeout=-1 if wait else 0)
    try:
        with lock:
            yield True
    except Timeout:
        yield False


def log_of(run: Run) -> str:
    """What the run said, line by line; its note where it said nothing."""
    try:
        return (run.directory / 'log').read_text(encoding='utf-8').rstrip()
    except OSError:
        return run.note or f'the run is {run.state}'


def read_again(run: Run) -> Run | None:
    """The run as it is on disk now, for another worker may have ended it."""
    return read_run(run.directory)


def names(folder: Path) -> list[str]:
    """What is in a folder of ours, oldest first."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def is_left_behind(name: str) -> bool:
    """Is it what a process was making when it ended? It has that process's number in its name."""
    pid = name.rpartition('-')[2]
    return name.startswith('.') and pid.isdigit() and not spool.is_alive(int(pid))
