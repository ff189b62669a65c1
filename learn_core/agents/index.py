"""What a transcript holds, which selection and rendering need to know first."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents.agent import SubAgent
from learn_core.agents.entry import BY_PROGRAM, UNREADABLE, Note, Text, ToolCall, ToolResult
from learn_core.agents.ids import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from learn_core.agents.entry import Block, Entry

NO_PROMPT = 'no prompt found in it: its form may be new'

_CLOUD = 'cloud session: only bridge entries'
_SYNTHETIC = '<synthetic>'
_AGENT_CALLS = frozenset({'Task', 'Agent', 'task', 'spawn_agent'})
_SKIP = re.compile(r'(?<![\w#])#learn-skip(?![\w-])')


class PullRequestLink(NamedTuple):
    """A pull request that the agent opened, as its `pr-link` entry names it."""

    number: int
    url: str
    repository: str


@dataclass(kw_only=True)
class Index:
    """What a transcript holds; dicts serve as ordered sets. Times are ISO 8601 as the log has them,
    empty if it has none.

    `entries` could be read. `automatic` and `forked_from` are what an entry told (see `Entry`),
    `successor` is the session that the work went on in. `nested` are the
    places of each sub-agent's lines in the log, `reports` that of its report, `call_of` the id of
    the call that started it. `uuids` are digests of those that copies of its entries repeat.
    `prompts` counts what a person said, `programs` what a program did; `asks_to_skip` is set if
    `#learn-skip` was in a person's words. `dropped` counts the entries without content, by reason.
    """

    entries: int = 0
    first_time: str = ''
    last_time: str = ''
    cwds: dict[str, None] = field(default_factory=dict)
    branches: dict[str, None] = field(default_factory=dict)
    models: dict[str, None] = field(default_factory=dict)
    repositories: dict[str, None] = field(default_factory=dict)
    pull_requests: dict[PullRequestLink, None] = field(default_factory=dict)
    automatic: str = ''
    forked_from: str = ''
    is_bridged: bool = False
    successor: str = ''
    calls: dict[str, ToolCall] = field(default_factory=dict)
    call_of: dict[str, str] = field(default_factory=dict)
    nested: dict[str, list[int]] = field(default_factory=dict)
    reports: dict[str, int] = field(default_factory=dict)
    uuids: array[int] = field(default_factory=lambda: array('Q'))
    dropped: Counter[str] = field(default_factory=Counter)
    prompts: int = 0
    programs: int = 0
    answers: int = 0
    was_asked: bool = False
    asks_to_skip: bool = False

    @property
    def source(self) -> str:
        """`exec` if only a program wrote its prompts."""
        return BY_PROGRAM if self.programs and not self.prompts else ''

    @property
    def not_a_session(self) -> str:
        """Why it is no work session (an automatic reviewer, a cloud session's bridge entries,
        answers without a prompt), else empty.
        """
        if self.automatic or self.was_asked:
            return self.automatic
        return NO_PROMPT if self.answers else _CLOUD if self.is_bridged else ''

    def subagent(self, agent_id: str, kind: str = '', description: str = '') -> SubAgent:
        """A sub-agent of the session; the call that started it fills in what is not given."""
        call = self.calls.get(self.call_of.get(agent_id, ''), ToolCall('', '', {}))
        return SubAgent(
            agent_id,
            kind or _first(call, 'subagent_type', 'agent_type'),
            description or _first(call, 'description', 'task_name', 'name'),
            call.id,
        )

    def places(self, agent_id: str) -> tuple[int, ...]:
        """Where the lines of a sub-agent are in the log, that of its report last."""
        report = [self.reports[agent_id]] if agent_id in self.reports else []
        return (*self.nested.get(agent_id, ()), *report)

    def add(self, entry: Entry) -> None:
        """Adds the next entry of the transcript."""
        if entry.dropped:
            self.dropped[entry.dropped] += 1
        if entry.dropped == UNREADABLE:
            return
        self.entries += 1
        self._add_facts(entry)
        if entry.dropped:
            if entry.agent and entry.call:
                self.call_of.setdefault(entry.agent, entry.call)
                self.nested.setdefault(entry.agent, []).append(entry.at)
        elif entry.type == 'assistant':
            self._add_answer(entry)
        else:
            self._add_words(entry)
        if entry.report_of:  # the session has it as the result of the call
            self.reports[entry.report_of] = entry.at
        for block in entry.blocks:
            self._add_block(entry, block)

    def _add_facts(self, entry: Entry) -> None:
        if entry.time:
            self.first_time = min(self.first_time or entry.time, entry.time)
            self.last_time = max(self.last_time, entry.time)
        if entry.cwd:
            self.cwds[entry.cwd] = None
        if entry.branch:
            self.branches[entry.branch] = None
        if entry.repository:
            self.repositories[entry.repository] = None
        self.automatic = self.automatic or entry.automatic
        self.forked_from = self.forked_from or entry.forked_from
        self.is_bridged |= entry.type == 'bridge-session'
        if entry.uuid and not entry.dropped:
            self.uuids.append(digest(entry.uuid))

    def _add_answer(self, entry: Entry) -> None:
        self.answers += 1
        if not entry.is_meta:
            self.successor = ''
        if entry.model and entry.model != _SYNTHETIC:
            self.models[entry.model] = None
        for block in entry.blocks:
            if isinstance(block, ToolCall) and block.name in _AGENT_CALLS:
                self.calls[block.id] = block

    def _add_words(self, entry: Entry) -> None:
        """What a person, a program or the client said."""
        said = [block for block in entry.blocks if _is_said(entry, block)]
        words = [block.text for block in said if isinstance(block, Text | ToolResult)]
        self.prompts += bool(said) and entry.type == 'user'
        self.asks_to_skip |= any('#learn-skip' in text and _SKIP.search(text) for text in words)
        self.programs += entry.subtype == BY_PROGRAM
        self.was_asked |= bool(said) or (entry.is_prompt and entry.type != 'user')
        if entry.is_prompt:
            self.successor = ''

    def _add_block(self, entry: Entry, block: Block) -> None:
        if isinstance(block, ToolResult) and entry.report_of:
            self.call_of.setdefault(entry.report_of, block.tool_use_id)
        facts = dict(block.facts) if isinstance(block, Note) else {}
        if facts and entry.subtype == 'continued-in':
            self.successor = facts.get('session', '')
        elif facts and entry.type == 'pr-link':
            link = PullRequestLink(int(facts['number']), facts['url'], facts['repository'])
            self.pull_requests[link] = None


def index_of(entries: Iterable[Entry], meet: Callable[[Entry], None] | None = None) -> Index:
    """The index of a transcript's entries, given in its order.

    `meet` is called with each entry, for callers that want to know more on the way.
    """
    index = Index()
    for entry in entries:
        index.add(entry)
        if meet is not None:
            meet(entry)
    return index


def _is_said(entry: Entry, block: Block) -> bool:
    if isinstance(block, ToolResult):
        return block.is_answer
    return entry.type == 'user' and not isinstance(block, Note)


def _first(call: ToolCall, *names: str) -> str:
    found = (call.parameters.get(name) for name in names)
    return next((value for value in found if isinstance(value, str)), '')
