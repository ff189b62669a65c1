"""What a session's log has said so far: all that its rules remember from entry to entry."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from learn_core.preprocess.rules.shown import Shown

MOST_REMEMBERED = 5_000  # tool uses, and their results

_NO_TOOL = ''


class Call(NamedTuple):
    """A tool use as its result needs it: its short id, the tool's name, the file it is about."""

    id: str
    tool: str = _NO_TOOL
    path: str = ''


@dataclass
class Memory:
    """What was said so far in one log. Long texts are remembered by their hash.

    `cwd` is the folder to which paths are relative, empty if there is none.
    """

    cwd: str = ''
    calls: dict[str, Call] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    documentation: Counter[str] = field(default_factory=Counter)
    plans: set[int] = field(default_factory=set)
    prompts: set[int] = field(default_factory=set)
    reminders: set[int] = field(default_factory=set)
    results: dict[tuple[int, int], str] = field(default_factory=dict)
    shown: Shown = field(default_factory=Shown)
    last_answer: str = ''
    numbered: int = 0
    plan: str = ''

    def call(self, identity: str, tool: str = _NO_TOOL, path: str = '') -> Call:
        """The tool use of an id, which is new or known; ids become t1, t2, … in their order."""
        known = self.calls.get(identity)
        if known is not None and not tool:
            return known
        if known is None:
            self.numbered += 1
        call = Call(known.id if known else f't{self.numbered}', tool, path)
        self.calls[identity] = call
        _forget(self.calls)
        return call

    def first_result(self, mark: tuple[int, int], here: str) -> str:
        """The id of the result that said the same before; else it is remembered as `here`."""
        known = self.results.setdefault(mark, here)
        _forget(self.results)
        return known if known != here else ''


def _forget(known: dict[Any, Any]) -> None:
    """The oldest, beyond a bound: a session may be of any length."""
    if len(known) > MOST_REMEMBERED:
        del known[next(iter(known))]
