"""Entries in an order in which no tool result is before its call.

Clients write a result and its call at the same millisecond, sometimes in the wrong order. Words are
never moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.agents.entry import ToolCall, ToolResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from learn_core.agents.entry import Entry

_CLOSE = 16  # entries behind a result in which its call is looked for


def note_calls(entry: Entry, position: int, places: dict[str, int]) -> None:
    """Adds the calls that the entry at this position makes to the places of all calls."""
    for block in entry.blocks:
        if isinstance(block, ToolCall):
            places.setdefault(block.id, position)


def in_order(entries: Iterable[Entry], places: Mapping[str, int]) -> Iterator[Entry]:
    """The same entries; each result directly behind its call, if that is close behind it."""
    early: dict[int, list[Entry]] = {}
    for position, entry in enumerate(entries):
        place = _place_of_calls(entry, places)
        if position < place <= position + _CLOSE:
            early.setdefault(place, []).append(entry)
        else:
            yield entry
            yield from early.pop(position, ())
    for waiting in early.values():
        yield from waiting


def _place_of_calls(entry: Entry, places: Mapping[str, int]) -> int:
    """Where the last of the calls is made that an entry holds results of; -1 for none.

    An entry that makes calls itself stays where it is.
    """
    last = -1
    for block in entry.blocks:
        if isinstance(block, ToolCall):
            return -1
        if isinstance(block, ToolResult):
            last = max(last, places.get(block.tool_use_id, -1))
    return last
