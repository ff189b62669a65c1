"""Where OpenCode keeps its sessions, and which generations of its format are read.

Generation 1 (before 1.2) is JSON files, which stay as stale copies beside a database; generation 2
is the database; generation 3 (2.0) has other tables in it. Only generation 2 is read, and exports
of it that were kept: `exported/<session>.json`, child sessions in `exported/<session>/`.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.agents.opencode import store
from learn_core.agents.transcript import Part, Transcript
from learn_core.agents.values import mapping, string
from learn_core.errors import LearnError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from learn_core.agents.transcript import Content, Index

NAME = 'opencode'
OLD_FILES = 'generation 1 (JSON files, before OpenCode 1.2)'
NEW_TABLES = 'generation 3 (OpenCode 2.0)'
UNKNOWN = 'unknown form of database'

_EXPORTED = 'exported'
_ID = re.compile(r'[A-Za-z0-9_-]{1,100}')

_TOP_LEVEL = (
    f"{store.SESSIONS} WHERE s.parent_id IS NULL OR s.parent_id = '' ORDER BY s.time_created"
)


def roots(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """`OPENCODE_DB` (a file, or a name in the data directory), else the data directory:
    `$XDG_DATA_HOME/opencode`, or `~/.local/share/opencode`.
    """
    home = environ.get('XDG_DATA_HOME') or '~/.local/share'
    data = Path(os.path.expanduser(home), 'opencode')  # noqa: PTH111
    database = environ.get('OPENCODE_DB')
    return (data / os.path.expanduser(database) if database else data,)  # noqa: PTH111


def find(where: Iterable[Path], since: float = 0.0) -> Iterator[Transcript]:
    """The sessions of these databases that changed after `since`, without child sessions."""
    for root in where:
        databases = [root] if root.is_file() else sorted(root.glob('opencode*.db'))
        if not databases and any((root / 'storage' / 'session').glob('*/ses_*.json')):
            yield _unreadable(root / 'storage', OLD_FILES)
        for database in databases:
            yield from _sessions(database, since)
        for export in sorted((root / _EXPORTED).glob('*.json')):
            yield from _session(export, since)


def recognises(file: Path, start: bytes) -> Transcript | None:
    """An exported session; a database holds several and cannot be named as one."""
    if start.startswith(store.SQLITE):
        return _unreadable(file, 'a database of many sessions; name the file of opencode export')
    head = b''.join(start[:200].split())
    if not head.startswith(b'{"info":{') or b'"ses_' not in head:
        return None
    return Transcript(agent=NAME, session_id=file.stem, files=(file,))


def subagents(transcript: Transcript, index: Index) -> list[Transcript]:
    """The child sessions of a session; those of an export are in the folder that has its name."""
    if transcript.subagent is not None:
        return []
    found = []
    for identity, title, file in _children(transcript):
        named = index.subagent(identity)
        agent = named if named.call else index.subagent(identity, description=title)
        found.append(replace(transcript, files=(file,), subagent=agent))
    return found


def parts(transcript: Transcript) -> Iterator[Part]:
    """The session and its child sessions, exported. Raises LearnError."""
    place = f'{_EXPORTED}/{transcript.session_id}'
    ids = [('', transcript.session_id, transcript.files[0])]
    ids += [(f'/{child}', child, file) for child, _, file in _children(transcript)]
    for below, identity, file in ids:
        if all(map(_ID.fullmatch, (transcript.session_id, identity))):
            yield Part(f'{place}{below}.json', store.exported(store.stored(file, identity)))


def _children(transcript: Transcript) -> list[tuple[str, str, Path]]:
    """Id, title and file of each child session. Raises LearnError."""
    file = transcript.files[0]
    if not _is_database(file):
        return [
            (child.stem, string(store.stored(child, '').info.get('title')), child)
            for child in sorted(file.with_suffix('').glob('*.json'))
        ]
    query = 'SELECT id, title FROM session WHERE parent_id = ? ORDER BY time_created, id'
    with store.opened(file) as connection:
        rows = connection.execute(query, (transcript.session_id,)).fetchall()
    return [(str(identity), str(title or ''), file) for identity, title in rows]


def session_of(transcript: Transcript) -> str:
    """The id of the session's row: a sub-agent's is its own."""
    return transcript.subagent.agent_id if transcript.subagent else transcript.session_id


def contents(transcript: Transcript) -> Iterator[Content]:
    """The session as an export."""
    with suppress(LearnError):  # reading it says what is wrong
        yield store.exported(store.stored(transcript.files[0], session_of(transcript)))


def _sessions(database: Path, since: float) -> Iterator[Transcript]:
    rows: list[tuple[object, ...]] = []
    try:
        with store.opened(database) as connection:
            is_new = _has_rows(connection, 'session_v2')
            is_known = all(
                needed <= store.columns(connection, name) for name, needed in store.NEEDED.items()
            )
            rows = connection.execute(_TOP_LEVEL).fetchall() if is_known else []
    except LearnError as error:
        yield _unreadable(database, str(error))
        return
    if is_new or not is_known:
        yield _unreadable(database, NEW_TABLES if is_new else UNKNOWN)
    for identity, _, directory, _, _, created, updated in rows:
        row = {'id': identity, 'directory': directory}
        found = _transcript(database, row, created, updated)
        if found.changed >= since:
            yield found


def _session(export: Path, since: float) -> Iterator[Transcript]:
    """The session of an export, if it changed after `since`."""
    with suppress(LearnError):  # only learn-hook writes here; a file may be cut off
        info = store.stored(export, '').info
        times = mapping(info.get('time'))
        found = _transcript(export, info, times.get('created'), times.get('updated'))
        if found.changed >= since:
            yield found


def _transcript(
    file: Path, info: Mapping[str, object], created: object, updated: object
) -> Transcript:
    return Transcript(
        agent=NAME,
        session_id=str(info.get('id')),
        files=(file,),
        changed=_seconds(updated),
        directory=string(info.get('directory')),
        first_time=iso(created),
        last_time=iso(updated),
    )


def _has_rows(connection: sqlite3.Connection, table: str) -> bool:
    if not store.columns(connection, table):
        return False
    return connection.execute(f'SELECT 1 FROM {table} LIMIT 1').fetchone() is not None  # noqa: S608


def _is_database(file: Path) -> bool:
    try:
        with file.open('rb') as opened_file:
            return opened_file.read(len(store.SQLITE)) == store.SQLITE
    except OSError:
        return False


def _unreadable(place: Path, reason: str) -> Transcript:
    return Transcript(agent=NAME, session_id='', files=(place,), unreadable=reason)


def _seconds(milliseconds: object) -> float:
    return milliseconds / 1000 if isinstance(milliseconds, int | float) else 0.0


def iso(milliseconds: object) -> str:
    """A time in milliseconds since 1970 as ISO 8601; empty for none."""
    try:
        found = datetime.fromtimestamp(_seconds(milliseconds), timezone.utc)
    except (OverflowError, ValueError, OSError):
        return ''
    return found.isoformat(timespec='milliseconds').replace('+00:00', 'Z') if milliseconds else ''
