"""OpenCode's sessions where they are: its SQLite database, or what `opencode export` wrote.

The database (generation 2: `session`, `message`, `part`) is opened read-only together with its
write-ahead log, and never written to; a column that is missing is an unknown form. Both give the
same objects: the `data` columns hold those of an export less their ids.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson

from learn_core.agents.lines import mapping, open_log, parsed
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SQLITE = b'SQLite format 3\x00'

_NEEDED = {
    'session': {'id', 'parent_id', 'directory', 'title', 'revert', 'time_created', 'time_updated'},
    'message': {'id', 'session_id', 'time_created', 'data'},
    'part': {'id', 'message_id', 'session_id', 'data'},
}
_SESSIONS = """
    SELECT s.id, s.parent_id, s.directory, s.title, s.revert, s.time_created,
        max(s.time_updated, coalesce(
            (SELECT max(m.time_created) FROM message m WHERE m.session_id = s.id), 0))
    FROM session s
    WHERE {condition} = ? ORDER BY s.time_created, s.id"""
_LARGEST_EXPORT = 2_000_000_000  # bytes
_BUSY_SECONDS = 5.0


@contextmanager
def opened(database: Path) -> Iterator[sqlite3.Connection]:
    """The database, read-only. Raises LearnError where SQLite does."""
    try:
        uri = f'file:{quote(str(database))}?mode=ro'
        with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS)) as connection:
            connection.text_factory = lambda data: data.decode('utf-8', 'replace')
            yield connection
    except sqlite3.Error as error:
        raise LearnError(
            f'the database of OpenCode cannot be read ({error}); close OpenCode and retry'
        ) from error


def is_known(connection: sqlite3.Connection) -> bool:
    """Whether all tables and columns are there that are read."""
    return all(needed <= _columns(connection, table) for table, needed in _NEEDED.items())


def has_new_tables(connection: sqlite3.Connection) -> bool:
    """Whether there are sessions of generation 3."""
    query = 'SELECT 1 FROM session_v2 LIMIT 1'
    return bool(_columns(connection, 'session_v2') and connection.execute(query).fetchall())


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    """None if the table does not exist."""
    return {str(row[1]) for row in connection.execute(f'PRAGMA table_info({table})')}


def sessions(
    connection: sqlite3.Connection, value: str = '', condition: str = "coalesce(s.parent_id, '')"
) -> list[Mapping[str, object]]:
    """What an export's `info` says of the sessions with this value: the children of a session, or
    those that have no parent.
    """
    names = ('id', 'parentID', 'directory', 'title')
    return [
        {
            **dict(zip(names, row, strict=False)),
            'revert': mapping(parsed(row[4])),
            'time': {'created': row[5], 'updated': row[6]},
        }
        for row in connection.execute(_SESSIONS.format(condition=condition), (value,))
    ]


def is_database(file: Path) -> bool:
    """Whether it is SQLite's; not if it cannot be read."""
    with suppress(LearnError, OSError), open_log(file) as opened_file:
        return opened_file.read(len(SQLITE)) == SQLITE
    return False


def stored(source: Path, session_id: str = '') -> Mapping[str, object]:
    """A session as `opencode export` writes it, out of a database or an export; a message or a part
    that cannot be read is an empty object. Raises LearnError.
    """
    if is_database(source):
        with opened(source) as connection:
            return _rows(connection, session_id)
    with open_log(source) as file:
        data = file.read(_LARGEST_EXPORT)
    try:
        return mapping(orjson.loads(data))
    except orjson.JSONDecodeError as error:
        raise LearnError(f'{source} is not JSON ({error}); export the session again') from error


def _rows(connection: sqlite3.Connection, session_id: str) -> Mapping[str, object]:
    found = sessions(connection, session_id, 's.id')
    if not found:
        raise LearnError(f'session {session_id} is no longer in the database of OpenCode')
    parts: dict[str, list[Mapping[str, object]]] = {}
    query = 'SELECT id, message_id, data FROM part WHERE session_id = ? ORDER BY id'
    for identity, message_id, data in connection.execute(query, (session_id,)):
        parts.setdefault(str(message_id), []).append(_with_id(identity, data))
    query = 'SELECT id, data FROM message WHERE session_id = ? ORDER BY time_created, id'
    messages = [
        {'info': _with_id(identity, data), 'parts': parts.pop(str(identity), [])}
        for identity, data in connection.execute(query, (session_id,))
    ]
    lost = sum(map(len, parts.values()))  # whose message is gone
    return {'info': found[0], 'messages': [*messages, *[{}] * lost]}


def _with_id(identity: object, data: object) -> Mapping[str, object]:
    found = mapping(parsed(data))
    return {**found, 'id': str(identity)} if found else {}


def seconds(milliseconds: object) -> float:
    """A time in milliseconds; 0 for none."""
    return milliseconds / 1000 if isinstance(milliseconds, int | float) else 0.0


def iso(milliseconds: object) -> str:
    """A time in milliseconds since 1970 as ISO 8601; empty for none."""
    try:
        found = datetime.fromtimestamp(seconds(milliseconds), timezone.utc)
    except (OverflowError, ValueError, OSError):
        return ''
    return found.isoformat(timespec='milliseconds').replace('+00:00', 'Z') if milliseconds else ''
