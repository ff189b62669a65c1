"""Runs on disk, in git's common folder, so that all worktrees share them.

`learn-hook/spool/*` is what hooks wrote down, `learn-hook/runs/<id>/run.json` a run: its trigger,
its state, and each step that is done with its result. Every change is one rename.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from learn_core import handover
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

VERSION = 1
MOST_ATTEMPTS = 8
KEPT_RUNS = 50

Value = TypeVar('Value')


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """What set a run off. Of a merge, `local_branch` is the plan branch that came in."""

    kind: str
    issue: int | None = None
    local_branch: str = ''
    remote_branch: str = ''
    sha: str = ''
    remote: str = ''
    url: str = ''
    worktree: str = ''
    action: str = ''
    before: str = ''
    pull: int | None = None
    must_be_plan: bool = False


class Run:
    """One plan's run. `waiting` until it is `done`, `dropped` (nothing to learn) or `failed`."""

    def __init__(self, directory: Path, trigger: Trigger) -> None:
        self.directory = directory
        self.trigger = trigger
        self.issue = trigger.issue or 0
        self.state = 'waiting'
        self.note = ''
        self.attempts = 0
        self.began = time.time()
        self.steps: dict[str, object] = {}

    def once(self, step: str, kind: Callable[..., Value], make: Callable[[], Value]) -> Value:
        """The result of a step that must not happen twice: made now, or read back."""
        if step not in self.steps:
            made: object = make()
            if dataclasses.is_dataclass(made) and not isinstance(made, type):
                made = dataclasses.asdict(made)
            self.steps[step] = made
            self.save()
        value = self.steps[step]
        return kind(**value) if isinstance(value, dict) else kind(value)

    def book(self, state: str, note: str = '') -> None:
        """The state and one sentence about it."""
        self.state, self.note = state, note
        self.save()

    def save(self) -> None:
        """Durable before it returns."""
        _write(
            self.directory / 'run.json',
            {
                'version': VERSION,
                'trigger': dataclasses.asdict(self.trigger),
                'state': self.state,
                'note': self.note,
                'attempts': self.attempts,
                'began': self.began,
                'steps': self.steps,
            },
        )


def home(common: Path) -> Path:
    """The folder of journal and lock."""
    return common / 'learn-hook'


def spooled(common: Path) -> list[tuple[Path, list[Trigger]]]:
    """What hooks wrote down and no worker has taken yet, oldest first."""
    folder = home(common) / 'spool'
    names = sorted(name for name in _names(folder) if not name.startswith('.'))
    return [(folder / name, _triggers((folder / name).read_bytes())) for name in names]


def begin(common: Path, trigger: Trigger) -> Run:
    """A new run, in a folder of its own that only its owner can read."""
    parent = home(common) / 'runs'
    directory = (
        parent / f'{time.strftime("%Y%m%dT%H%M%S")}-{time.time_ns() % 10**9:09}-{os.getpid()}'
    )
    directory.mkdir(mode=0o700, parents=True)
    run = Run(directory, trigger)
    run.save()
    _forget_oldest(common)
    return run


def runs(common: Path) -> list[Run]:
    """All runs that can be read, oldest first; those of a newer version are left alone."""
    folder = home(common) / 'runs'
    found = (_read(folder / name) for name in sorted(_names(folder)))
    return [run for run in found if run is not None]


def due(common: Path) -> list[Run]:
    """The runs that wait."""
    return [run for run in runs(common) if run.state == 'waiting']


def last_done(common: Path, issue: int) -> Run | None:
    """The newest run of that plan that went through with its dispatch."""
    done = [run for run in runs(common) if run.state == 'done' and run.issue == issue]
    return next((run for run in reversed(done) if 'workflow' in run.steps), None)


@contextlib.contextmanager
def locked(common: Path) -> Iterator[None]:
    """One worker at a time; the kernel holds the lock, so that it goes with its process."""
    import fcntl

    folder = home(common)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / 'lock').open('wb') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read(directory: Path) -> Run | None:
    try:
        content = json.loads((directory / 'run.json').read_bytes())
        if content['version'] != VERSION:
            return None
        run = Run(directory, Trigger(**content['trigger']))
        run.state, run.note = str(content['state']), str(content['note'])
        run.attempts, run.began = int(content['attempts']), float(content['began'])
        run.steps = dict(content['steps'])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return run


def _triggers(data: bytes) -> list[Trigger]:
    return [_trigger(fields) for fields in handover.read_lines(data) if len(fields) == 8]


def _trigger(fields: list[str]) -> Trigger:
    kind, first, second, third, remote, url, worktree, _ = fields
    if kind == 'merge':
        return Trigger(kind='merge', action=first, before=second, sha=third, worktree=worktree)
    return Trigger(
        kind='push',
        local_branch=first,
        remote_branch=second,
        sha=third,
        remote=remote,
        url=url,
        worktree=worktree,
    )


def _forget_oldest(common: Path) -> None:
    import shutil

    ended = [run for run in runs(common) if run.state != 'waiting']
    for run in ended[:-KEPT_RUNS]:
        shutil.rmtree(run.directory, ignore_errors=True)


def _write(path: Path, content: object) -> None:
    aside = path.with_name(f'.{path.name}')
    try:
        with aside.open('w', encoding='utf-8') as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        raise LearnError(
            f'the journal in {path.parent} can not be written ({error.strerror}); make room there'
        ) from error


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
