"""Many texts as one, for a scan costs more than a short text."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

JOINT = b'\n\x1e\n'  # no rule of ours reaches over it, and hardly one of the engine's


class Block(NamedTuple):
    """Many texts as one: in UTF-8 with a joint behind each. `starts` are the places of the texts,
    and the end of the last.
    """

    data: bytes
    starts: list[int]

    def text_at(self, place: int) -> int:
        """The number of the text that holds a byte."""
        return bisect_right(self.starts, place) - 1


def block_of(texts: Sequence[str]) -> Block:
    """The block of these texts. A lone surrogate becomes one byte, as it is one character."""
    try:
        coded = list(map(str.encode, texts))
    except UnicodeEncodeError:
        coded = [text.encode('utf-8', 'replace') for text in texts]
    starts = list(accumulate(map(len(JOINT).__add__, map(len, coded)), initial=0))
    return Block(JOINT.join([*coded, b'']), starts)
