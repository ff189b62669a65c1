"""Markdown -> its blocks, for a reader who wants headings and lists and nothing that acts. Pure.

Neither links nor images nor HTML mean anything here: whatever a line says is shown as text.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADING = re.compile(r'#{1,6} +(.*)')
_ITEM = re.compile(r' {0,8}(?:[-*+]|\d{1,9}[.)]) +(.*)')
_FENCE = re.compile(r' {0,3}(```|~~~)')


class Block(NamedTuple):
    """Neighbouring lines of one kind: `heading`, `list`, `code` or `text`."""

    kind: str
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """The blocks in their order. Empty lines separate blocks and are in none, except in code."""
    grouped = groupby(_lines(text), key=lambda line: line[0])
    return [Block(kind, tuple([words for _, words in group])) for kind, group in grouped if kind]


def _lines(text: str) -> Iterator[tuple[str, str]]:
    in_code = False
    for line in text.split('\n'):
        if _FENCE.match(line):
            in_code = not in_code
            yield '', ''
        elif in_code:
            yield 'code', line
        elif found := _HEADING.fullmatch(line):
            yield 'heading', found[1]
        elif found := _ITEM.fullmatch(line):
            yield 'list', found[1]
        else:
            yield ('text' if line.strip() else ''), line
