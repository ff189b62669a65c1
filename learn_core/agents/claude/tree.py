"""The tree of a log's entries: which are copies of earlier ones, and which attempts were rewound.

`parentUuid` names the entry that an entry follows. A rewind leaves the abandoned attempt in the
file, unmarked: its first entry, a prompt or a new answer, is no ancestor of the entry where its
part of the conversation ended. Forks without words of their own (progress, hooks, parallel tool
calls) are not rewinds, nor are parts without a common ancestor.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING

from learn_core.agents.entry import Image, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.agents.entry import Entry

_NOBODY = -1
_CLOSE = 256  # entries among which a parent is looked up at once
_POSITIVE = 0x7FFFFFFF
_BUCKET = 60_000  # ids that are sorted at once: sorting needs more memory than what is sorted
# in entries of type `user` that nobody said
_BY_CLIENT = re.compile(
    r'\s*(\Z|\[Request interrupted|<(local-command|bash)-(stdout|stderr|caveat)>)'
)


class Tree:
    """Built entry by entry, in the order of the log; it is asked about positions in the log.

    Costs about 16 bytes of memory an entry: ids are held by their hashes, in arrays. Most parents
    stand close before their children; the others wait until all is added.
    """

    def __init__(self) -> None:
        self._ids = array('q')  # 0 where an entry has none
        self._parents = array('i')
        self._messages = array('i')  # hash of the message of an answer; 1 for a person's, else 0
        self._close: dict[int, int] = {}  # hash -> position, of the last ones
        self._far: dict[int, int] = {}  # position -> hash of the parent, where it is not close
        self._copies: dict[int, int] = {}  # position -> that of the first of the same id

    def add(self, entry: Entry) -> None:
        """Adds the next entry of the log."""
        position = len(self._ids)
        identity = hash(entry.uuid) if entry.uuid else 0
        parent = hash(entry.parent) if entry.parent else 0
        place = self._close.get(parent, _NOBODY) if parent else _NOBODY
        if parent and place == _NOBODY:
            self._far[position] = parent
        if identity:
            self._close.setdefault(identity, position)
            if len(self._close) > _CLOSE:
                del self._close[next(iter(self._close))]
        self._ids.append(identity)
        self._parents.append(place)
        if entry.type == 'assistant':
            self._messages.append((hash(entry.message_id) & _POSITIVE) or 1)
        else:
            self._messages.append(1 if entry.type == 'user' else 0)

    def grown(self) -> Tree:
        """The tree once all entries are added; it cannot be asked before."""
        buckets = 1 + len(self._ids) // _BUCKET
        far: list[list[tuple[int, int]]] = [[] for _ in range(buckets)]
        for position, parent in self._far.items():
            far[parent % buckets].append((position, parent))
        for bucket in range(buckets):
            self._look_up(
                [place for place, found in enumerate(self._ids) if found % buckets == bucket],
                far[bucket],
            )
        for position, parent in enumerate(self._parents):
            if position in self._copies:
                self._parents[position], self._messages[position] = _NOBODY, 0
            elif parent in self._copies:
                self._parents[position] = self._copies[parent]
        self._ids, self._close, self._far = array('q'), {}, {}
        return self

    def comes_again(self, position: int) -> bool:
        """Whether an entry of this id came before: branching and resuming copy conversations."""
        return position in self._copies

    def _look_up(self, places: list[int], far: list[tuple[int, int]]) -> None:
        """Finds copies among the entries at these places, and far parents among them."""
        places.sort(key=self._ids.__getitem__)  # the first of equal ones stays the first
        keys = array('q', map(self._ids.__getitem__, places))
        first = 0
        for at, identity in enumerate(keys):
            if identity != keys[first]:
                first = at
            elif at > first and identity:
                self._copies[places[at]] = places[first]
        for position, parent in far:
            at = bisect_left(keys, parent)
            if at < len(keys) and keys[at] == parent and places[at] < position:
                self._parents[position] = places[at]

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
