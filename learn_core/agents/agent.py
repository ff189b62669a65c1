"""What an agent is to the others: where its transcripts are, how they are read, what tools do."""

from __future__ import annotations

import mmap
import os
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeAlias

import orjson

from learn_core.agents.lines import open_log
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from learn_core.agents.entry import Entry
    from learn_core.agents.index import Index


Content: TypeAlias = 'bytes | mmap.mmap'


class SubAgent(NamedTuple):
    """The sub-agent that a transcript belongs to; `call` is the tool call that started it.

    `places` are where its messages are nested in the session's own log, if it has no file.
    """

    agent_id: str
    type: str = ''
    description: str = ''
    call: str = ''
    places: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """A session or a sub-agent, and where it is stored; not read yet.

    `files` are all files of the session id; of OpenCode the database, or an exported session.
    `changed` is when it was last written to, in seconds since 1970. `directory`, `first_time`
    and `last_time` (ISO 8601) are known here only for OpenCode, which has no branches.
    `unreadable` says why it cannot be read (an unknown format, a folder without permission), else
    it is empty.
    """

    agent: str
    session_id: str
    files: tuple[Path, ...]
    changed: float = 0.0
    directory: str = ''
    first_time: str = ''
    last_time: str = ''
    unreadable: str = ''
    subagent: SubAgent | None = None


class Tool(NamedTuple):
    """What a tool does: `run`, `read`, `search`, `edit`, `write`, `ask`, `propose`, `todo`,
    `delegate`, `fetch`, or nothing that the rules know (empty).

    The others are the names of its parameters: a command line, a file's path, the texts before and
    after an edit, a patch, the content written.
    """

    does: str = ''
    command: str = ''
    path: str = ''
    old: str = ''
    new: str = ''
    patch: str = ''
    content: str = ''


class File(NamedTuple):
    """A file; `changed` in seconds since 1970, `size` in bytes."""

    path: Path
    changed: float
    size: int


class Agent(ABC):
    """A coding agent. Its transcripts are files, unless it says otherwise.

    `home` is the variable that names its folder, and where that is without it; `folders` are the
    folders in it that hold transcripts, and how many folders deep they are there.
    """

    name: ClassVar[str]
    home: ClassVar[tuple[str, str]] = ('', '')
    folders: ClassVar[Mapping[str, int]] = {}

    def roots(self, environ: Mapping[str, str]) -> tuple[Path, ...]:
        """Where the agent keeps its transcripts."""
        variable, folder = self.home
        return (expanded(environ.get(variable) or folder),)

    def find(self, where: Iterable[Path]) -> Iterator[Transcript]:
        """The sessions under these roots, and what cannot be looked into there."""
        found = [file for root in where for file in self.files(root)]
        yield from (one for one in found if isinstance(one, Transcript))
        yield from self.sessions([one for one in found if isinstance(one, File)])

    def files(self, root: Path) -> Iterator[File | Transcript]:
        """The files that may hold transcripts, and what cannot be looked into."""
        for folder, depth in self.folders.items():
            yield from self._below(root / folder, depth)

    def _below(self, folder: Path, depth: int) -> Iterator[File | Transcript]:
        """Follows links. A missing folder is empty; a file that vanishes meanwhile is skipped."""
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            why = getattr(error, 'strerror', None) or str(error)
            yield self.unreadable(folder, f'cannot be looked into ({why})')
            return
        for entry in found:
            with suppress(OSError):
                if entry.is_file():
                    status = entry.stat()
                    yield File(Path(entry.path), status.st_mtime, status.st_size)
                elif depth and entry.is_dir():
                    yield from self._below(Path(entry.path), depth - 1)

    def sessions(self, files: Iterable[File]) -> Iterator[Transcript]:  # noqa: ARG002
        """The sessions that these files hold."""
        return iter(())

    @abstractmethod
    def recognises(self, file: Path, start: bytes) -> Transcript | None:
        """The transcript that a file with these first bytes holds, if it is the agent's."""

    @abstractmethod
    def read(self, transcript: Transcript) -> Iterator[Entry]:
        """The entries, each once, in order. Raises LearnError if a file cannot be opened."""

    def reader(self, transcript: Transcript) -> Callable[[], Iterator[Entry]]:
        """Reads the entries each time it is called. The first time may spare the next some work."""
        return lambda: self.read(transcript)

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


def expanded(folder: str) -> Path:
    """A folder below a user's home; that of a user who does not exist stays as it is."""
    return Path(os.path.expanduser(folder))  # noqa: PTH111  (pathlib raises)


@cache
def told() -> Mapping[str, Any]:
    """agents.json: what the `logs` of each agent can tell, which kinds of entries are `silent`, and
    what its `tools` do.
    """
    found: Mapping[str, Any] = orjson.loads(Path(__file__).with_name('agents.json').read_bytes())
    return found
