"""Text from outside as a person sees it: characters that cannot be seen, or that reorder what is
around them, are shown by number, placeholders are marked, and Markdown is no more than its blocks.
Pure.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# first and last: controls, soft hyphen, joiners, fillers, bidirectional controls, selectors, tags
RANGES = (
    (0x00, 0x08),
    (0x0B, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0E),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
PLACEHOLDER = re.compile(r'\[REDACTED:([a-z0-9-]+):(\d+)\]')

_INVISIBLE = re.compile('[' + ''.join(f'{chr(one)}-{chr(other)}' for one, other in RANGES) + ']')
_HEADING = re.compile(r'#{1,6} +(.*)')
_ITEM = re.compile(r' {0,8}(?:[-*+]|\d{1,9}[.)]) +(.*)')
_FENCE = re.compile(r' {0,3}(```|~~~)')
_WITHOUT_NAME = frozenset({'id', 'tool'})


def marked(text: str) -> Markup:
    """The text as HTML: escaped, then invisible characters and placeholders in elements of ours."""
    html = str(escape(text))  # which leaves both as they are
    if not (html.isascii() and html.replace('\n', '').isprintable()):  # which is quick to tell
        html = _INVISIBLE.sub(_mark, html)
    if '[REDACTED:' in html:
        html = PLACEHOLDER.sub(r'<mark class="redacted">\g<0></mark>', html)
    return Markup(html)  # noqa: S704  (escaped above)


def _mark(found: re.Match[str]) -> str:
    # a parser of HTML takes a carriage return for a newline, unless it comes as a reference
    character = '&#13;' if found[0] == '\r' else found[0]
    return f'<i class="odd" data-c="{_number(found)}">{character}</i>'


def plain(text: str) -> str:
    """The text for a terminal: invisible characters by number, `<U+202E>`."""
    return _INVISIBLE.sub(lambda found: f'<{_number(found)}>', text)


def _number(found: re.Match[str]) -> str:
    return f'U+{ord(found[0]):04X}'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """An entry's attributes: `t7, is error, part 1/2`."""
    said = [(name, name.replace('_', ' '), value) for name, value in pairs]
    return ', '.join(
        words if value == 'true' else value if name in _WITHOUT_NAME else f'{words} {value}'
        for name, words, value in said
    )


class Block(NamedTuple):
    """Neighbouring lines of Markdown of one kind: `heading`, `list`, `code` or `text`."""

    kind: str
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """The blocks in their order. Empty lines separate blocks and are in none, except in code.

    Neither links nor images nor HTML mean anything here: whatever a line says is shown as text.
    """
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
