"""A log's bytes -> its JSON objects, line by line.

In the wild a line holds two objects, or half of one, or none at all. What can't be read costs that
line only: it is counted under `unreadable` and skipped.
"""

from __future__ import annotations

import json
import os
import re
import stat
from typing import TYPE_CHECKING

import orjson

from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

UNREADABLE = 'unreadable'

# A pair of surrogates, a lone one, or any other escape (which is passed over whole, so that the
# second half of `\\` never starts one).
_ESCAPE = re.compile(
    r'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}'
    r'|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)',
    re.DOTALL,
)
_BLANK = ' \t\r\n'
_LONGEST_INTEGER = 300  # digits; Python itself refuses to read integers of over 4,300


def read_objects(
    log: Path, left_out: Counter[str], wanted: re.Pattern[bytes] | None = None
) -> Iterator[dict[str, object]]:
    """The objects of a log in its order; with `wanted`, of the lines in which it is found.

    Raises LearnError if the log can't be opened or is no regular file.
    """
    for line in read_lines(log):
        if wanted is None or wanted.search(line):
            yield from _objects(line, left_out)


def read_lines(log: Path) -> Iterator[bytes]:
    """The lines of a log, split at newlines alone. Raises LearnError."""
    try:
        with os.fdopen(_opened(log), 'rb') as file:
            yield from file
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise LearnError(
            f'{log} can not be read ({reason}); check the file and its rights'
        ) from error


def _opened(log: Path) -> int:
    """A descriptor of a regular file; a FIFO is refused without waiting for its writer."""
    flags = os.O_RDONLY | getattr(os, 'O_NONBLOCK', 0) | getattr(os, 'O_BINARY', 0)
    descriptor = os.open(log, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise LearnError(f'{log} is no regular file; name a session log (.jsonl)')
    return descriptor


def _objects(line: bytes, left_out: Counter[str]) -> Iterator[dict[str, object]]:
    try:
        values: list[object] = [orjson.loads(line)]
    except orjson.JSONDecodeError:
        if not line.strip():
            return
        values = _patiently(line, left_out)
    for value in values:
        if isinstance(value, dict):
            yield value
        else:
            left_out[UNREADABLE] += 1


def _patiently(line: bytes, left_out: Counter[str]) -> list[object]:
    """All values of a line that is not one plain JSON value: several, NaN, lone surrogates."""
    text = _ESCAPE.sub(_without_lone_surrogate, line.decode('utf-8-sig', 'replace'))
    decoder = json.JSONDecoder(strict=False, parse_int=_integer)
    values: list[object] = []
    at = _next(text, 0)
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            left_out[UNREADABLE] += 1
            break
        values.append(value)
        at = _next(text, at)
    return values


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _without_lone_surrogate(escape: re.Match[str]) -> str:
    return '\\ufffd' if escape['lone'] else escape[0]


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits
