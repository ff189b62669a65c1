"""Transcripts in files of their own: searched as bytes before anything of them is parsed."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING

from learn_core.agents.lines import open_log
from learn_core.agents.transcript import Part
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from learn_core.agents.transcript import Transcript


def mentions(transcript: Transcript, needles: Collection[bytes]) -> frozenset[bytes]:
    """Which of the needles are anywhere in the transcript's files. A file that cannot be opened
    holds none; what is not empty is searched at about 1 GB a second.
    """
    found: set[bytes] = set()
    for path in transcript.files:
        missing = set(needles) - found
        if not missing:
            break
        try:
            with (
                open_log(path, 0) as file,
                mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data,
            ):
                found |= {needle for needle in missing if data.find(needle) >= 0}
        except (LearnError, OSError, ValueError):  # gone, or empty
            continue
    return frozenset(found)


def size(transcript: Transcript) -> int:
    """Bytes of a transcript's files."""
    return sum(map(size_of_file, transcript.files))


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
