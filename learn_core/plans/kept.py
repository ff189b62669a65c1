"""The transcripts of waiting plans, which clients delete after a while, kept beside the records."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import agents
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from learn_core.agents import Transcript

MOST_COPIED = 200_000_000  # for one plan, where links cannot be made


def kept_logs(folder: Path) -> Path:
    """Where a plan's transcripts are kept: a folder per agent, laid out as the agent's own."""
    return folder / 'logs'


def keep_logs(folder: Path, transcripts: Iterable[Transcript]) -> None:
    """Keeps transcripts, the newest first: hard links, and copies where there can be none. What
    cannot be kept is left out.
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
