"""The tree of a log's entries: which ones are copies, and which attempts were rewound.

`parentUuid` names the entry that an entry follows. A rewind leaves the abandoned attempt in the
file, unmarked: its first entry, a prompt or a new answer, is no ancestor of the entry where its
part of the conversation ended. Forks without words of their own (progress, hooks, parallel tool
calls) are not rewinds, nor are parts without a common ancestor.
"""

from __future__ import annotations

import re
from array import array
from itertools import islice
from typing import TYPE_CHECKING

from learn_core.agents.entry import Image, Text
from learn_core.agents.ids import Ids, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.agents.entry import Entry

_NOBODY = -1
_POSITIVE = 0x7FFFFFFF
# in entries of type `user` that the client wrote
_BY_CLIENT = re.compile(
    r'\s*(\Z|\[Request interrupted|<(local-command|bash)-(stdout|stderr|caveat)>)'
)


class Tree:
    """Built entry by entry, in the order of the log; methods take positions in the log."""

    def __init__(self) -> None:
        self._ids = Ids()
        self._places = array('i')  # number of an id -> position of the first entry that has it
        self._copies: set[int] = set()
        self._parents = array('i')
        self._messages = array('i')  # hash of the message of an answer; 1 for a person's, else 0

    def __len__(self) -> int:
        """Entries so far."""
        return len(self._parents)

    def add(self, entry: Entry) -> None:
        """Adds the next entry of the log."""
        position = len(self._parents)
        parent = self._ids.number(digest(entry.parent)) if entry.parent else _NOBODY
        if parent != _NOBODY:
            parent = self._places[parent]
        message = int(entry.type == 'user')
        if entry.type == 'assistant':
            message = (hash(entry.message_id) & _POSITIVE) or 1
        if entry.uuid:
            number = self._ids.add(digest(entry.uuid))
            if number == len(self._places):
                self._places.append(position)
            else:
                self._copies.add(position)
                parent, message = _NOBODY, 0
        self._parents.append(parent)
        self._messages.append(message)

    def comes_again(self, position: int) -> bool:
        """Whether an entry of this id came before: branching and resuming copy conversations."""
        return position in self._copies

    def abandoned(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bool]]:
        """The entries once more, each with whether it belongs to an attempt that was rewound.

        The tree is complete then: the ids, half of its memory, are let go.
        """
        self._ids, self._places = Ids(), array('i')
        kept = self._kept()
        abandoned = bytearray(len(kept))
        for position, entry in enumerate(islice(entries, len(kept))):  # a log may have grown
            parent = self._parents[position]
            if not kept[position] and parent != _NOBODY:
                abandoned[position] = abandoned[parent] or self._opens(position, parent, entry)
            yield entry, bool(abandoned[position])

    def _opens(self, position: int, parent: int, entry: Entry) -> bool:
        """Whether it is a prompt or an answer's first entry (the others share its message)."""
        if entry.type == 'assistant':
            return bool(entry.message_id) and (self._messages[position] != self._messages[parent])
        return entry.type == 'user' and _is_prompt(entry)

    def _kept(self) -> bytearray:
        """1 for each entry on the path from the end of its part of the conversation to the root."""
        roots = array('i')
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
