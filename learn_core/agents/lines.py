"""The bytes of a log -> its JSON objects, line by line, and the values of their fields.

Real logs have lines with two objects, half an object, half an object before a whole one, or none.
What cannot be read of it is given as an empty object, and the rest of the log is read.
"""

from __future__ import annotations

import json
import os
import re
import stat
from itertools import islice
from typing import IO, TYPE_CHECKING, TypeVar

import orjson

from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

T = TypeVar('T')

# A pair of surrogates, a lone one, or any other escape (which is matched whole, so that the second
# half of `\\` never starts one).
_ESCAPE = re.compile(
    r'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}'
    r'|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)',
    re.DOTALL,
)
_TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)')
_BLANK = ' \t\r\n\0'  # a machine that lost power leaves NULs where a line should be
_BUFFER = 1 << 20  # bytes; with less, reading lines of some kB costs five times as much
_FEW = 1 << 13  # bytes; enough where lines are read here and there
_SMALL = 16_000_000  # bytes of logs that are kept between two passes
_LONGEST_FIRST = 1 << 22  # bytes of a first line; it may hold a system prompt
_LONGEST_INTEGER = 300  # digits; Python itself refuses to read integers of over 4,300
_BEGINNING = re.compile(r'\{"(?:parentUuid|timestamp|type)"\s*:')  # of a line, as clients write it
_OF_A_LINE = {'parentId', 'payload', 'sessionId'}  # no object inside a line has one of these
_MOST_BEGINNINGS = 20  # that are tried on a line, because each try may read to its end


def read_objects(log: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """The objects of a log in its order, each with the first byte of its line.

    A disk error ends the log. Raises LearnError if it cannot be opened or is not a regular file.
    """
    at = 0
    with open_log(log) as file:
        try:
            for line in file:
                try:
                    fields = orjson.loads(line)
                except orjson.JSONDecodeError:
                    fields = None
                if type(fields) is dict:  # as nearly all lines are
                    yield at, fields
                else:
                    for found in _objects(line):
                        yield at, found
                at += len(line)
        except OSError:
            yield at, {}


def twice(read: Callable[[], Iterator[T]], *logs: Path) -> Callable[[], Iterable[T]]:
    """What is read of these logs, for two passes: kept between them unless the logs are large."""
    try:
        size = sum(log.stat().st_size for log in logs)
    except (OSError, ValueError):  # reading it says what is wrong
        size = 0
    if size > _SMALL:
        return read
    kept = list(read())
    return lambda: kept


def objects_at(log: Path, places: Iterable[int]) -> Iterator[dict[str, object]]:
    """The objects of the lines that begin at these places, in bytes. Raises LearnError."""
    with open_log(log, _FEW) as file:
        for place in places:
            file.seek(place)
            yield from _objects(file.readline())


def open_log(log: Path, buffer: int = _BUFFER) -> IO[bytes]:
    """A regular file, opened; a FIFO is refused without waiting for its writer. Raises LearnError.

    It is read `buffer` bytes at a time.
    """
    flags = os.O_RDONLY | getattr(os, 'O_NONBLOCK', 0) | getattr(os, 'O_BINARY', 0)
    try:
        descriptor = os.open(log, flags)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise LearnError(
            f'{log} cannot be read ({reason}); check the file and its permissions'
        ) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise LearnError(f'{log} is not a regular file; name a transcript')
    return os.fdopen(descriptor, 'rb', buffer)


def _objects(line: bytes) -> list[dict[str, object]]:
    try:
        values: list[object] = [orjson.loads(line)]
    except orjson.JSONDecodeError:
        values = _patiently(line) if line.strip() else []
    return [value if isinstance(value, dict) else {} for value in values]


def _patiently(line: bytes) -> list[object]:
    """The values of a line that is not one plain JSON value: several, NaN, lone surrogates."""
    text = line.decode('utf-8-sig', 'replace')
    text = _ESCAPE.sub(lambda escape: r'\ufffd' if escape['lone'] else escape[0], text)
    decoder = json.JSONDecoder(strict=False, parse_int=_integer)
    values: list[object] = []
    at = _next(text, 0)
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        values.append(value)
        at = _next(text, at)
    if at < len(text) or not values:
        values += [None, *_behind(text, at, decoder)]
    return values


def _behind(text: str, broken: int, decoder: json.JSONDecoder) -> Iterator[object]:
    """The whole objects behind half of one: a client that was killed wrote no newline."""
    at = broken + 1
    for found in islice(_BEGINNING.finditer(text, at), _MOST_BEGINNINGS):
        if found.start() < at:
            continue
        try:
            value, at = decoder.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            continue
        if _OF_A_LINE & value.keys():
            yield value


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


def read_first(log: Path, needle: str = '') -> dict[str, object]:
    """The first object of a log if its line contains the needle, else an empty one."""
    try:
        with open_log(log, _FEW) as file:
            line = file.readline(_LONGEST_FIRST)
    except (LearnError, OSError):
        return {}
    objects = _objects(line) if needle.encode() in line else []
    return objects[0] if objects else {}


def parsed(data: object) -> object:
    """The JSON value of a text; None for what is none."""
    try:
        return orjson.loads(data) if isinstance(data, str | bytes) else None
    except orjson.JSONDecodeError:
        return None


def joined(values: Iterable[object]) -> str:
    """The texts among these values, a line each."""
    return '\n'.join(filter(None, map(string, values)))


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
