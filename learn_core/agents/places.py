"""Folders of transcripts, looked into: what is in them, or why that cannot be told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Iterator


class Listed(NamedTuple):
    """A file or folder; `changed` in seconds since 1970, `size` in bytes."""

    path: Path
    is_dir: bool
    is_file: bool
    changed: float
    size: int


def listed(folder: Path) -> Iterator[Listed | str]:
    """What is in a folder, links followed; the system's words if it cannot be looked into.

    A folder that does not exist holds nothing; a file that vanished meanwhile is passed over.
    """
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        yield getattr(error, 'strerror', None) or str(error)
        return
    for entry in found:
        try:
            status = entry.stat()
            is_dir, is_file = entry.is_dir(), entry.is_file()
        except OSError:
            continue
        yield Listed(Path(entry.path), is_dir, is_file, status.st_mtime, status.st_size)


def unreadable_place(agent: str, folder: Path, reason: str) -> Transcript:
    """A folder whose transcripts cannot be found."""
    return Transcript(
        agent=agent, session_id='', files=(folder,), unreadable=f'cannot be looked into ({reason})'
    )
