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

PLACEHOLDER = re.compile(r'\[REDACTED:([a-z0-9-]+):(\d+)\]')

# controls, soft hyphen, joiners, fillers, bidirectional controls, selectors, tags
_INVISIBLE = re.compile(
    r'[\x00-\x08\x0B-\x1F\x7F-\x9F\xAD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F'
    r'\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFE00-\uFE0E\uFEFF\uFFA0\uFFF0-\uFFFB'
    r'\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]'
)
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
