from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from learn_core.agents import find, index, mentions, roots, size_of, subagents
from tests.agents.odd import write
from tests.agents.opencode.databases import SESSION, answers, asks, database, text


def told(root: Path) -> list[tuple[str, str]]:
    return [(one.session_id, one.unreadable) for one in find({'opencode': [root]})]


def change(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_a_session_is_found_with_its_folder_and_times(tmp_path: Path) -> None:
    database(tmp_path, [asks('x')])
    (found,) = find({'opencode': [tmp_path]})
    assert (found.session_id, found.directory) == (SESSION, '/home/ann/widgets')
    assert (found.first_time, found.last_time) == (
        '2026-07-25T17:20:00.000Z',
        '2026-07-25T17:21:00.000Z',
    )


def test_child_sessions_are_not_found_alone(tmp_path: Path) -> None:
    database(tmp_path, [asks('x')], parent_id='ses_0')
    assert told(tmp_path) == []


def test_older_and_newer_generations_are_reported(tmp_path: Path) -> None:
    old = tmp_path / 'old'
    write(old / 'storage' / 'session' / 'p' / 'ses_1.json', [{}])
    assert told(old) == [('', 'generation 1 (JSON files, before OpenCode 1.2)')]
    log = database(tmp_path, [asks('x')])
    change(log.files[0], 'CREATE TABLE session_v2 (id TEXT)')
    assert told(tmp_path) == [(SESSION, '')]
    change(log.files[0], "INSERT INTO session_v2 VALUES ('ses_3')")
    assert told(tmp_path) == [('', 'generation 3 (OpenCode 2.0)'), (SESSION, '')]


def test_a_database_with_other_columns_is_reported(tmp_path: Path) -> None:
    log = database(tmp_path, [asks('x')])
    change(log.files[0], 'ALTER TABLE part DROP COLUMN data')
    assert told(tmp_path) == [('', 'unknown form of database')]


def test_a_file_that_is_not_a_database_is_reported(tmp_path: Path) -> None:
    (tmp_path / 'opencode.db').write_text('x' * 4096)
    ((session_id, why),) = told(tmp_path)
    assert session_id == ''
    assert 'cannot be read (file is not a database)' in why


def test_rows_are_searched_and_measured(tmp_path: Path) -> None:
    log = database(tmp_path, [asks('look at acme/widgets'), answers(text('done'))])
    assert mentions(log, [b'acme/other', b'acme/widgets'])
    assert not mentions(log, [b'acme/other'])
    assert size_of(log) > 100
    assert subagents(log, index(log)) == []


def test_of_a_session_that_is_gone_since_it_was_found_no_sub_agent_is_left(tmp_path: Path) -> None:
    log = database(tmp_path, [asks('x')])
    found = index(log)
    log.files[0].unlink()
    assert subagents(log, found) == []


@pytest.mark.parametrize(
    ('environ', 'root'),
    [
        ({'XDG_DATA_HOME': '/d'}, '/d/opencode'),
        ({'XDG_DATA_HOME': '/d', 'OPENCODE_DB': 'b.db'}, '/d/opencode/b.db'),
        ({'OPENCODE_DB': '/x/b.db'}, '/x/b.db'),
    ],
)
def test_the_environment_names_the_folder(environ: dict[str, str], root: str) -> None:
    assert roots(environ)['opencode'] == (Path(root),)
