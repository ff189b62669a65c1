"""Entries in an order in which no tool result is before its call.

Clients write a result and its call at the same millisecond, sometimes in the wrong order. Words are
never moved.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from learn_core.agents.entry import ToolCall, ToolResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.agents.entry import Entry

_WINDOW = 16  # entries in which a call is looked for behind its result


def in_order(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The same entries; each result directly behind its call, if that is close behind it."""
    open_calls: set[str] = set()
    window: deque[Entry] = deque()
    for entry in entries:
        if not window and not _early_results(entry, open_calls):  # as nearly always
            _note_calls(entry, open_calls)
            yield entry
            continue
        window.append(entry)
        yield from _ready(window, open_calls, most=_WINDOW)
    yield from _ready(window, open_calls, most=0)


def _ready(window: deque[Entry], open_calls: set[str], *, most: int) -> Iterator[Entry]:
    """Takes out of the window what need not wait for a call; `most` entries may wait."""
    while window:
        early = _early_results(window[0], open_calls)
        place = _place_of_call(window, early) if early else None
        if early and place is None and len(window) <= most:
            return
        first = window.popleft()
        if place is not None:
            window.insert(place, first)  # which is behind the call, since the window is one shorter
            continue
        _note_calls(first, open_calls)
        yield first


def _place_of_call(window: deque[Entry], early: set[str]) -> int | None:
    """The place of the first entry that makes one of these calls."""
    for place, entry in enumerate(window):
        if any(isinstance(block, ToolCall) and block.id in early for block in entry.blocks):
            return place
    return None


def _early_results(entry: Entry, open_calls: set[str]) -> set[str]:
    """The calls that an entry holds results of and that are not known yet.

    An entry that makes calls itself is no place for results: it stays where it is.
    """
    if any(isinstance(block, ToolCall) for block in entry.blocks):
        return set()
    return {
        block.tool_use_id
        for block in entry.blocks
        if isinstance(block, ToolResult) and block.tool_use_id not in open_calls
    }


def _note_calls(entry: Entry, open_calls: set[str]) -> None:
    """Calls are open until their result has come."""
    for block in entry.blocks:
        if isinstance(block, ToolCall):
            open_calls.add(block.id)
        elif isinstance(block, ToolResult):
            open_calls.discard(block.tool_use_id)
