"""Removes what splits a token: colours, invisible characters, wrapped lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate, compress, count
from operator import not_
from typing import TYPE_CHECKING, NamedTuple

from learn_core.redact.engine.block import JOINT
from learn_core.redact.spans import Span, union

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learn_core.redact.engine.block import Block

_SPLIT = re.compile(
    r'(?:\x1b|\\u001[bB]|\\x1[bB]|\\033|\\e)(?:\[[0-9;?]{0,20}[A-Za-z]|\][^\x07\x1b\n]{0,300}(?:\x07|\x1b\\))'
    r'|[\0\x07\x08\x1b\x7f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]'
    r'|(?:\\u(?:00[aA][dD]|200[b-fB-F]|2060|[fF][eE][fF]{2}|0000|0007))'
)
_CONTROLS = '\0\x07\x08\x1b\x7f'
_INVISIBLE = '\u00ad\u034f\u061c\u180e\ufeff' + ''.join(
    map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065)))
)
_ESCAPE = r'\\(?:u00|u20|x1|033|e\[|u[fF])'
_NEAR = 2_000  # characters around a split in which a token may stand
_FOUR = '[A-Za-z0-9+/_.=-]{4}'  # letters of a token
_WRAP = rf'\n(?=(.{{76}}(?:.{{4}})?)(\r?\n){_FOUR})'
_ESCAPES, _WRAPS, _ENDS = map(re.compile, (_ESCAPE, _WRAP, f'{_FOUR}$'))
_ESCAPES_IN_BYTES, _WRAPS_IN_BYTES = re.compile(_ESCAPE.encode()), re.compile(_WRAP.encode())


class View(NamedTuple):
    """A text without splits. `places` are their offsets in the view, and `moved` the number of
    characters that were removed up to there.
    """

    text: str
    places: list[int]
    moved: list[int]

    def around(self) -> str:
        """What stands near the splits, for a first look."""
        ranges = union((max(0, place - _NEAR), place + _NEAR) for place in self.places)
        return JOINT.decode().join(self.text[start:end] for start, end in ranges)

    def original(self, span: Span) -> Span:
        """The same span in the original text."""
        return Span(self._at(span.start), self._at(span.end - 1) + 1, span.kind)

    def _at(self, place: int) -> int:
        before = bisect_right(self.places, place)
        return place + (self.moved[before - 1] if before else 0)


def without_splits(text: str) -> View | None:
    """The text as a person reads it, or None if nothing in it splits a token."""
    found = [match.span() for match in _SPLIT.finditer(text)] if _may_be_split(text) else []
    found += _wraps(text)
    if not found:
        return None
    found.sort()
    lengths = [end - start for start, end in found]
    moved = list(accumulate(lengths))
    places = [start - before for (start, _), before in zip(found, [0, *moved], strict=False)]
    ends = [0, *(end for _, end in found)]
    starts = [*(start for start, _ in found), len(text)]
    pieces = [text[end:start] for end, start in zip(ends, starts, strict=True)]
    return View(''.join(pieces), places, moved)


def may_be_split(texts: Sequence[str], block: Block) -> set[int]:
    """The numbers of the texts in the block that may hold splits; quick."""
    found = set(compress(count(), map(not_, map(str.isascii, texts))))
    controls = [one.encode() for one in _CONTROLS if one.encode() in block.data]
    for pattern in (_ESCAPES_IN_BYTES, _WRAPS_IN_BYTES, *map(re.compile, controls)):
        found.update(block.text_at(match.end()) for match in pattern.finditer(block.data))
    return {0, *found}  # no line end precedes the first text


def _may_be_split(text: str) -> bool:
    """Whether the text may hold a split other than a wrapped line; quick."""
    if any(one in text for one in _CONTROLS) or _ESCAPES.search(text):
        return True
    return not text.isascii() and any(one in text for one in _INVISIBLE)


def _wraps(text: str) -> list[tuple[int, int]]:
    """The ends of lines of 76 or 80 characters within a word that the next line goes on with."""
    return [
        (match.start(2) - 1, match.end(2) - 1)
        for match in _WRAPS.finditer('\n' + text)
        if _ENDS.search(match[1])
    ]
