"""Fields of logs: any of them may be missing or have another type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r'[A-Za-z0-9_.:-]{1,60}')
_TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)')


def string(value: object) -> str:
    """The value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ''


def mapping(value: object) -> Mapping[str, object]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[Mapping[str, object]]:
    """The JSON objects of a list; none of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def time_of(value: object) -> str:
    """A timestamp (ISO 8601), empty if it is not well-formed."""
    return value if isinstance(value, str) and _TIME.fullmatch(value) else ''


def name_of(kind: str) -> str:
    """The name of a type, `?` for anything that cannot be one."""
    return kind if _NAME.fullmatch(kind) else '?'


def reason(kind: str, known: re.Pattern[str], what: str = '') -> str:
    """Why an entry is dropped: its type, marked as unknown if it is not one of `known`."""
    if known.fullmatch(kind):
        return f'{what} {name_of(kind)}'.strip()
    return f'unknown {what or "type"} {name_of(kind)}'
