"""Every coding agent's transcripts, read as the same entries. The door of the room.

An agent is a module (or a package with a door) that finds its transcripts and reads them; see
`Agent`. Everything behind `Entry` is shared and knows no agent.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from learn_core.agents import claude, codex, copilot, opencode
from learn_core.agents.entry import (
    UNREADABLE,
    Block,
    Entry,
    Image,
    Note,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Unknown,
)
from learn_core.agents.ids import Ids, digest
from learn_core.agents.lines import open_log
from learn_core.agents.tally import NO_PROMPT, index_of
from learn_core.agents.transcript import (
    Capabilities,
    Content,
    Index,
    Part,
    SubAgent,
    Tool,
    Transcript,
)
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = [
    'AGENTS',
    'NO_PROMPT',
    'UNREADABLE',
    'Block',
    'Capabilities',
    'Content',
    'Entry',
    'Ids',
    'Image',
    'Index',
    'Note',
    'Part',
    'SubAgent',
    'Text',
    'Thinking',
    'Tool',
    'ToolCall',
    'ToolResult',
    'Transcript',
    'Unknown',
    'capabilities',
    'contents',
    'digest',
    'find',
    'index',
    'index_of',
    'mentions',
    'parts',
    'read',
    'roots',
    'size_of',
    'subagents',
    'tool',
    'transcript_of',
]


class Agent(Protocol):
    """What the module of an agent gives."""

    NAME: str
    CAPABILITIES: Capabilities
    TOOLS: Mapping[str, Tool]

    def roots(self, environ: Mapping[str, str]) -> tuple[Path, ...]:
        """Where the agent keeps its transcripts."""

    def find(self, where: Iterable[Path], since: float = 0.0) -> Iterator[Transcript]:
        """The sessions under these roots that changed after `since` (seconds since 1970)."""

    def recognises(self, file: Path, start: bytes) -> Transcript | None:
        """The transcript that a file with these first bytes holds, if it is the agent's."""

    def read(self, transcript: Transcript) -> Iterator[Entry]:
        """The entries, each once, in order. Raises LearnError if a file cannot be opened."""

    def subagents(self, transcript: Transcript, index: Index) -> list[Transcript]:
        """The transcripts of a session's sub-agents."""

    def contents(self, transcript: Transcript) -> Iterator[Content]:
        """The bytes of the transcript, in one piece or in several; nothing if it is gone."""

    def parts(self, transcript: Transcript) -> Iterator[Part]:
        """What must be kept of a session. Raises LearnError."""


AGENTS: Mapping[str, Agent] = {agent.NAME: agent for agent in (claude, codex, copilot, opencode)}

_START = 1 << 16  # bytes of a file that its form is recognised by


def roots(environ: Mapping[str, str]) -> dict[str, tuple[Path, ...]]:
    """Where each agent keeps its transcripts, by the agent's name."""
    return {name: agent.roots(environ) for name, agent in AGENTS.items()}


def find(where: Mapping[str, Iterable[Path]], since: float = 0.0) -> Iterator[Transcript]:
    """Every session of every agent that changed after `since` (seconds since 1970).

    Nothing of a transcript is parsed. What cannot be read (a folder, an unknown form) is given as a
    transcript that is `unreadable`, for callers to report.
    """
    for name, folders in where.items():
        yield from AGENTS[name].find(folders, since)


def transcript_of(file: Path) -> Transcript:
    """The transcript that a file holds, whatever agent wrote it; recognised by its first bytes."""
    start = b''
    with suppress(LearnError, OSError), open_log(file) as opened:  # reading it says what is wrong
        start = opened.read(_START)
    # Claude Code last: the field that its lines are recognised by is in others' too
    found = (agent.recognises(file, start) for agent in reversed([*AGENTS.values()]))
    other = Transcript(agent=claude.NAME, session_id=file.stem, files=(file,))
    return next((transcript for transcript in found if transcript), other)


def read(transcript: Transcript) -> Iterator[Entry]:
    """The entries of a transcript, each once, in order; those that say nothing are `dropped`.

    Raises LearnError if it cannot be opened or its form is not read, never for what it holds.
    """
    if transcript.unreadable:
        raise LearnError(f'{transcript.files[0]} cannot be read: {transcript.unreadable}')
    return AGENTS[transcript.agent].read(transcript)


def index(transcript: Transcript) -> Index:
    """What a transcript holds; reads all of it. Raises LearnError if it cannot be opened."""
    return index_of(read(transcript))


def subagents(transcript: Transcript, index: Index) -> list[Transcript]:
    """The transcripts of a session's sub-agents, in a stable order."""
    return AGENTS[transcript.agent].subagents(transcript, index)


def contents(transcript: Transcript) -> Iterator[Content]:
    """The bytes of a transcript, of each file or row; nothing if it is gone."""
    return AGENTS[transcript.agent].contents(transcript)


def mentions(transcript: Transcript, needles: Collection[bytes]) -> frozenset[bytes]:
    """Which needles (a branch, a path) are anywhere in the transcript's bytes."""
    found: set[bytes] = set()
    for content in contents(transcript):
        found |= {needle for needle in set(needles) - found if content.find(needle) >= 0}
        if len(found) == len(needles):
            break
    return frozenset(found)


def size_of(transcript: Transcript) -> int:
    """Bytes of a transcript: of its files, or of its rows in OpenCode's database."""
    return sum(map(len, contents(transcript)))


def parts(transcript: Transcript) -> Iterator[Part]:
    """Everything that a session is read from, with its sub-agents, for callers that keep it.

    `find` and `read` work on a folder with these files as on a root of the agent. Raises LearnError
    if the session cannot be read any more.
    """
    return AGENTS[transcript.agent].parts(transcript)


def tool(agent: str, name: str) -> Tool:
    """What an agent's tool does."""
    return AGENTS[agent].TOOLS.get(name, Tool()) if agent in AGENTS else Tool()


def capabilities() -> list[tuple[str, ...]]:
    """What each agent's logs can tell: a row of headings, then a row per agent."""
    fields = list(Capabilities.__dataclass_fields__)
    rows = [('agent', *(name.replace('_', ' ') for name in fields))]
    for name, agent in AGENTS.items():
        rows.append((name, *(str(getattr(agent.CAPABILITIES, field)) for field in fields)))
    return rows
