"""The same as JSON, for a script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from learn_core.page import plots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learn_core.page.entries import Entry
    from learn_core.page.model import File, Page

_PLAIN = (
    'run',
    'directory',
    'plan',
    'plan_url',
    'state',
    'trigger',
    'began',
    'ended',
    'gist_url',
    'workflow_url',
    'size',
    'tokens',
    'sessions',
    'digest',
    'sha256',
    'version',
    'format',
    'pull',
    'left_out',
    'replaced',
)
_OF_FILE = (
    'name',
    'size',
    'sha256',
    'log',
    'part',
    'tokens',
    'session_id',
    'kind',
    'why',
    'about',
    'kinds',
    'by_tag',
    'redactions',
)


def json_of(page: Page) -> Iterator[str]:
    """The whole page as one JSON object, piece by piece: first what is said of it, then the files
    with their entries.
    """
    document: dict[str, object] = {name: getattr(page, name) for name in _PLAIN}
    document |= {
        'verdict': page.verdict._asdict(),
        'requests': [vars(one) for one in page.requests],
        'missing': [{'session_id': one, 'reason': reason} for one, reason in page.missing],
        'redactions': page.redactions,
        'places': {kind: [one._asdict() for one in some] for kind, some in page.places.items()},
        'steps': [[step.label, step.size] for step in plots.steps_of(page)],
        'timelines': [line._asdict() for line in page.timelines],
    }
    yield json.dumps(document)[:-1] + ', "files": ['
    for order, file in enumerate(page.files):
        yield (', ' if order else '') + json.dumps(_file(file))
    yield ']}\n'


def _file(file: File) -> dict[str, object]:
    known = {name: getattr(file, name) for name in _OF_FILE}
    return known | {'entries': [_entry(*one) for one in file.told()]}


def _entry(number: int, entry: Entry, at: int) -> dict[str, object]:
    return {
        'number': number,
        'kind': entry.kind,
        'tag': entry.tag,
        'label': entry.label,
        'time': at or None,
        'facts': dict(entry.facts),
        'fields': [field._asdict() for field in entry.fields],
    }
