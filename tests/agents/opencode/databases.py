"""Databases made by hand, with the tables of OpenCode 1.2 to 1.18."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from learn_core.agents import Transcript

if TYPE_CHECKING:
    from pathlib import Path

SESSION = 'ses_1'
TABLES = """
CREATE TABLE session (id TEXT PRIMARY KEY, project_id TEXT, parent_id TEXT, slug TEXT,
    directory TEXT, title TEXT, version TEXT, revert TEXT, permission TEXT, time_created INTEGER,
    time_updated INTEGER, time_compacting INTEGER, time_archived INTEGER);
CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER,
    time_updated INTEGER, data TEXT);
CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, time_created INTEGER,
    time_updated INTEGER, data TEXT);
"""
DAY = 1_785_000_000_000  # milliseconds

Messages = list[tuple[dict[str, object], list[dict[str, object]]]]


def database(folder: Path, messages: Messages, **columns: object) -> Transcript:
    """A database with a session of these messages, each with its parts."""
    file = folder / 'opencode.db'
    with closing(sqlite3.connect(file)) as connection:
        connection.execute('PRAGMA journal_mode=WAL')
        connection.executescript(TABLES)
        add_session(connection, messages, **columns)
        connection.commit()
    return Transcript(agent='opencode', session_id=SESSION, files=(file,))


def add_session(connection: sqlite3.Connection, messages: Messages, **columns: object) -> None:
    """Rows of one session; ids sort by time."""
    known = {'id': SESSION, 'directory': '/home/ann/widgets', 'title': 'Fix it'}
    row = {**known, 'time_created': DAY, 'time_updated': DAY + 60_000, **columns}
    _insert(connection, 'session', row)
    for number, (info, parts) in enumerate(messages):
        message = f'msg_{row["id"]}_{number:03}'
        time = DAY + number * 1000
        data = json.dumps({'time': {'created': time}, **info})
        fields = {'id': message, 'session_id': row['id'], 'time_created': time, 'data': data}
        _insert(connection, 'message', fields)
        for place, part in enumerate(parts):
            fields = {'id': f'prt_{message}_{place:03}', 'message_id': message}
            _insert(
                connection,
                'part',
                {**fields, 'session_id': row['id'], 'data': json.dumps(part)},
            )


def add_to(file: Path, messages: Messages, **columns: object) -> None:
    """Another session in a database."""
    with closing(sqlite3.connect(file)) as connection:
        add_session(connection, messages, **columns)
        connection.commit()


def _insert(connection: sqlite3.Connection, table: str, fields: dict[str, object]) -> None:
    names, marks = ', '.join(fields), ', '.join('?' * len(fields))
    connection.execute(
        f'INSERT INTO {table} ({names}) VALUES ({marks})',  # noqa: S608 - names of ours
        [*fields.values()],
    )


def asks(text: str, **part: object) -> tuple[dict[str, object], list[dict[str, object]]]:
    """A message of role user."""
    return {'role': 'user'}, [{'type': 'text', 'text': text, **part}]


def answers(
    *parts: dict[str, object], **info: object
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """A message of the model."""
    return {'role': 'assistant', 'modelID': 'm', **info}, [*parts]


def text(words: str) -> dict[str, object]:
    """A part with the model's words."""
    return {'type': 'text', 'text': words}


def tool(name: str, output: str = '', **state: object) -> dict[str, object]:
    """A call of a tool with its result."""
    known = {'status': 'completed', 'input': {}, 'output': output, 'metadata': {}}
    return {'type': 'tool', 'tool': name, 'callID': 'c1', 'state': {**known, **state}}
