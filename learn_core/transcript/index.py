"""A first pass over a log: what must be known of it before it is rendered or chosen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from learn_core.transcript.entries import Text, ToolResult, parse_entry, string, time_of
from learn_core.transcript.lines import UNREADABLE, read_objects

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from learn_core.transcript.entries import Entry

_MESSAGES = frozenset({'user', 'assistant'})
_SYNTHETIC = '<synthetic>'
_MOST_LINES = 30  # of a result that are kept, whatever it says


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


@dataclass(frozen=True, kw_only=True)
class Index:
    """What a log holds. Times are ISO 8601 as the log has them, empty if it has none.

    `shares` maps each session id (empty: entries without one) to its share. `undelivered` are the
    prompts typed while the agent worked that stand in no other entry. `successor` is the session
    that the work went on in, empty if it did not.
    """

    shares: Mapping[str, Share]
    cwds: tuple[str, ...]
    branches: tuple[str, ...]
    models: tuple[str, ...]
    successor: str
    pull_requests: tuple[PullRequestLink, ...]
    undelivered: frozenset[str]
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

    def own_entries(self, session_id: str) -> int:
        """How many entries are this session's own."""
        return self.shares.get(session_id, Share(0, '', '')).entries


@dataclass
class _Tally:
    """What was seen so far; the dicts are sets that keep their order."""

    shares: dict[str, Share] = field(default_factory=dict)
    cwds: dict[str, None] = field(default_factory=dict)
    branches: dict[str, None] = field(default_factory=dict)
    models: dict[str, None] = field(default_factory=dict)
    links: dict[PullRequestLink, None] = field(default_factory=dict)
    waiting: dict[str, None] = field(default_factory=dict)
    successor: str = ''
    sidechains: int = 0


def index_transcript(log: Path) -> Index:
    """Reads a log once, message texts apart. Raises LearnError if it can't be opened."""
    unreadable: Counter[str] = Counter()
    seen = _Tally()
    for fields in read_objects(log, unreadable):
        _note(seen, fields)
    return Index(
        shares=seen.shares,
        cwds=tuple(seen.cwds),
        branches=tuple(seen.branches),
        models=tuple(seen.models),
        successor=seen.successor,
        pull_requests=tuple(seen.links),
        undelivered=frozenset(seen.waiting),
        is_sidechain=seen.sidechains > 0
        and seen.sidechains == sum(share.entries for share in seen.shares.values()),
        unreadable=unreadable[UNREADABLE],
    )


def _note(seen: _Tally, fields: Mapping[str, object]) -> None:
    _note_share(seen, string(fields, 'sessionId'), time_of(fields))
    for known, key in ((seen.cwds, 'cwd'), (seen.branches, 'gitBranch')):
        if value := string(fields, key):
            known[value] = None
    seen.sidechains += fields.get('isSidechain') is True
    kind = string(fields, 'type')
    if kind in _MESSAGES:
        _note_message(seen, kind, fields)
    elif kind == 'continued-in':
        seen.successor = string(fields, 'continuedInSessionId')
    elif kind == 'pr-link':
        _note_link(seen, fields)
    elif kind == 'queue-operation':
        _note_queued(seen, fields)
    elif kind == 'attachment':
        _deliver(seen, parse_entry(fields))


def _note_share(seen: _Tally, session_id: str, time: str) -> None:
    old = seen.shares.get(session_id)
    if old is None:
        seen.shares[session_id] = Share(1, time, time)
        return
    first = min(filter(None, (old.first_time, time)), default='')
    seen.shares[session_id] = Share(old.entries + 1, first, max(old.last_time, time))


def _note_message(seen: _Tally, kind: str, fields: Mapping[str, object]) -> None:
    if fields.get('isMeta') is not True:
        seen.successor = ''
    message = fields.get('message')
    if kind == 'assistant' and isinstance(message, dict):
        model = string(message, 'model')
        if model and model != _SYNTHETIC:
            seen.models[model] = None
    elif kind == 'user' and seen.waiting:
        _deliver(seen, parse_entry(fields))


def _note_link(seen: _Tally, fields: Mapping[str, object]) -> None:
    number = fields.get('prNumber')
    if isinstance(number, int) and not isinstance(number, bool):
        link = PullRequestLink(number, string(fields, 'prUrl'), string(fields, 'prRepository'))
        seen.links[link] = None


def _note_queued(seen: _Tally, fields: Mapping[str, object]) -> None:
    """A prompt put into the queue; older clients log no other copy of some of them."""
    text = string(fields, 'content').strip()
    if text and string(fields, 'operation') == 'enqueue' and not text.startswith('<task-notif'):
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
