"""A first pass over a log: what must be known of it before it is rendered or chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from learn_core.agents.claude.blocks import Note, Text, ToolResult, ToolUse, string
from learn_core.agents.claude.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from learn_core.agents.claude.entries import Entry

_SYNTHETIC = '<synthetic>'
_MOST_LINES = 30  # of a result that are kept, whatever it says
_AGENT_CALLS = frozenset({'Task', 'Agent'})


class PullRequestLink(NamedTuple):
    """A pull request that the agent opened, as its `pr-link` entry names it."""

    number: int
    url: str
    repository: str


class Share(NamedTuple):
    """What entries of one session id a log holds: how many, and their first and last time."""

    entries: int
    first_time: str
    last_time: str


class AgentCall(NamedTuple):
    """The tool use that started a sub-agent."""

    id: str
    type: str
    description: str


@dataclass(frozen=True, kw_only=True)
class AgentTraces:
    """What a session's own log says of its sub-agents, by the agent's id.

    `nested` are the places (in bytes) of the lines that hold an agent's messages, and at last its
    report.
    """

    calls: Mapping[str, AgentCall]
    nested: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, kw_only=True)
class Index:
    """What a log holds. Times are ISO 8601 as the log has them, empty if it has none.

    `shares` maps each session id (empty: entries without one) to its share. `undelivered` are the
    prompts typed while the agent worked that stand in no other entry. `successor` is the session
    that the work went on in, empty if it did not. `unreadable` counts what could not be read.
    """

    shares: Mapping[str, Share]
    cwds: tuple[str, ...]
    branches: tuple[str, ...]
    models: tuple[str, ...]
    successor: str
    pull_requests: tuple[PullRequestLink, ...]
    undelivered: frozenset[str]
    agents: AgentTraces
    tree: Tree
    is_sidechain: bool
    unreadable: int

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


@dataclass
class _Tally:
    """What was seen so far; the dicts are sets that keep their order."""

    shares: dict[str, list[Any]] = field(default_factory=dict)
    cwds: dict[str, None] = field(default_factory=dict)
    branches: dict[str, None] = field(default_factory=dict)
    models: dict[str, None] = field(default_factory=dict)
    links: dict[PullRequestLink, None] = field(default_factory=dict)
    waiting: dict[str, None] = field(default_factory=dict)
    calls: dict[str, AgentCall] = field(default_factory=dict)
    call_of: dict[str, str] = field(default_factory=dict)
    nested: dict[str, list[int]] = field(default_factory=dict)
    reports: dict[str, int] = field(default_factory=dict)
    tree: Tree = field(default_factory=Tree)
    successor: str = ''
    sidechains: int = 0


def index_of(entries: Iterable[Entry], meet: Callable[[Entry], None] | None = None) -> Index:
    """The index of a log's entries, given in its order; `unreadable` is left to who read them.

    `meet` is called with each entry, for who wants to know more on the way.
    """
    seen = _Tally()
    for entry in entries:
        _note(seen, entry)
        if meet is not None:
            meet(entry)
    return Index(
        shares={session_id: Share(*share) for session_id, share in seen.shares.items()},
        cwds=tuple(filter(None, seen.cwds)),
        branches=tuple(filter(None, seen.branches)),
        models=tuple(seen.models),
        successor=seen.successor,
        pull_requests=tuple(seen.links),
        undelivered=frozenset(seen.waiting),
        agents=_traces(seen),
        tree=seen.tree.grown(),
        is_sidechain=seen.sidechains > 0
        and seen.sidechains == sum(share[0] for share in seen.shares.values()),
        unreadable=0,
    )


def _note(seen: _Tally, entry: Entry) -> None:
    _note_share(seen, entry)
    seen.tree.add(entry)
    if entry.cwd not in seen.cwds:
        seen.cwds[entry.cwd] = None
    if entry.branch not in seen.branches:
        seen.branches[entry.branch] = None
    if entry.is_sidechain:
        seen.sidechains += 1
    kind = entry.type
    if kind == 'progress':
        if entry.subtype == 'agent_progress':
            seen.call_of.setdefault(entry.agent, entry.call)
            seen.nested.setdefault(entry.agent, []).append(entry.at)
    elif kind in {'user', 'assistant'}:
        _note_message(seen, entry)
    elif kind in {'pr-link', 'continued-in'}:
        _note_link(seen, entry)
    elif kind == 'queue-operation':
        _note_queued(seen, entry)
    elif kind == 'attachment' and seen.waiting:
        _deliver(seen, entry)


def _note_share(seen: _Tally, entry: Entry) -> None:
    old, time = seen.shares.get(entry.session_id), entry.time
    if old is None:
        seen.shares[entry.session_id] = [1, time, time]
        return
    old[0] += 1
    if time > old[2]:
        old[2] = time
        old[1] = old[1] or time
    elif time and time < old[1]:
        old[1] = time


def _note_message(seen: _Tally, entry: Entry) -> None:
    if not entry.is_meta:
        seen.successor = ''
    if entry.type == 'assistant':
        if entry.model and entry.model != _SYNTHETIC:
            seen.models[entry.model] = None
        _note_calls(seen, entry)
    else:
        if entry.report_of:
            _note_report(seen, entry)
        if seen.waiting:
            _deliver(seen, entry)


def _note_calls(seen: _Tally, entry: Entry) -> None:
    for block in entry.blocks:
        if isinstance(block, ToolUse) and block.name in _AGENT_CALLS:
            about = block.parameters
            kind, description = string(about.get('subagent_type')), string(about.get('description'))
            seen.calls[block.id] = AgentCall(block.id, kind, description)


def _note_report(seen: _Tally, entry: Entry) -> None:
    """The last words of an agent: the session holds them as the outcome of its call."""
    seen.reports[entry.report_of] = entry.at
    for block in entry.blocks:
        if isinstance(block, ToolResult):
            seen.call_of.setdefault(entry.report_of, block.tool_use_id)


def _note_link(seen: _Tally, entry: Entry) -> None:
    for block in entry.blocks:
        facts = dict(block.facts) if isinstance(block, Note) else {}
        if entry.type == 'continued-in':
            seen.successor = facts['session']
        elif facts:
            link = PullRequestLink(int(facts['number']), facts['url'], facts['repository'])
            seen.links[link] = None


def _note_queued(seen: _Tally, entry: Entry) -> None:
    """A prompt put into the queue; older clients log no other copy of some of them."""
    for block in entry.blocks:
        text = block.text.strip() if isinstance(block, Text) else ''
        if text and not text.startswith('<task-notif'):
            seen.waiting[text] = None


def _deliver(seen: _Tally, entry: Entry) -> None:
    """A prompt has arrived where an entry says just that. A word like "stop" stands in many texts,
    and in the doubt it is kept: said twice is better than lost.
    """
    for block in entry.blocks:
        if isinstance(block, Text | ToolResult):
            seen.waiting.pop(block.text.strip(), None)
            for line in block.text.split('\n', _MOST_LINES)[:_MOST_LINES]:
                seen.waiting.pop(line.strip(), None)


def _traces(seen: _Tally) -> AgentTraces:
    agents = {agent: seen.calls[call] for agent, call in seen.call_of.items() if call in seen.calls}
    nested = {
        agent: (*places, *([seen.reports[agent]] if agent in seen.reports else []))
        for agent, places in seen.nested.items()
    }
    return AgentTraces(calls=agents, nested=nested)
