"""Every coding agent's transcripts, read as the same entries. The door of the room.

An agent is an `Agent` that finds its transcripts and reads them. Everything behind `Entry` is
shared and knows no agent; `agents.json` has what differs in words and names only.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from learn_core.agents.agent import Content as Content
from learn_core.agents.agent import SubAgent as SubAgent
from learn_core.agents.agent import Tool as Tool
from learn_core.agents.agent import Transcript as Transcript
from learn_core.agents.agent import told
from learn_core.agents.claude import Claude
from learn_core.agents.codex import Codex
from learn_core.agents.copilot import Copilot
from learn_core.agents.entry import UNREADABLE as UNREADABLE
from learn_core.agents.entry import Block as Block
from learn_core.agents.entry import Entry as Entry  # noqa: TC001
from learn_core.agents.entry import Image as Image
from learn_core.agents.entry import Note as Note
from learn_core.agents.entry import Text as Text
from learn_core.agents.entry import Thinking as Thinking
from learn_core.agents.entry import ToolCall as ToolCall
from learn_core.agents.entry import ToolResult as ToolResult
from learn_core.agents.entry import Unknown as Unknown
from learn_core.agents.ids import Ids as Ids
from learn_core.agents.ids import digest as digest
from learn_core.agents.index import NO_PROMPT as NO_PROMPT
from learn_core.agents.index import Index as Index
from learn_core.agents.index import index_of as index_of
from learn_core.agents.lines import open_log
from learn_core.agents.opencode import OpenCode
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from learn_core.agents.agent import Agent

AGENTS: Mapping[str, Agent] = {
    agent.name: agent for agent in (Claude(), Codex(), Copilot(), OpenCode())
}

_START = 1 << 16  # bytes of a file that its form is recognised by


def roots(environ: Mapping[str, str]) -> dict[str, tuple[Path, ...]]:
    """Where each agent keeps its transcripts, by the agent's name."""
    return {name: agent.roots(environ) for name, agent in AGENTS.items()}


def find(where: Mapping[str, Iterable[Path]]) -> Iterator[Transcript]:
    """Every session of every agent under these roots.

    Nothing of a transcript is parsed. What cannot be read (a folder, an unknown form) is given as a
    transcript that is `unreadable`, for callers to report.
    """
    for name, folders in where.items():
        yield from AGENTS[name].find(folders)


def transcript_of(file: Path) -> Transcript:
    """The transcript that a file holds, whatever agent wrote it; recognised by its first bytes."""
    start = b''
    with suppress(LearnError, OSError), open_log(file) as opened:  # reading it says what is wrong
        start = opened.read(_START)
    # Claude Code last: the field that its lines are recognised by is in others' too
    found = (agent.recognises(file, start) for agent in reversed([*AGENTS.values()]))
    other = Transcript(agent=Claude.name, session_id=file.stem, files=(file,))
    return next((transcript for transcript in found if transcript), other)


def read(transcript: Transcript) -> Iterator[Entry]:
    """The entries of a transcript, each once, in order; those that say nothing are `dropped`.

    Raises LearnError if it cannot be opened or its form is not read, never for what it holds.
    """
    return reader(transcript)()


def reader(transcript: Transcript) -> Callable[[], Iterator[Entry]]:
    """Like `read`, for a transcript that is read twice: the second time is faster."""
    if transcript.unreadable:
        raise LearnError(f'{transcript.files[0]} cannot be read: {transcript.unreadable}')
    return AGENTS[transcript.agent].reader(transcript)


def index(transcript: Transcript) -> Index:
    """What a transcript holds; reads all of it. Raises LearnError if it cannot be opened."""
    return index_of(read(transcript))


def subagents(transcript: Transcript, index: Index) -> list[Transcript]:
    """The transcripts of a session's sub-agents, in a stable order."""
    return AGENTS[transcript.agent].subagents(transcript, index)


def contents(transcript: Transcript) -> Iterator[Content]:
    """The bytes of a transcript, of each file or row; nothing if it is gone."""
    return AGENTS[transcript.agent].contents(transcript)


def mentions(transcript: Transcript, needles: Collection[bytes]) -> bool:
    """Whether one of the needles (a branch, a path) is anywhere in the transcript's bytes."""
    return any(data.find(needle) >= 0 for data in contents(transcript) for needle in needles)


def size_of(transcript: Transcript) -> int:
    """Bytes of a transcript: of its files, or of its rows in OpenCode's database."""
    return sum(map(len, contents(transcript)))


def parts(transcript: Transcript) -> Iterator[tuple[str, Path | bytes]]:
    """Everything that a session is read from, with its sub-agents, for callers that keep it: places
    below a root, and the file or the content. `find` and `read` work on a folder with these files
    as on a root of the agent. Raises LearnError if the session cannot be read any more.
    """
    return AGENTS[transcript.agent].parts(transcript)


def tool(agent: str, name: str) -> Tool:
    """What an agent's tool does."""
    return Tool(**told().get(agent, {}).get('tools', {}).get(name, {}))


def capabilities() -> list[tuple[str, ...]]:
    """What each agent's logs can tell: a row of headings, then a row per agent."""
    rows = [(name, *told['logs'].values()) for name, told in told().items()]
    return [('agent', *told()[Claude.name]['logs']), *rows]
