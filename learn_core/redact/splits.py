"""Removes what splits a token: colours, invisible characters, wrapped lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from learn_core.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SPLIT = re.compile(
    r'(?:\x1b|\\u001[bB]|\\x1[bB]|\\033|\\e)(?:\[[0-9;?]{0,20}[A-Za-z]|\][^\x07\x1b\n]{0,300}(?:\x07|\x1b\\))'
    r'|[\0\x07\x08\x1b\x7f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]'
    r'|(?:\\u(?:00[aA][dD]|200[b-fB-F]|2060|[fF][eE][fF]{2}|0000|0007))'
)
_INVISIBLE = '\u00ad\u034f\u061c\u180e\ufeff' + ''.join(
    map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065)))
)
_ESCAPE = re.compile(r'\\(?:u00|u20|x1|033|e\[|u[fF])')
_NEAR = 2_000  # characters around a split in which a token may stand
_FOUR = '[A-Za-z0-9+/_.=-]{4}'  # letters of a token
_NARROWEST = 76
# the end of a line of 76 or 80 characters within a word; `re` finds a literal first character fast
_WRAP = re.compile(
    rf'\n(?={_FOUR})(?:'
    + '|'.join(
        rf'(?<=\n.{{{w - 4}}}{_FOUR}{end})' for w in (_NARROWEST, 80) for end in ('\n', '\r\n')
    )
    + ')'
)


class View(NamedTuple):
    """A text without splits. `places` are their offsets in the view, and `moved` the number of
    characters that were removed up to there.
    """

    text: str
    places: list[int]
    moved: list[int]

    def around(self) -> str:
        """What stands near the splits and between them, for a first look."""
        return self.text[max(0, self.places[0] - _NEAR) : self.places[-1] + _NEAR]

    def original(self, span: Span) -> Span:
        """The same span in the original text."""
        return Span(self._at(span.start), self._at(span.end - 1) + 1, span.kind)

    def _at(self, place: int) -> int:
        before = bisect_right(self.places, place)
        return place + (self.moved[before - 1] if before else 0)


def without_splits(text: str) -> View | None:
    """The text as a person reads it, or None if nothing in it splits a token."""
    return _view(text, is_split=_has_control(text) or _has_invisible(text))


def views(texts: Sequence[str]) -> dict[int, View]:
    """The texts in which something splits a token, by number; quick where none does."""
    some = _has_control(''.join(texts))
    found = {}
    for at, text in enumerate(texts):
        is_split = (some and _has_control(text)) or _has_invisible(text)
        if (view := _view(text, is_split=is_split)) is not None:
            found[at] = view
    return found


def _view(text: str, *, is_split: bool) -> View | None:
    found = [match.span() for match in _SPLIT.finditer(text)] if is_split else []
    if len(text) > _NARROWEST and '\n' in text:
        found += _wraps(text)
    if not found:
        return None
    found.sort()
    moved = list(accumulate(end - start for start, end in found))
    places = [start - before for (start, _), before in zip(found, [0, *moved], strict=False)]
    ends = [0, *(end for _, end in found)]
    starts = [*(start for start, _ in found), len(text)]
    pieces = [text[end:start] for end, start in zip(ends, starts, strict=True)]
    return View(''.join(pieces), places, moved)


def _wraps(text: str) -> Iterator[tuple[int, int]]:
    """The line ends within a word."""
    for match in _WRAP.finditer(f'\n{text}'):
        at = match.start() - 1
        yield at - text.startswith('\r', at - 1), at + 1


def _has_control(text: str) -> bool:
    """Whether it may hold a control character, as it is or escaped."""
    if '\x1b' in text or '\0' in text or '\x07' in text or '\x08' in text or '\x7f' in text:
        return True  # written out, for a loop over them takes twice as long
    return '\\' in text and _ESCAPE.search(text) is not None


def _has_invisible(text: str) -> bool:
    return not text.isascii() and any(one in text for one in _INVISIBLE)
