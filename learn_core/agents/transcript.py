"""What is known of a transcript before it is read, and what an agent's tools do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from mmap import mmap
    from pathlib import Path

Content: TypeAlias = 'bytes | mmap'


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
