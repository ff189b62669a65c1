"""What the rules remember of a transcript between its entries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from learn_core.preprocess.rules.shown import Shown

MOST_REMEMBERED = 5_000  # tool calls, and their results


class Call(NamedTuple):
    """A tool call as its result needs it: its short id, the tool's name, what it does, the file
    that it is about, and its command line.
    """

    id: str
    name: str = ''
    does: str = ''
    path: str = ''
    command: str = ''


@dataclass
class Memory:
    """What one transcript contained so far. Long texts are remembered by their hash.

    `cwd` is the folder to which paths are relative, empty if there is none. `reported` are the
    calls whose sub-agents have files of their own. `results` and `shown` are what the current file
    shows, so that no reference points into another one.
    """

    agent: str = ''
    cwd: str = ''
    last_plan: str = ''
    reported: frozenset[str] = frozenset()
    calls: dict[str, Call] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    documentation: Counter[str] = field(default_factory=Counter)
    plans: set[int] = field(default_factory=set)
    prompts: set[int] = field(default_factory=set)
    reminders: set[int] = field(default_factory=set)
    results: dict[int, str] = field(default_factory=dict)
    shown: Shown = field(default_factory=Shown)
    todos: dict[str, str] = field(default_factory=dict)
    last_answer: str = ''
    last_time: str = ''
    numbered: int = 0
    plan: str = ''

    def call(self, identity: str, **facts: str) -> Call:
        """The tool call of an id, which is new or known; ids become t1, t2, … in their order."""
        known = self.calls.get(identity)
        if known is not None and not facts:
            return known
        if known is None:
            self.numbered += 1
        call = Call(known.id if known else f't{self.numbered}', **facts)
        self.calls[identity] = call
        forget_oldest(self.calls)
        return call

    def begin_part(self) -> None:
        """Forgets what the last file showed."""
        self.results.clear()
        self.shown = Shown()


def forget_oldest(known: dict[Any, Any]) -> None:
    """Drops the oldest item beyond a bound: a session may be of any length."""
    if len(known) > MOST_REMEMBERED:
        del known[next(iter(known))]
