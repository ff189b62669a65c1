"""The ids of entries, kept small: a long log has millions.

An id is known by 64 bits of its BLAKE2b digest. Two of two million ids have the same one with a
chance of one in ten million; unlike `hash`, it is the same in every process.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_FREE = -1


@lru_cache(maxsize=8192)  # an entry's parent is mostly the entry before
def digest(identity: str) -> int:
    """An unsigned number of 64 bits; logs may hold lone surrogates."""
    data = identity.encode('utf-8', 'surrogatepass')
    return int.from_bytes(blake2b(data, digest_size=8).digest(), 'big')


class Ids:
    """A set of digests, numbered in the order in which they came.

    A hash table in arrays: 13 to 17 bytes a digest, where a set of numbers needs 80.
    """

    def __init__(self, digests: Iterable[int] = ()) -> None:
        # an array is taken over, not copied: it may have millions
        self._digests = digests if isinstance(digests, array) else array('Q', digests)
        self._build()

    def __contains__(self, identity: int) -> bool:
        return self.number(identity) != _FREE

    def update(self, digests: Iterable[int]) -> None:
        """Adds those that are not there yet."""
        for identity in digests:
            self.add(identity)

    def number(self, identity: int) -> int:
        """The number of a digest, -1 if it is not there."""
        return self._table[self._slot(identity)]

    def add(self, identity: int) -> int:
        """The number of a digest that is there, else the next one."""
        slot = self._slot(identity)
        if self._table[slot] != _FREE:
            return self._table[slot]
        number = self._table[slot] = len(self._digests)
        self._digests.append(identity)
        if not self._has_room(len(self._table)):
            self._build()
        return number

    def _build(self) -> None:
        """The table: slot -> number of the digest there."""
        size = 8
        while not self._has_room(size):
            size *= 2
        self._table = array('i')  # the memory of the old one is free for the new one
        self._table = array('i', [_FREE]) * size
        for number, known in enumerate(self._digests):
            self._table[self._slot(known)] = number

    def _has_room(self, size: int) -> bool:
        return 8 * len(self._digests) <= 7 * size

    def _slot(self, identity: int) -> int:
        """The slot of a digest: its own or a free one; an odd step meets all slots."""
        digests, table = self._digests, self._table
        last = len(table) - 1
        slot, step = identity & last, identity >> 32 | 1
        while (number := table[slot]) != _FREE and digests[number] != identity:
            slot = slot + step & last
        return slot
