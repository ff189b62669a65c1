"""What GitHub answers, read without trusting its shape."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import NamedTuple

_LONGEST_MESSAGE = 300


class Fault(NamedTuple):
    """One error of a GraphQL answer; `path` leads to the value that is null for it."""

    kind: str
    message: str
    path: tuple[object, ...] = ()

    @property
    def is_limit(self) -> bool:
        """GitHub has called it both."""
        return self.kind in ('RATE_LIMITED', 'RATE_LIMIT')

    @property
    def is_timeout(self) -> bool:
        """Did the query take GitHub too long?"""
        said = self.message.lower()
        return 'timeout' in said or 'something went wrong' in said


def get_in(value: object, *keys: str) -> object:
    """The value under these keys, None if anything on the way is not an object."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: object, *keys: str) -> str | None:
    """The string under these keys."""
    found = get_in(value, *keys)
    return found if isinstance(found, str) else None


def number(value: object, *keys: str) -> int | None:
    """The whole number under these keys; GraphQL writes large ones as strings."""
    found = get_in(value, *keys)
    if isinstance(found, str) and found.isascii() and found.isdigit():
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def moment(value: object, *keys: str) -> float | None:
    """The time under these keys, in seconds since 1970."""
    try:
        # fromisoformat knows no Z before Python 3.11
        written = (text(value, *keys) or '').replace('Z', '+00:00')
        return datetime.fromisoformat(written).timestamp()
    except (ValueError, OverflowError):
        return None


def objects(value: object, *keys: str) -> list[object]:
    """The objects in the list under these keys, without anything else."""
    found = get_in(value, *keys)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def next_page(connection: object) -> str | None:
    """The cursor of a GraphQL connection's next page."""
    more = get_in(connection, 'pageInfo', 'hasNextPage') is True
    return text(connection, 'pageInfo', 'endCursor') if more else None


def faults(answer: object) -> list[Fault]:
    """The errors of a GraphQL answer."""
    found = []
    for error in objects(answer, 'errors'):
        path = get_in(error, 'path')
        said = one_line(text(error, 'message') or '')
        where = tuple(path) if isinstance(path, list) else ()
        found.append(Fault(text(error, 'type') or '', said, where))
    return found


def message_of(body: object) -> str:
    """What a REST error says, in one line."""
    found = get_in(body, 'errors')
    said = [text(body, 'message')]
    for error in found if isinstance(found, list) else [found]:
        # words of its own, or a code with what it is about
        coded = ' '.join(filter(None, [text(error, 'field'), text(error, 'code')]))
        said.append(error if isinstance(error, str) else text(error, 'message') or coded)
    return one_line('; '.join(filter(None, said)))


def one_line(said: str) -> str:
    """Text from outside, cleaned and shortened for one of our sentences."""
    plain = re.sub(r'[^\x20-\x7e]+|\s+', ' ', said).strip().rstrip('.')
    return plain if len(plain) <= _LONGEST_MESSAGE else f'{plain[:_LONGEST_MESSAGE]}...'


def parsed(content: bytes) -> object:
    """The value of a JSON text, None if it does not parse."""
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value
