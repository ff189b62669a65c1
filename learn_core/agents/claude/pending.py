"""Prompts and notices in the client's queue that were never delivered.

The client logs a `queue-operation` when it queues them. Some never arrive: the person pressed
escape, the session ended, or an older client logged no other copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.agents.entry import Text, ToolResult

if TYPE_CHECKING:
    from learn_core.agents.entry import Entry

_MOST_LINES = 30  # of a result that are kept, whatever it says


class Pending:
    """The texts in the queue; those left at the end were never delivered."""

    def __init__(self) -> None:
        self.texts: dict[str, None] = {}  # a set that keeps its order

    def add(self, entry: Entry) -> None:
        """Adds the next entry of the log."""
        if entry.type == 'queue-operation':
            self.texts.update((text, None) for text in _texts(entry))
        elif self.texts and (entry.type == 'user' or entry.queued):
            self._deliver(entry)

    def take(self, entry: Entry) -> Entry:
        """A queue entry whose text was never delivered becomes a message."""
        if not any(text in self.texts for text in _texts(entry)):
            return entry
        return entry._replace(type='user', subtype='', dropped='', queued=True)

    def _deliver(self, entry: Entry) -> None:
        """An entry with exactly its text delivers a prompt. A short word like "stop" occurs in many
        texts; in doubt it is kept, because a repeated prompt is better than a lost one.
        """
        for block in entry.blocks:
            if isinstance(block, Text | ToolResult):
                self.texts.pop(block.text.strip(), None)
                for line in block.text.split('\n', _MOST_LINES)[:_MOST_LINES]:
                    self.texts.pop(line.strip(), None)


def _texts(entry: Entry) -> list[str]:
    found = (block.text.strip() for block in entry.blocks if isinstance(block, Text))
    return [text for text in found if text]
