"""What the rules remember of a transcript between its entries."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents import ToolResult

if TYPE_CHECKING:
    from learn_core.agents import Entry

MOST_CALLS = 5_000  # that are remembered: a session may be of any length
PAUSE = timedelta(minutes=30)


class Call(NamedTuple):
    """A tool call as its result needs it: its short id, what it does, and to which file."""

    id: str
    does: str = ''
    path: str = ''


@dataclass
class Memory:
    """What one transcript contained so far. Long texts are remembered by their hash.

    `cwd` is the folder to which paths are relative, empty if there is none. `reported` are the
    calls whose sub-agents have files of their own. `results` and `shown` (by path and number: a
    line of a file, and the result that showed it) are what the current file shows, so that no
    reference points into another one.
    """

    agent: str = ''
    cwd: str = ''
    last_plan: str = ''
    reported: frozenset[str] = frozenset()
    calls: dict[str, Call] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    documentation: dict[str, int] = field(default_factory=dict)
    said: set[int] = field(default_factory=set)
    results: dict[int, str] = field(default_factory=dict)
    shown: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    todos: dict[str, str] = field(default_factory=dict)
    last_answer: str = ''
    last_time: str = ''
    numbered: int = 0
    plan: str = ''

    def call(self, identity: str, **facts: str) -> Call:
        """The tool call of an id, which is new or known; ids become t1, t2, … in their order."""
        known = self.calls.get(identity)
        if not identity or (known and not facts):
            return known or Call('', **facts)
        self.numbered += not known
        call = self.calls[identity] = Call(known.id if known else f't{self.numbered}', **facts)
        if len(self.calls) > MOST_CALLS:
            del self.calls[next(iter(self.calls))]
        return call

    def again(self, kind: str, text: str) -> bool:
        """Whether a text of this kind came before; from now on it did."""
        mark, count = hash((kind, text)), len(self.said)
        self.said.add(mark)
        return len(self.said) == count

    def relative(self, text: str) -> str:
        """The text with paths under `cwd` relative to it, and `.` for itself."""
        if not self.cwd or self.cwd not in text:
            return text
        return _inside(self.cwd).sub(lambda found: '' if found['slash'] else '.', text)

    def time_to_show(self, entry: Entry) -> str:
        """`14:05` for a person's entry, and for the first one after a pause; with its date where
        that is another day than that of the entry before. Else nothing.
        """
        now, before = entry.time, self.last_time
        if not now:
            return ''
        self.last_time = max(now, before)
        is_said = entry.type == 'user' and not isinstance(entry.blocks[0], ToolResult)
        if not is_said and not _is_pause(before, now):
            return ''
        clock = now[11:16]
        return clock if not before or before[:10] == now[:10] else f'{now[:10]} {clock}'

    def begin_part(self) -> None:
        """Forgets what the last file showed."""
        self.results.clear()
        self.shown.clear()


@lru_cache(maxsize=16)
def _inside(cwd: str) -> re.Pattern[str]:
    """The folder where it is no part of a longer path, with the slash behind it."""
    return re.compile(
        r'(?<![\w.~/\\-])' + re.escape(cwd) + r'(?:(?P<slash>[/\\])(?=[\w.@+*{-])|(?![\w.@+/\\-]))'
    )


def _is_pause(before: str, now: str) -> bool:
    """Whether half an hour or more lies between two times."""
    if not before or before[:15] == now[:15]:  # the same ten minutes, as mostly
        return False
    try:  # the zone is the same throughout a transcript
        return datetime.fromisoformat(now[:19]) - datetime.fromisoformat(before[:19]) >= PAUSE
    except ValueError:
        return False
