"""Secrets whose name stands above them: in a table's header, in SQL, as a section's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.redact.judge import names, values
from learn_core.redact.judge.names import Strength
from learn_core.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 20_000  # characters
_AROUND = ' \t\r"\'`*'
_RULE = re.compile(r'[-+=|: \t\r]*')
_CSV = re.compile(r'"?\w[\w .-]{0,40}"?(?:[,;]"?\w[\w .-]{0,40}"?){1,40}\r?')
_TABLE = re.compile(
    r'[^|\t(){}=\n]{1,40}(?:(?: \| |\t)[^|\t(){}=\n]{0,40}){1,40}\r?'
    r'|[ \t]{0,40}\|[^(){}=\n]{1,1000}\|[ \t]{0,40}\r?'
)
_CELL = re.compile(
    r"""[ \t]{0,20}(?:'(?:[^'\n]|''){0,400}'|"[^"\n]{0,400}"|[^,()\s'"][^,()\n'"]{0,400})"""
)
_ROW = re.compile(r'\(([^()]{1,2000})\)')
_ENTRY = re.compile(
    r"""[ \t]*(?:- )?(?:["']?[\w.-]+["']?(?::[ \t]+|[ \t]*=[ \t]*))?["']?([^\s"'#]*)"""
)


def table(text: str, start: int, end: int) -> Iterator[Span]:
    """The cells of a column that its header calls a secret: Markdown, CSV, tabs, SQL clients."""
    first = text.rfind('\n', 0, start) + 1
    lines = text[first : first + _LONGEST].split('\n')
    sign = max('|\t;,', key=lines[0].count)
    head = lines[0].split(sign)
    column = text.count(sign, first, start)
    if len(head) < 2 or not (_CSV if sign in ',;' else _TABLE).fullmatch(lines[0]):
        return
    most = Strength.SECRET if sign in ',;' else Strength.PASSWORD
    told = min(names.strength(text[start:end]), most)
    at = first + len(lines[0]) + 1
    for line in lines[1:]:
        cells = line.split(sign)
        if len(cells) == len(head):
            place = at + sum(len(cell) + 1 for cell in cells[:column])
            yield from _cell(place, cells[column], told, text[start:end])
        elif not _RULE.fullmatch(line) or not line:
            return
        at += len(line) + 1


def insert(text: str, start: int, end: int) -> Iterator[Span]:
    """The values that an INSERT puts into a column of secrets."""
    begin = text.index('(', start)
    columns = text[begin + 1 : text.find(')', end, end + 2_000)].split(',')
    told = [names.strength(name) for name in columns]
    for row in _ROW.finditer(text, end, end + _LONGEST):
        cells = [*_CELL.finditer(row[1])]
        if row.start() > begin and len(cells) == len(columns):
            for cell, strength, name in zip(cells, told, columns, strict=True):
                yield from _cell(row.start(1) + cell.start(), cell[0], strength, name)


def section(text: str, start: int, end: int) -> Iterator[Span]:
    """The random values below `secrets:` or `[secrets]`."""
    first = text.rfind('\n', 0, start) + 1
    indent = len(text[first:start].rstrip('"\''))
    is_toml = text.startswith('[', first)
    at = text.find('\n', end) + 1 or len(text)
    for line in text[at : at + _LONGEST].split('\n'):
        depth = len(line) - len(line.lstrip(' \t-'))
        if line.startswith('[') or (line.strip() and depth <= indent and not is_toml):
            return
        entry = _ENTRY.match(line)
        if entry is not None:
            yield from _cell(at + entry.start(1), entry[1], Strength.TOKEN, text[start:end])
        at += len(line) + 1


def _cell(at: int, cell: str, strength: Strength, name: str) -> Iterator[Span]:
    value = cell.strip(_AROUND)
    if strength and value and values.is_secret(value, strength, quoted=True):
        at += cell.index(value)
        yield Span(at, at + len(value), names.kind_of(name))
