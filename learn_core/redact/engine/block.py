"""Many texts joined into one, because every scan has a fixed cost."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

JOINT = b'\n\x1e\n'  # none of our rules matches across it, and few of the engine's


class Block(NamedTuple):
    """Many texts in UTF-8, a joint between each two. `starts` are the offsets of the texts, and of
    one more that would follow.
    """

    data: bytes
    starts: list[int]

    def text_at(self, place: int) -> int:
        """The number of the text that holds the byte at an offset."""
        return bisect_right(self.starts, place) - 1


def block_of(texts: Sequence[str]) -> Block:
    """The block of these texts. A lone surrogate becomes one byte, so that offsets stay right."""
    data = JOINT.decode().join(texts).encode('utf-8', 'replace')
    sizes = [
        len(JOINT) + (len(text) if text.isascii() else len(text.encode('utf-8', 'replace')))
        for text in texts
    ]
    return Block(data, list(accumulate(sizes, initial=0)))
