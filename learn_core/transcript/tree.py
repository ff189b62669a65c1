"""The tree that a log's entries make: which come again, and which attempts were rewound.

`parentUuid` names the entry that an entry follows. A rewind leaves the abandoned attempt in the
file, unmarked: its first entry, a prompt or a new answer, is no ancestor of where its part of the
conversation ended. Forks without words of their own (progress, hooks, parallel tool calls) are no
rewinds, and parts that hang on nothing in common are no attempts at the same.
"""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING

from learn_core.transcript.blocks import Image, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.transcript.entries import Entry

_NOBODY = -1
# stands under a person's name, and no one said it
_BY_CLIENT = re.compile(
    r'\s*(\Z|\[Request interrupted|<(local-command|bash)-(stdout|stderr|caveat)>)'
)


class Tree:
    """Built entry by entry, in the order of the log; its answers are for positions in it.

    Costs about 130 bytes of memory an entry.
    """

    def __init__(self) -> None:
        self._first: dict[int, int] = {}  # hash of a uuid -> its first position
        self._parents = array('q')
        self._messages = array('q')  # hash of the message of an answer; 1 for a person's, else 0

    def add(self, entry: Entry) -> None:
        """Takes in the next entry of the log."""
        position = len(self._parents)
        parent = _NOBODY
        if entry.parent:
            parent = self._first.get(hash(entry.parent), _NOBODY)
        message = 0
        if entry.type == 'assistant':
            message = hash(entry.message_id) or 1
        elif entry.type == 'user':
            message = 1
        if entry.uuid and self._first.setdefault(hash(entry.uuid), position) != position:
            parent, message = _NOBODY, 0
        self._parents.append(parent)
        self._messages.append(message)

    def comes_again(self, position: int, uuid: str) -> bool:
        """Was an entry of this id read before? Branching and resuming copy conversations."""
        return bool(uuid) and self._first.get(hash(uuid), position) != position

    def abandoned(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bool]]:
        """The entries once more, each with whether it belongs to an attempt that was rewound."""
        kept = self._kept()
        if 0 not in kept:
            yield from ((entry, False) for entry in entries)
            return
        abandoned = bytearray(len(kept))
        for position, entry in enumerate(entries):
            if position < len(kept) and not kept[position]:
                parent = self._parents[position]
                if parent != _NOBODY:
                    opens = self._opens(position, parent, entry)
                    abandoned[position] = abandoned[parent] or opens
                yield entry, bool(abandoned[position])
            else:
                yield entry, False

    def _opens(self, position: int, parent: int, entry: Entry) -> bool:
        """Is it a prompt, or the first entry of an answer? Its others share its message."""
        if entry.type == 'assistant':
            return bool(entry.message_id) and (self._messages[position] != self._messages[parent])
        return entry.type == 'user' and _is_prompt(entry)

    def _kept(self) -> bytearray:
        """1 for each entry on the way from where its part of the conversation ended to its root."""
        roots = array('q')
        ends: dict[int, int] = {}
        for position, parent in enumerate(self._parents):
            roots.append(position if parent == _NOBODY else roots[parent])
            if self._messages[position]:
                ends[roots[position]] = position
        kept = bytearray(len(roots))
        for end in ends.values():
            position = end
            while position != _NOBODY and not kept[position]:
                kept[position] = 1
                position = self._parents[position]
        return kept


def _is_prompt(entry: Entry) -> bool:
    return not entry.is_meta and any(
        isinstance(block, Image) or (isinstance(block, Text) and not _BY_CLIENT.match(block.text))
        for block in entry.blocks
    )
