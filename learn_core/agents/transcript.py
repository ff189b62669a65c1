"""Facts about a transcript, before and after reading, for every agent."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from mmap import mmap
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SubAgent:
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


Content: TypeAlias = 'bytes | mmap'


class Part(NamedTuple):
    """A file of a session: its place below a root of the agent, and the file, or its content."""

    place: str
    source: Path | bytes


class PullRequestLink(NamedTuple):
    """A pull request that the agent opened, as its `pr-link` entry names it."""

    number: int
    url: str
    repository: str


class Share(NamedTuple):
    """The entries of one session id in a log: how many, and their first and last time."""

    entries: int
    first_time: str
    last_time: str


class AgentCall(NamedTuple):
    """The tool call that started a sub-agent."""

    id: str
    type: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Index:
    """What a transcript holds. Times are ISO 8601 as the log has them, empty if it has none.

    `shares` maps each session id (empty: entries without one) to its share. `source` is `exec` if
    only a program wrote its prompts. `not_a_session` says why it is no work session (an automatic
    reviewer, a cloud session's bridge entries, answers without a prompt), else empty.
    `successor` is the session that the work went on in, `forked_from` the one whose copy it begins
    with. `calls` and `nested` describe the sub-agents by id: the call that started each, and the
    places of the lines that hold its messages and its report. `uuids` are digests of those that
    copies of its entries repeat. `prompts` counts what a person said; `asks_to_skip` is set if
    `#learn-skip` was in it. `dropped` counts the entries without content, by reason.
    """

    shares: Mapping[str, Share]
    cwds: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    source: str = ''
    not_a_session: str = ''
    successor: str = ''
    forked_from: str = ''
    pull_requests: tuple[PullRequestLink, ...] = ()
    calls: Mapping[str, AgentCall] = field(default_factory=dict)
    nested: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    uuids: array[int] = field(default_factory=lambda: array('Q'))
    prompts: int = 0
    asks_to_skip: bool = False
    is_sidechain: bool = False
    dropped: Mapping[str, int] = field(default_factory=dict)

    def subagent(
        self, agent_id: str, kind: str = '', description: str = '', places: tuple[int, ...] = ()
    ) -> SubAgent:
        """A sub-agent of the session; the call that started it fills in what is not given."""
        call = self.calls.get(agent_id, AgentCall('', '', ''))
        return SubAgent(
            agent_id=agent_id,
            type=kind or call.type,
            description=description or call.description,
            call=call.id,
            places=places,
        )

    @property
    def session_ids(self) -> tuple[str, ...]:
        """The session ids of the entries, in the order of their first occurrence."""
        return tuple(found for found in self.shares if found)

    @property
    def entries(self) -> int:
        """How many entries could be read."""
        return sum(share.entries for share in self.shares.values())

    @property
    def first_time(self) -> str:
        """When the first entry was written."""
        return min(filter(None, (share.first_time for share in self.shares.values())), default='')

    @property
    def last_time(self) -> str:
        """When the last entry was written."""
        return max((share.last_time for share in self.shares.values()), default='')


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What an agent's logs can tell, for the docs and `doctor`: `yes`, `no`, or a few words."""

    branch: str
    times: str
    errors: str
    reasoning: str
    subagents: str
    rewinds: str
    queued_prompts: str


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
