"""Entries of a transcript -> its `Index`, which selection and rendering need first."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from learn_core.agents.entry import BY_PROGRAM, UNREADABLE, Note, Text, ToolCall, ToolResult
from learn_core.agents.ids import digest
from learn_core.agents.transcript import (
    AgentCall,
    Index,
    PullRequestLink,
    Share,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from learn_core.agents.entry import Block, Entry

BRIDGE = 'bridge'
NOT_A_SESSION = 'not a session: '
FORK = 'fork: '

_CLOUD = 'cloud session: only bridge entries'
NO_PROMPT = 'no prompt found in it: its form may be new'
_SYNTHETIC = '<synthetic>'
_AGENT_CALLS = frozenset({'Task', 'Agent', 'task', 'spawn_agent'})
_SKIP = re.compile(r'(?<![\w#])#learn-skip(?![\w-])')


@dataclass
class _Tally:
    """The facts so far; dicts serve as ordered sets."""

    shares: dict[str, list[Any]] = field(default_factory=dict)
    cwds: dict[str, None] = field(default_factory=dict)
    branches: dict[str, None] = field(default_factory=dict)
    models: dict[str, None] = field(default_factory=dict)
    repositories: dict[str, None] = field(default_factory=dict)
    sources: dict[str, None] = field(default_factory=dict)
    links: dict[PullRequestLink, None] = field(default_factory=dict)
    calls: dict[str, AgentCall] = field(default_factory=dict)
    call_of: dict[str, str] = field(default_factory=dict)
    nested: dict[str, list[int]] = field(default_factory=dict)
    reports: dict[str, int] = field(default_factory=dict)
    uuids: array[int] = field(default_factory=lambda: array('Q'))
    dropped: Counter[str] = field(default_factory=Counter)
    successor: str = ''
    sidechains: int = 0
    prompts: int = 0
    programs: int = 0
    asked: bool = False
    answers: int = 0
    asks_to_skip: bool = False


def index_of(entries: Iterable[Entry], meet: Callable[[Entry], None] | None = None) -> Index:
    """The index of a transcript's entries, given in its order.

    `meet` is called with each entry, for callers that want to know more on the way.
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
        repositories=tuple(filter(None, seen.repositories)),
        source=BY_PROGRAM if seen.programs and not seen.prompts else '',
        not_a_session=_not_a_session(seen),
        successor=seen.successor,
        forked_from=_told(seen, FORK),
        pull_requests=tuple(seen.links),
        calls={
            agent: seen.calls[call] for agent, call in seen.call_of.items() if call in seen.calls
        },
        nested=_nested(seen),
        uuids=seen.uuids,
        prompts=seen.prompts,
        asks_to_skip=seen.asks_to_skip,
        is_sidechain=0 < seen.sidechains == sum(share[0] for share in seen.shares.values()),
        dropped=dict(seen.dropped),
    )


def _note(seen: _Tally, entry: Entry) -> None:
    if entry.dropped:
        seen.dropped[entry.dropped] += 1
        if entry.dropped == UNREADABLE:
            return
    _note_share(seen, entry)
    _note_place(seen, entry)
    if entry.dropped:
        if entry.agent and entry.call:
            seen.call_of.setdefault(entry.agent, entry.call)
            seen.nested.setdefault(entry.agent, []).append(entry.at)
    elif entry.type == 'assistant':
        _note_answer(seen, entry)
    else:
        _note_words(seen, entry)
    if entry.report_of:
        _note_report(seen, entry)
    for block in entry.blocks:
        if isinstance(block, Note):
            _note_link(seen, entry, block)


def _note_place(seen: _Tally, entry: Entry) -> None:
    seen.cwds.setdefault(entry.cwd)
    seen.branches.setdefault(entry.branch)
    seen.repositories.setdefault(entry.repository)
    seen.sources.setdefault(entry.source)
    if entry.uuid and not entry.dropped:
        seen.uuids.append(digest(entry.uuid))
    seen.sidechains += entry.is_sidechain


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


def _note_answer(seen: _Tally, entry: Entry) -> None:
    seen.answers += 1
    if not entry.is_meta:
        seen.successor = ''
    if entry.model and entry.model != _SYNTHETIC:
        seen.models[entry.model] = None
    for block in entry.blocks:
        if isinstance(block, ToolCall) and block.name in _AGENT_CALLS:
            seen.calls[block.id] = _agent_call(block)


def _agent_call(call: ToolCall) -> AgentCall:
    def first(*names: str) -> str:
        found = (call.parameters.get(name) for name in names)
        return next((value for value in found if isinstance(value, str)), '')

    kind = first('subagent_type', 'agent_type')
    return AgentCall(call.id, kind, first('description', 'task_name', 'name'))


def _note_words(seen: _Tally, entry: Entry) -> None:
    """What a person, a program or the client said."""
    said = [block for block in entry.blocks if _is_said(entry, block)]
    words = [block.text for block in said if isinstance(block, Text | ToolResult)]
    seen.prompts += bool(said) and entry.type == 'user'
    seen.asks_to_skip |= any('#learn-skip' in text and _SKIP.search(text) for text in words)
    seen.programs += entry.subtype == BY_PROGRAM
    seen.asked |= bool(said) or (entry.is_prompt and entry.type != 'user')
    if entry.type == 'user' or entry.is_prompt:
        seen.successor = ''


def _is_said(entry: Entry, block: Block) -> bool:
    if isinstance(block, ToolResult):
        return block.is_answer
    return entry.type == 'user' and not isinstance(block, Note)


def _note_report(seen: _Tally, entry: Entry) -> None:
    """A sub-agent's report: the session has it as the result of the call."""
    seen.reports[entry.report_of] = entry.at
    for block in entry.blocks:
        if isinstance(block, ToolResult):
            seen.call_of.setdefault(entry.report_of, block.tool_use_id)


def _note_link(seen: _Tally, entry: Entry, note: Note) -> None:
    facts = dict(note.facts)
    if entry.subtype == 'continued-in':
        seen.successor = facts.get('session', '')
    elif note.kind == 'pr-link' and facts:
        link = PullRequestLink(int(facts['number']), facts['url'], facts['repository'])
        seen.links[link] = None


def _told(seen: _Tally, prefix: str) -> str:
    """The fact about the whole session that this prefix marks."""
    found = (source.removeprefix(prefix) for source in seen.sources if source.startswith(prefix))
    return next(found, '')


def _not_a_session(seen: _Tally) -> str:
    if reason := _told(seen, NOT_A_SESSION):
        return reason
    if seen.asked:
        return ''
    if seen.answers:
        return NO_PROMPT
    return _CLOUD if BRIDGE in seen.sources else ''


def _nested(seen: _Tally) -> dict[str, tuple[int, ...]]:
    """The places of each sub-agent's lines, that of its report last."""
    reports = {agent: (place,) for agent, place in seen.reports.items()}
    return {agent: (*places, *reports.get(agent, ())) for agent, places in seen.nested.items()}
