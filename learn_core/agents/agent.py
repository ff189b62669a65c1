"""What an agent is to the others: where its transcripts are, and how they are read."""

from __future__ import annotations

import mmap
import os
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from learn_core.agents.lines import open_log
from learn_core.agents.transcript import Transcript
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from learn_core.agents.entry import Entry
    from learn_core.agents.index import Index
    from learn_core.agents.transcript import Content


class Agent(ABC):
    """A coding agent. Its transcripts are files, unless it says otherwise.

    `home` is the variable that names its folder, and where that is without it; `folders` are the
    folders in it that hold transcripts.
    """

    name: ClassVar[str]
    home: ClassVar[tuple[str, str]]
    folders: ClassVar[tuple[str, ...]]

    def roots(self, environ: Mapping[str, str]) -> tuple[Path, ...]:
        """Where the agent keeps its transcripts."""
        variable, folder = self.home
        return (expanded(environ.get(variable) or folder),)

    @abstractmethod
    def find(self, where: Iterable[Path]) -> Iterator[Transcript]:
        """The sessions under these roots, and what cannot be read there."""

    @abstractmethod
    def recognises(self, file: Path, start: bytes) -> Transcript | None:
        """The transcript that a file with these first bytes holds, if it is the agent's."""

    @abstractmethod
    def read(self, transcript: Transcript) -> Iterator[Entry]:
        """The entries, each once, in order. Raises LearnError if a file cannot be opened."""

    @abstractmethod
    def subagents(self, transcript: Transcript, index: Index) -> list[Transcript]:
        """The transcripts of a session's sub-agents, in a stable order, none twice."""

    def contents(self, transcript: Transcript) -> Iterator[Content]:
        """The bytes of each file, mapped: searched at about 1 GB a second. A file that cannot be
        opened holds none.
        """
        for file in transcript.files:
            with (
                suppress(LearnError, OSError, ValueError),  # gone, or empty
                open_log(file, 0) as opened,
                mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as data,
            ):
                yield data

    def parts(self, transcript: Transcript) -> Iterator[tuple[str, Path | bytes]]:
        """What must be kept of a session: each file by its place below the agent's root, or its
        content. Raises LearnError.
        """
        for file in transcript.files:
            if top := self.top_of(file):
                yield str(file.relative_to(top)), file

    def top_of(self, file: Path) -> Path | None:
        """The root that a transcript is below."""
        return next((top.parent for top in file.parents if top.name in self.folders), None)

    def unreadable(self, place: Path, reason: str) -> Transcript:
        """A place that no session can be read from, as a transcript to report."""
        return Transcript(agent=self.name, session_id='', files=(place,), unreadable=reason)


class Listed(NamedTuple):
    """A file or folder; `changed` in seconds since 1970, `size` in bytes."""

    path: Path
    is_dir: bool
    is_file: bool
    changed: float
    size: int


def listed(agent: Agent, folder: Path) -> Iterator[Listed | Transcript]:
    """The entries of a folder, following links; or what cannot be looked into.

    A missing folder is empty; a file that vanishes meanwhile is skipped.
    """
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        why = getattr(error, 'strerror', None) or str(error)
        yield agent.unreadable(folder, f'cannot be looked into ({why})')
        return
    for entry in found:
        with suppress(OSError):
            status = entry.stat()
            kinds = entry.is_dir(), entry.is_file()
            yield Listed(Path(entry.path), *kinds, status.st_mtime, status.st_size)


def expanded(folder: str) -> Path:
    """A folder below a user's home; that of a user who does not exist stays as it is."""
    return Path(os.path.expanduser(folder))  # noqa: PTH111  (pathlib raises)
