"""A run and what set it off, as they stand in `run.json`: its state, and each step that is done.

Every change is one rename.
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

from learn_core.errors import LearnError
from learn_core.push import spool

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERSION = 1
OPEN = ('waiting', 'held')

Value = TypeVar('Value')


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """What set a run off.

    A merge names no branch at first: which plan branches it brought in stands in its reflog
    `action` and between the shas `before` and `sha`, and `onto` is the branch that it went into.
    `plan_repo` and `force` are what a person asked for. `git_pid` is the process whose end is the
    push's, 0 where that can't be known.
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
    git_pid: int = 0


class Run:
    """One plan's run. `waiting` until it is `done`, `dropped` (nothing to learn) or `failed`;
    `held` is packed, and goes when a person lets it, or did not object in time. `not_before` is the
    time from which it may go on, in seconds since 1970, 0 for at once.
    """

    def __init__(self, directory: Path, trigger: Trigger) -> None:
        self.directory = directory
        self.trigger = trigger
        self.issue = trigger.issue or 0
        self.state = 'waiting'
        self.note = ''
        self.attempts = 0
        self.began = time.time()
        self.ended = 0.0
        self.not_before = 0.0
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

    @property
    def is_open(self) -> bool:
        """Is something left to be done or decided?"""
        return self.state in OPEN

    @property
    def is_touched(self) -> bool:
        """Was something sent of it, or was it looked at? Then it goes as it is, or not at all."""
        return not self.steps.keys().isdisjoint(('sending', 'shown', 'released'))

    @property
    def waits_for_a_person(self) -> bool:
        """Nothing is done about it before somebody says so."""
        return self.state == 'held' and not self.not_before

    def is_due(self, now: float) -> bool:
        """May it go on? A clock that was set back since it was put off puts nothing off."""
        return self.is_open and (self.not_before <= now or now < self.ended)

    def is_like(self, other: Run) -> bool:
        """Two pushes of one plan: what the later one makes is newer in everything."""
        mine, its = self.trigger, other.trigger
        return (
            self.issue == other.issue != 0
            and mine.kind == its.kind == 'push'
            and (mine.remote, mine.plan_repo) == (its.remote, its.plan_repo)
        )

    def book(self, state: str, note: str = '', *, not_before: float = 0.0) -> None:
        """The state and one sentence about it."""
        self.state, self.note, self.ended = state, note, time.time()
        self.not_before = not_before
        self.save()

    def forget(self) -> None:
        """Leaves no trace, nor half a run where this is cut off: it was none of a plan's."""
        aside = self.directory.with_name(f'.{self.directory.name}-{os.getpid()}')
        with contextlib.suppress(OSError):
            self.directory = self.directory.rename(aside)
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
                'not_before': self.not_before,
                'issue': self.issue,
                'steps': self.steps,
            },
        )


def content_of(directory: Path) -> object:
    """What stands in a run.json, None where that is no JSON."""
    try:
        return json.loads((directory / 'run.json').read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def read_run(directory: Path) -> Run | None:
    """The run of a folder; None where it can't be read, or a newer version wrote it."""
    content = content_of(directory)
    if not isinstance(content, dict) or content.get('version') != VERSION:
        return None
    try:
        run = Run(directory, Trigger(**content['trigger']))
        run.state, run.note = str(content['state']), str(content['note'])
        run.attempts, run.issue = int(content['attempts']), int(content['issue'])
        run.began, run.ended = float(content['began']), float(content['ended'])
        run.not_before = float(content.get('not_before', 0.0))
        run.steps = dict(content['steps'])
    except (ValueError, TypeError, KeyError):
        return None
    return run


def _write(path: Path, content: object) -> None:
    aside = path.with_name(f'.{path.name}')
    try:
        with aside.open('w', encoding='utf-8') as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        spool.flush(str(path.parent))
    except OSError as error:
        raise unwritten(path.parent, error) from error


def unwritten(folder: Path, error: OSError | LearnError) -> LearnError:
    """Why a run could not be written down."""
    if isinstance(error, LearnError):
        return error
    reason = error.strerror
    return LearnError(f'the journal in {folder} can not be written ({reason}); make room there')
