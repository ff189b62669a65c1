"""Texts without what may stand inside a token: colours, invisible characters, wrapped lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from learn_core.redact.spans import Span

_SPLIT = re.compile(
    r'(?:\x1b|\\u001[bB]|\\x1[bB]|\\033|\\e)(?:\[[0-9;?]{0,20}[A-Za-z]|\][^\x07\x1b\n]{0,300}(?:\x07|\x1b\\))'
    r'|[\0\x07\x08\x1b\x7f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]'
    r'|(?:\\u(?:00[aA][dD]|200[b-fB-F]|2060|[fF][eE][fF]{2}|0000|0007))'
)
_ESCAPES = ('\\u00', '\\u20', '\\x1', '\\033', '\\e[', '\\uf', '\\uF')
_INVISIBLE = '\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\ufeff'
_IN_TOKEN = re.compile(r'[A-Za-z0-9+/_.=-]{4}')


class View(NamedTuple):
    """A text without splits. `places` are where one was, in the view, and `moved` how many
    characters were left out up to there.
    """

    text: str
    places: list[int]
    moved: list[int]

    def original(self, span: Span) -> Span:
        """The same stretch in the text that the view was made of."""
        return Span(self._at(span.start), self._at(span.end - 1) + 1, span.kind)

    def _at(self, place: int) -> int:
        before = bisect_right(self.places, place)
        return place + (self.moved[before - 1] if before else 0)


def without_splits(text: str) -> View | None:
    """The text as one would read it, or None if nothing in it splits a token."""
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


def _may_be_split(text: str) -> bool:
    """Whether it is worth the time to look for splits."""
    if '\x1b' in text or '\0' in text or '\x07' in text or '\x08' in text or '\x7f' in text:
        return True
    if '\\' in text and any(escape in text for escape in _ESCAPES):
        return True
    return not text.isascii() and any(one in text for one in _INVISIBLE)


def _wraps(text: str) -> list[tuple[int, int]]:
    """The ends of lines of 76 or 80 characters within a word that the next line goes on with."""
    found: list[tuple[int, int]] = []
    if len(text) < 80:
        return found
    at = 0
    for line in text.split('\n'):
        at += len(line) + 1
        if len(line) in (76, 77, 80, 81):
            end = at - 1 - line.endswith('\r')
            is_wrapped = end - (at - 1 - len(line)) in (76, 80)
            if is_wrapped and _IN_TOKEN.match(text, end - 4) and _IN_TOKEN.match(text, at):
                found.append((end, at))
    return found
