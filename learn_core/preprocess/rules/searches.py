"""Rule 5: matches of a search, grouped by file: the path once, then its lines."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MATCH = re.compile(r'(?P<path>[^:\n]{1,300}?)(?P<mark>[:-])(?P<number>\d{1,7})(?P=mark)')


def grouped(lines: Sequence[str]) -> list[str]:
    """The lines `path:12:text` of a search as the path, then `12:text` for each of its lines."""
    found: list[str] = []
    for path, group in groupby(lines, _path_of):
        some = list(group)
        if not path or len(some) < 2:
            found += some
            continue
        found.append(path)
        found += [line[len(path) + 1 :] for line in some]
    return found


def _path_of(line: str) -> str:
    match = _MATCH.match(line)
    return match['path'] if match else ''
