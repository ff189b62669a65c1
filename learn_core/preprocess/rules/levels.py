"""Rule 10: JSON on one line -> its first levels, with the texts that people wrote in it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from learn_core.preprocess.rules.cuts import head

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LONGEST_TEXT = 4_000  # characters of a value: a comment in a tracker is words for people
LONGEST = 12_000  # characters in all

_LEVELS = 3
_MOST_ITEMS = 10  # of a list
_SHORTEST = 500  # characters; shorter JSON is shown as it is
_OPAQUE = re.compile(r'[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,64}|[A-Za-z0-9_+/=-]{40,}')
_NOTHING: tuple[object, ...] = (None, '', [], {})


def first_levels(line: str) -> str:
    """JSON as lines of `key: value`, or nothing if the line is short or no object or list."""
    if len(line) < _SHORTEST or line.lstrip()[:1] not in {'{', '['}:
        return ''
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return ''
    return head('\n'.join(_lines(value, '', _LEVELS)), LONGEST)


def _lines(value: object, indent: str, levels: int) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _fields(value, indent, levels)
    elif isinstance(value, list):
        yield from _items(value, indent, levels)
    elif not _is_opaque(value):
        yield f'{indent}{_scalar(value)}'


def _fields(value: Mapping[str, object], indent: str, levels: int) -> Iterator[str]:
    for key, inner in value.items():
        if inner in _NOTHING or _is_opaque(inner) or (key.endswith('_url') and key != 'html_url'):
            continue
        if not isinstance(inner, dict | list):
            yield f'{indent}{key}: {_scalar(inner)}'
        elif levels > 1:
            yield f'{indent}{key}:'
            yield from _lines(inner, f'{indent}  ', levels - 1)
        else:
            what = 'keys' if isinstance(inner, dict) else 'items'
            yield f'{indent}{key}: [{len(inner)} {what}]'


def _items(value: Sequence[object], indent: str, levels: int) -> Iterator[str]:
    for item in value[:_MOST_ITEMS]:
        first = True
        for line in _lines(item, f'{indent}  ', levels - isinstance(item, list)):
            yield f'{indent}- {line[len(indent) + 2 :]}' if first else line
            first = False
    if len(value) > _MOST_ITEMS:
        yield f'{indent}[{len(value) - _MOST_ITEMS} more items]'


def _scalar(value: object) -> str:
    return head(value, LONGEST_TEXT) if isinstance(value, str) else json.dumps(value)


def _is_opaque(value: object) -> bool:
    return isinstance(value, str) and len(value) > 30 and bool(_OPAQUE.fullmatch(value))
