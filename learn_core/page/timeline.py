"""When things were said in one log: who spoke, tools, trouble, compactions, pushes. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Marks = tuple[str, ...]

LANES = ('user', 'assistant', 'thinking', 'tool', 'error', 'compaction', 'push')

_PUSH = re.compile(r'\bgit\b[^\n|;&]{0,200}\bpush\b')


class Timeline(NamedTuple):
    """A log: how many marks each lane has, and each mark that has a time, as (seconds since 1970,
    lane). Without any the times are not known.
    """

    log: str
    counts: Counter[str]
    events: list[tuple[int, str]]

    @property
    def first(self) -> int:
        """When it began, 0 if that is not known."""
        return min((at for at, _ in self.events), default=0)

    @property
    def last(self) -> int:
        """When it ended."""
        return max((at for at, _ in self.events), default=0)


def timeline(log: str, marks: Iterable[Marks], times: Sequence[int]) -> Timeline:
    """A log by the marks of its entries and their times; none if they don't fit each other."""
    lanes = list(marks)
    if len(times) != len(lanes):
        times = [0] * len(lanes)
    events = [(at, lane) for at, some in zip(times, lanes, strict=True) if at for lane in some]
    return Timeline(log, Counter(lane for some in lanes for lane in some), events)


def marks_of(kind: str, attributes: str, *, pushes: bool) -> Marks:
    """The lanes that an entry has a mark in, by its kind and its attributes as they are written."""
    if pushes:
        return kind, 'push'
    if kind in LANES:
        return (kind,)
    return ('compaction',) if ' subtype="compact_boundary"' in attributes else ()


def pushes_in(command: str) -> bool:
    """Does a command say `git push`?"""
    return 'push' in command and bool(_PUSH.search(command))
