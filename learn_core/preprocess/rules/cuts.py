"""Rules 5, 10 and 15: what a cut leaves, and the mark where something is missing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterator, Sequence

LONGEST_LINE = 1000  # characters; longer ones are minified or encoded, not written
LINE_END = 400  # characters kept at both ends of such a line
LONGEST_THINKING = 1_500  # characters
THINKING_FIRST, THINKING_LAST = 300, 1_000
LONGEST_TEXT = 4_000  # characters of a value: a comment in a tracker is words for people
LONGEST_JSON = 12_000  # characters in all

_BROKEN_END, _BROKEN_BEGINNING = re.compile(r'(?<!\S)\S{1,40}$'), re.compile(r'^\S{1,40}\s')
_LEVELS = 3
_MOST_ITEMS = 10  # of a list
_SHORTEST_JSON = 500  # characters; shorter JSON is shown as it is
_OPAQUE = re.compile(r'[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,64}|[A-Za-z0-9_+/=-]{40,}')
_NOTHING: tuple[object, ...] = (None, '', [], {})


def ends(text: str, length: int) -> str:
    """Both ends of a text with the number of characters between them."""
    omitted = len(text) - 2 * length
    return f'{text[:length]}...[truncated {omitted} chars]...{text[-length:]}'


def head(text: str, length: int) -> str:
    """The beginning of a text with the number of characters behind it."""
    omitted = len(text) - length
    return text if omitted <= 0 else f'{text[:length]}\n[{omitted} more characters omitted]'


def cut_line(line: str, left_out: Counter[str]) -> str:
    """A line, or both ends of one that is too long."""
    if len(line) <= LONGEST_LINE:
        return line
    left_out['characters of long lines'] += len(line) - 2 * LINE_END
    return ends(line, LINE_END)


def short_thinking(text: str, left_out: Counter[str]) -> str:
    """The beginning of long thinking, and its end: where it got to."""
    if len(text) <= LONGEST_THINKING:
        return text
    first = _BROKEN_END.sub('', text[:THINKING_FIRST])
    last = _BROKEN_BEGINNING.sub('', text[-THINKING_LAST:])
    omitted = len(text) - len(first) - len(last)
    left_out['characters of long thinking'] += omitted
    return f'{first}\n[{omitted} characters of thinking omitted]\n{last}'


def with_gaps(lines: Sequence[str], kept: Collection[int]) -> list[str]:
    """The lines with these indexes in their order, and a mark for every gap between, before or
    behind them. A gap of one short line is kept.
    """
    found: list[str] = []
    before = -1
    for at in [*sorted(kept), len(lines)]:
        if at - before == 2 and len(lines[at - 1]) < 20:
            found.append(lines[at - 1])
        elif at - before > 1:
            found.append(gap(before + 2, at))
        if at < len(lines):
            found.append(lines[at])
        before = at
    return found


def gap(first: int, last: int) -> str:
    """The mark for missing lines."""
    lines = f'lines {first}-{last}' if last > first else f'line {first}'
    return f'[{lines} omitted]'


def first_levels(line: str) -> str:
    """JSON as lines of `key: value`, or nothing if the line is short or no object or list."""
    if len(line) < _SHORTEST_JSON or line.lstrip()[:1] not in {'{', '['}:
        return ''
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return ''
    return head('\n'.join(_lines(value, '', _LEVELS)), LONGEST_JSON)


def _lines(value: object, indent: str, levels: int) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if not _says_nothing(key, inner):
                yield from _field(key, inner, indent, levels)
    elif isinstance(value, list):
        for item in value[:_MOST_ITEMS]:
            lines = '\n'.join(_lines(item, f'{indent}  ', levels - isinstance(item, list)))
            if lines:
                yield f'{indent}- {lines[len(indent) + 2 :]}'
        if len(value) > _MOST_ITEMS:
            yield f'{indent}[{len(value) - _MOST_ITEMS} more items]'
    elif not _is_opaque(value):
        yield f'{indent}{_scalar(value)}'


def _field(key: str, value: object, indent: str, levels: int) -> Iterator[str]:
    if not isinstance(value, dict | list):
        yield f'{indent}{key}: {_scalar(value)}'
    elif levels > 1:
        yield f'{indent}{key}:'
        yield from _lines(value, f'{indent}  ', levels - 1)
    else:
        what = 'keys' if isinstance(value, dict) else 'items'
        yield f'{indent}{key}: [{len(value)} {what}]'


def _says_nothing(key: str, value: object) -> bool:
    return value in _NOTHING or _is_opaque(value) or (key.endswith('_url') and key != 'html_url')


def _scalar(value: object) -> str:
    return head(value, LONGEST_TEXT) if isinstance(value, str) else json.dumps(value)


def _is_opaque(value: object) -> bool:
    return isinstance(value, str) and len(value) > 30 and bool(_OPAQUE.fullmatch(value))
