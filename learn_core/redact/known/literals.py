"""Finds known secret values in texts, in every form: plain, base64, URL, JSON, HTML, hex."""

from __future__ import annotations

import base64
import html
import json
import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from learn_core.redact.engine import scanner
from learn_core.redact.judge.values import is_random
from learn_core.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from learn_core.redact.engine.block import Block

LEAST = 8  # characters of a form; shorter ones occur in other words by chance

_BASE64 = re.compile(r'[A-Za-z0-9+/_-]*={0,2}')
_ESCAPE_BEFORE = re.compile(r'(?:\\[nrtbf]|%[0-9A-Fa-f]{2}|\\u[0-9a-f]{4})$')
_SHORT = 200_000  # characters times forms up to which `str.find` beats loading the engine


class Literals:
    """Values with their kinds. Raises RedactionError if the engine fails."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        found = {form: value for value in values for form in reversed(forms(value))}
        self._forms = list(found.items())
        self._words = frozenset(value for value in values if not is_random(value))

    @cached_property
    def _engine(self) -> scanner.Engine:
        return scanner.load_literals([form for form, _ in self._forms])

    def spans(self, text: str) -> list[Span]:
        """Where values stand in a text."""
        return [span for place in self._places(text) if (span := self._span(text, *place))]

    def touched(self, texts: Sequence[str], block: Block) -> Collection[int]:
        """The numbers of the texts, which the block holds, in which a value stands."""
        if not self._forms:
            return []
        if len(block.data) * len(self._forms) < _SHORT:
            return [at for at, text in enumerate(texts) if any(self._places(text))]
        return self._engine.scan_many(block).within

    def _places(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Start, end and number of every form in a text."""
        if len(text) * len(self._forms) >= _SHORT:
            for one in self._engine.scan(text).findings:
                yield one.start, one.end, int(one.rule.removeprefix('literal.'))
            return
        for number, (form, _) in enumerate(self._forms):
            at = text.find(form)
            while at >= 0:
                yield at, at + len(form), number
                at = text.find(form, at + len(form))

    def _span(self, text: str, start: int, end: int, number: int) -> Span | None:
        """The span of a value; in base64, with all of the base64 around it. A value that a person
        could have typed counts only as a whole word.
        """
        form, value = self._forms[number]
        if form == value:
            is_part = value in self._words and _is_inside(text, start, end)
            return None if is_part else Span(start, end, self.values[value])
        if form not in value and _BASE64.fullmatch(form):
            run = _BASE64.match(text, end)
            end = run.end() if run else end
            while start and (text[start - 1].isalnum() or text[start - 1] in '+/_-'):
                start -= 1
        return Span(start, end, self.values[value])


def _is_inside(text: str, start: int, end: int) -> bool:
    """Whether it is a part of a longer word."""
    if text[end : end + 1].isalnum() and text[end - 1].isalnum():
        return True
    before = text[max(0, start - 6) : start]
    return before[-1:].isalnum() and text[start].isalnum() and not _ESCAPE_BEFORE.search(before)


@lru_cache(maxsize=4096)
def forms(value: str) -> tuple[str, ...]:
    """All forms of a value, none twice, the longest first.

    In base64, a value inside a longer text has three forms, depending on its offset. Each is cut to
    the letters that depend on the value alone.
    """
    data = value.encode('utf-8', 'replace')
    found = [
        value,
        quote(value, safe=''),
        quote(value),
        quote_plus(value),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(value))[3:-3],
        html.escape(value),
        data.hex(),
    ]
    for shift in range(3):
        coded = base64.b64encode(b'\0' * shift + data).decode()
        # letters that also hold bits of a neighbour vary
        first, last = (0, 2, 3)[shift], len(coded) - (0, 3, 2)[(shift + len(data)) % 3]
        sure = coded[first:last]
        found += [sure, sure.replace('+', '-').replace('/', '_')]
    found += [quote(one, safe='') for one in found[9:]]
    return tuple(
        sorted({one for one in found if len(one) >= LEAST}, key=lambda one: (-len(one), one))
    )
