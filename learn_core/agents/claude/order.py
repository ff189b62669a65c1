"""Entries in an order in which no tool result is before its call.

Clients write a result and its call at the same millisecond, sometimes in the wrong order. Words are
never moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.agents.entry import ToolCall, ToolResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.agents.entry import Entry

_CLOSE = 16  # entries behind a result in which its call is looked for


class Order:
    """Built entry by entry; holds only calls without a result, and results before their call."""

    def __init__(self) -> None:
        self._position = -1
        self._open: set[str] = set()  # calls that have no result yet
        self._early: dict[str, list[int]] = {}  # call -> positions of results that came before it
        self._moves: dict[int, int] = {}  # position of a result -> that of its last call

    def add(self, entry: Entry) -> None:
        """Adds the next entry of the log. A result in an entry that makes calls is not moved."""
        self._position += 1
        self._forget_far()
        calls = [block.id for block in entry.blocks if isinstance(block, ToolCall)]
        for call in calls:
            self._open.add(call)
            for place in self._early.pop(call, ()):
                if self._position <= place + _CLOSE:
                    self._moves[place] = self._position
        for block in entry.blocks:
            if isinstance(block, ToolResult):
                if block.tool_use_id in self._open:
                    self._open.remove(block.tool_use_id)
                elif not calls:
                    self._early.setdefault(block.tool_use_id, []).append(self._position)

    def _forget_far(self) -> None:
        while self._early:
            call, places = next(iter(self._early.items()))
            if self._position <= places[-1] + _CLOSE:
                return
            del self._early[call]

    def in_order(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """The same entries; each result directly behind its call, if that is close behind it."""
        early: dict[int, list[Entry]] = {}
        for position, entry in enumerate(entries):
            if position in self._moves:
                early.setdefault(self._moves[position], []).append(entry)
            else:
                yield entry
                yield from early.pop(position, ())
        for waiting in early.values():
            yield from waiting
