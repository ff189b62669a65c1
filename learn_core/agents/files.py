"""Transcripts that are files: listing folders, and the bytes of a transcript."""

from __future__ import annotations

import mmap
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents.lines import open_log
from learn_core.agents.transcript import Part, Transcript
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from learn_core.agents.transcript import Content


class Listed(NamedTuple):
    """A file or folder; `changed` in seconds since 1970, `size` in bytes."""

    path: Path
    is_dir: bool
    is_file: bool
    changed: float
    size: int


def listed(folder: Path) -> Iterator[Listed | str]:
    """The entries of a folder, following links; or the system's error message.

    A missing folder is empty; a file that vanishes meanwhile is skipped.
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
    """A folder that cannot be listed, as a transcript to report."""
    return Transcript(
        agent=agent, session_id='', files=(folder,), unreadable=f'cannot be looked into ({reason})'
    )


def contents(transcript: Transcript) -> Iterator[Content]:
    """The bytes of each file, mapped: searched at about 1 GB a second. A file that cannot be opened
    holds none.
    """
    for file in transcript.files:
        with (
            suppress(LearnError, OSError, ValueError),  # gone, or empty
            open_log(file, 0) as opened,
            mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as data,
        ):
            yield data


def parts_below(transcript: Transcript, folders: Collection[str]) -> Iterator[Part]:
    """The files of a transcript, by their places below the root that has one of these folders."""
    for file in transcript.files:
        top = next((folder for folder in file.parents if folder.name in folders), None)
        if top is not None:
            yield Part(str(file.relative_to(top.parent)), file)


def size_of_file(file: Path) -> int:
    """Bytes of a file; 0 for one that is gone: opening it says what is wrong."""
    try:
        return file.stat().st_size
    except (OSError, ValueError):
        return 0
