"""Waits until a plan's transcripts are no longer written to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from learn_core import agents

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from learn_core.sessions.source import SessionSource

LONGEST_WAIT_SECONDS = 300


def wait_until_quiet(sources: Sequence[SessionSource], quiet_seconds: float) -> bool:
    """Waits until no transcript, nor one of a sub-agent, was written to for `quiet_seconds`, at
    most five minutes: the agent that pushed is often still in its turn. True if all are quiet.
    """
    files = dict.fromkeys(file for source in sources for file in _files(source))
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while True:
        ages = [time.time() - changed for changed in map(_changed, files) if changed is not None]
        wait = max((quiet_seconds - age for age in ages if age >= 0), default=0.0)
        if wait <= 0:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(min(wait, 5.0))


def _files(source: SessionSource) -> Iterator[Path]:
    transcript, index = source.transcript, source.index
    if transcript is None or index is None:
        return
    yield from transcript.files
    for agent in agents.subagents(transcript, index):
        yield from agent.files


def _changed(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None
