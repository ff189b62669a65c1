"""The same as JSON, for a script."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from learn_core.page.parts import kinds_of, parts_of, redactions_of
from learn_core.page.verdict import verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.page.entries import Entry
    from learn_core.page.parts import Part
    from learn_core.page.shown import Shown

_OF_PART = (
    'name',
    'label',
    'size',
    'sha256',
    'log',
    'number',
    'tokens',
    'session_id',
    'kind',
    'why',
)
_LISTS = {'missing', 'suspicious', 'requests'}  # of named tuples


def json_of(shown: Shown, now: float) -> Iterator[str]:
    """Everything as one JSON object, piece by piece: first the facts, then the files with their
    entries.
    """
    parts = parts_of(shown)
    redactions = redactions_of(parts)
    names = [one.name for one in dataclasses.fields(shown) if one.name not in {'files', *_LISTS}]
    document: dict[str, object] = {name: getattr(shown, name) for name in names}
    document |= {name: _dicts(getattr(shown, name)) for name in _LISTS}
    document |= {
        'verdict': verdict_of(shown, now)._asdict(),
        'tokens': sum(part.tokens for part in parts),
        'redactions': [one._asdict() for one in redactions],
        'redacted': kinds_of(redactions),
    }
    yield json.dumps(document, sort_keys=True)[:-1] + ', "files": ['
    for order, part in enumerate(parts):
        yield (', ' if order else '') + json.dumps(_part(part))
    yield ']}\n'


def _dicts(tuples: Iterable[Any] | None) -> list[dict[str, object]] | None:
    return None if tuples is None else [one._asdict() for one in tuples]


def _part(part: Part) -> dict[str, object]:
    entries = [_entry(number, entry) for number, entry in part.numbered()]
    return {**{name: getattr(part, name) for name in _OF_PART}, 'entries': entries}


def _entry(number: int, entry: Entry) -> dict[str, object]:
    return {
        'number': number,
        'kind': entry.kind,
        'tag': entry.tag,
        'label': entry.label,
        'facts': dict(entry.facts),
        'fields': [field._asdict() for field in entry.fields],
    }
