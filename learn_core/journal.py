"""Runs on disk, in git's common folder, so that all worktrees share them.

`learn-hook/spool/*` is what hooks wrote down, `learn-hook/runs/<id>/run.json` a run: its trigger,
its state, and each step that is done with its result. Every change is one rename.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
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
FIELDS = 8

Value = TypeVar('Value')


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """What set a run off.

    A merge names no branch at first: which plan branches it brought in stands in its reflog
    `action` and between the shas `before` and `sha`, and `onto` is the branch that it went into.
    `plan_repo` and `force` are what a person asked for. `end_is_seen`: was git's end waited for?
    """

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
    onto: str = ''
    plan_repo: str = ''
    force: bool = False
    end_is_seen: bool = False


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
        self.ended = 0.0
        self.steps: dict[str, object] = {}

    def once(self, step: str, kind: Callable[..., Value], make: Callable[[], Value]) -> Value:
        """The result of a step that must not happen twice: made now, or read back."""
        if step not in self.steps:
            made: object = make()
            if dataclasses.is_dataclass(made) and not isinstance(made, type):
                made = dataclasses.asdict(made)
            self.steps[step] = made
            self.save()
        return self.result(step, kind)

    def result(self, step: str, kind: Callable[..., Value]) -> Value:
        """The result of a step that is done."""
        value = self.steps[step]
        return kind(**value) if isinstance(value, dict) else kind(value)

    @property
    def plan_url(self) -> str:
        """The plan issue's page, '' until it was read: two repositories may share a number."""
        return str(self.steps.get('plan', ''))

    def url_of(self, step: str) -> str:
        """The URL in the result of a step, '' if there is none."""
        value = self.steps.get(step)
        return str(value.get('url', '')) if isinstance(value, dict) else ''

    def book(self, state: str, note: str = '') -> None:
        """The state and one sentence about it."""
        self.state, self.note, self.ended = state, note, time.time()
        self.save()

    def forget(self) -> None:
        """Leaves no trace: it was none of a plan's."""
        shutil.rmtree(self.directory, ignore_errors=True)

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
                'ended': self.ended,
                'issue': self.issue,
                'steps': self.steps,
            },
        )


def home(common: Path) -> Path:
    """The folder of journal and lock."""
    return common / 'learn-hook'


def take_in(common: Path) -> None:
    """Makes runs of what hooks wrote down, oldest first."""
    folder = home(common) / 'spool'
    with locked(home(common) / 'lock-spool'):
        for name in sorted(name for name in _names(folder) if not name.startswith('.')):
            for fields in handover.read_lines((folder / name).read_bytes()):
                if len(fields) == FIELDS:
                    begin(common, _trigger(fields))
            (folder / name).unlink()


def begin(common: Path, trigger: Trigger) -> Run:
    """A new run, in a folder of its own that only its owner can read."""
    parent = home(common) / 'runs'
    seconds, fraction = divmod(time.time_ns(), 10**9)
    moment = time.strftime('%Y%m%dT%H%M%S', time.gmtime(seconds))
    directory = parent / f'{moment}-{fraction:09}-{os.getpid()}'
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


def _read(directory: Path) -> Run | None:
    try:
        content = json.loads((directory / 'run.json').read_bytes())
        if content['version'] != VERSION:
            return None
        run = Run(directory, Trigger(**content['trigger']))
        run.state, run.note = str(content['state']), str(content['note'])
        run.attempts, run.issue = int(content['attempts']), int(content['issue'])
        run.began, run.ended = float(content['began']), float(content['ended'])
        run.steps = dict(content['steps'])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return run


def _trigger(fields: list[str]) -> Trigger:
    kind, first, second, third, remote, url, worktree, git_pid = fields
    if kind == 'merge':
        return Trigger(
            kind=kind, action=first, before=second, sha=third, onto=remote, worktree=worktree
        )
    return Trigger(
        kind=kind,
        local_branch=first,
        remote_branch=second,
        sha=third,
        remote=remote,
        url=url,
        worktree=worktree,
        end_is_seen=git_pid != '0',
    )


def _forget_oldest(common: Path) -> None:
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


def log_of(run: Run) -> str:
    """What the run said, line by line; its note where it said nothing."""
    try:
        return (run.directory / 'log').read_text(encoding='utf-8').rstrip()
    except OSError:
        return run.note or f'the run is {run.state}'


def read_again(run: Run) -> Run | None:
    """The run as it is on disk now, for another worker may have ended it."""
    return _read(run.directory)


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
