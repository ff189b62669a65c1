"""Rule 12: the time of an entry, where it matters."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from learn_core.agents import ToolResult

if TYPE_CHECKING:
    from learn_core.agents import Entry
    from learn_core.preprocess.memory import Memory

PAUSE = timedelta(minutes=30)


def time_to_show(entry: Entry, memory: Memory) -> str:
    """`14:05` for a person's entry, and for the first one after a pause; with its date where that
    is another day than that of the entry before. Else nothing.
    """
    now, before = entry.time, memory.last_time
    if not now:
        return ''
    memory.last_time = max(now, before)
    is_said = entry.type == 'user' and not isinstance(entry.blocks[0], ToolResult)
    if not is_said and not _is_pause(before, now):
        return ''
    clock = now[11:16]
    return clock if not before or before[:10] == now[:10] else f'{now[:10]} {clock}'


def _is_pause(before: str, now: str) -> bool:
    """Whether half an hour or more lies between two times."""
    if not before or before[:15] == now[:15]:  # the same ten minutes, as mostly
        return False
    return _moment(now) - _moment(before) >= PAUSE


def _moment(time: str) -> datetime:
    """A time without its zone, which is the same throughout a transcript."""
    try:
        return datetime.fromisoformat(time[:19])
    except ValueError:
        return datetime.min
