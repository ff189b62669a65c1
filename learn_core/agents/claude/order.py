"""Entries in an order in which no tool result stands before its use.

Clients write a result and its use at the same millisecond, now and then in the wrong order. What
is said is never moved otherwise.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from learn_core.agents.entry import ToolCall, ToolResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.agents.entry import Entry

_WINDOW = 16  # entries in which a use is looked for behind its result


def in_order(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The same entries; each result directly behind its use, if that stands close behind it."""
    open_uses: set[str] = set()
    window: deque[Entry] = deque()
    for entry in entries:
        if not window and not _early(entry, open_uses):
            yield _known(entry, open_uses)
            continue
        window.append(entry)
        while window and (len(window) > _WINDOW or _place(window, open_uses)):
            yield _known(window.popleft(), open_uses)
    while window:
        _place(window, open_uses)
        yield _known(window.popleft(), open_uses)


def _place(window: deque[Entry], open_uses: set[str]) -> bool:
    """Moves early results behind their uses; whether the entry that is first now may go."""
    while early := _early(window[0], open_uses):
        for place, entry in enumerate(window):
            if any(isinstance(block, ToolCall) and block.id in early for block in entry.blocks):
                window.insert(place, window.popleft())
                break
        else:
            return False
    return True


def _early(entry: Entry, open_uses: set[str]) -> list[str]:
    """The uses that an entry holds results of, as far as they are not known yet.

    An entry that uses tools itself is no place for results: it stays where it is.
    """
    if any(isinstance(block, ToolCall) for block in entry.blocks):
        return []
    return [
        block.tool_use_id
        for block in entry.blocks
        if isinstance(block, ToolResult) and block.tool_use_id not in open_uses
    ]


def _known(entry: Entry, open_uses: set[str]) -> Entry:
    """The entry, whose uses wait for their results from now on."""
    for block in entry.blocks:
        if isinstance(block, ToolCall):
            open_uses.add(block.id)
        elif isinstance(block, ToolResult):
            open_uses.discard(block.tool_use_id)
    return entry
