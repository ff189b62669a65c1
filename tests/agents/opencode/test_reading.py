from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import (
    Entry,
    Image,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Transcript,
    index,
    read,
    subagents,
    transcript_of,
)
from learn_core.agents.opencode.store import stored
from learn_core.errors import LearnError
from tests.agents.odd import odd_objects
from tests.agents.opencode.databases import (
    SESSION,
    TABLES,
    add_session,
    answers,
    asks,
    database,
    text,
    tool,
)

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.agents import Block


def kept(transcript: Transcript) -> list[Entry]:
    return [entry for entry in read(transcript) if not entry.dropped]


def blocks(transcript: Transcript) -> list[Block]:
    return [block for entry in kept(transcript) for block in entry.blocks]


def test_a_conversation_is_read_in_the_order_of_time(tmp_path: Path) -> None:
    log = database(
        tmp_path,
        [
            asks('do it'),
            answers(
                {'type': 'step-start'},
                {'type': 'reasoning', 'text': 'hm'},
                text('I look.'),
                tool('bash', 'a.py', input={'command': 'ls'}),
                path={'cwd': '/home/ann/widgets/api'},
            ),
            answers(text('done')),
        ],
    )
    assert blocks(log) == [
        Text('do it'),
        Thinking('hm'),
        Text('I look.'),
        ToolCall('c1', 'bash', {'command': 'ls'}),
        ToolResult('c1', 'a.py'),
        Text('done'),
    ]
    found = index(log)
    assert [*found.models, *found.cwds] == ['m', '/home/ann/widgets', '/home/ann/widgets/api']
    assert found.first_time == '2026-07-25T17:20:00.000Z'


def test_synthetic_text_is_not_a_persons(tmp_path: Path) -> None:
    log = database(tmp_path, [asks('Called the Read tool', synthetic=True), asks('fix it')])
    assert [(entry.type, entry.blocks) for entry in kept(log)] == [('user', (Text('fix it'),))]


def test_an_image_is_named(tmp_path: Path) -> None:
    image: dict[str, object] = {
        'type': 'file',
        'mime': 'image/png',
        'url': 'data:image/png;base64,AAAA',
    }
    assert blocks(database(tmp_path, [({'role': 'user'}, [image])])) == [Image('image/png', 3)]


def test_a_prompt_typed_while_a_step_runs_is_queued(tmp_path: Path) -> None:
    late = answers(text('x'), time={'created': 1, 'completed': 1_785_000_009_000})
    log = database(tmp_path, [asks('one'), late, asks('two')])
    assert [entry.queued for entry in kept(log) if entry.type == 'user'] == [False, True]


@pytest.mark.parametrize(
    ('part', 'result'),
    [
        (tool('bash', 'x', metadata={'exit': 1}), ToolResult('c1', 'x', is_error=True)),
        (tool('bash', 'x', metadata={'exit': 0}), ToolResult('c1', 'x')),
        (tool('invalid', 'x'), ToolResult('c1', 'x', is_error=True)),
        (
            tool('edit', '', status='error', error='no match'),
            ToolResult('c1', 'no match', is_error=True),
        ),
        (
            tool('bash', '', status='error', error='The user rejected permission: use make'),
            ToolResult(
                'c1',
                'The user rejected permission: use make',
                is_error=True,
                is_rejected=True,
                is_answer=True,
            ),
        ),
    ],
)
def test_a_failure_is_in_the_status_or_in_the_exit_code(
    tmp_path: Path, part: dict[str, object], result: ToolResult
) -> None:
    assert blocks(database(tmp_path, [answers(part)]))[-1] == result


def test_a_call_that_runs_has_no_result_yet(tmp_path: Path) -> None:
    log = database(tmp_path, [answers(tool('bash', status='running'))])
    assert blocks(log) == [ToolCall('c1', 'bash', {})]


def test_answers_to_questions_are_the_persons(tmp_path: Path) -> None:
    output = 'User has answered your questions: "Which?"="the second", "Why?"="fast". Go on.'
    log = database(tmp_path, [answers(tool('question', output))])
    assert kept(log)[-1].type == 'user'
    assert kept(log)[-1].blocks == (Text('the second\nfast'),)


def test_compactions_interruptions_and_errors_are_kept(tmp_path: Path) -> None:
    aborted = {'name': 'MessageAbortedError', 'data': {'message': 'aborted'}}
    failed = {'name': 'APIError', 'data': {'message': 'rate limit'}}
    log = database(
        tmp_path,
        [
            ({'role': 'user'}, [{'type': 'compaction', 'auto': True}]),
            answers(text('so far'), summary=True),
            answers(text('x'), error=aborted),
            answers(error=failed),
        ],
    )
    assert [(entry.type, entry.subtype) for entry in kept(log)] == [
        ('system', 'compact_boundary'),
        ('summary', 'compact'),
        ('assistant', ''),
        ('system', 'interrupted'),
        ('system', 'error'),
    ]


def test_what_was_undone_last_is_abandoned(tmp_path: Path) -> None:
    revert = json.dumps({'messageID': f'msg_{SESSION}_002'})
    messages = [asks('one'), answers(text('x')), asks('wrong'), answers(text('oops'))]
    log = database(tmp_path, messages, revert=revert)
    assert [entry.abandoned for entry in kept(log)] == [False, False, True, True]


def test_child_sessions_are_sub_agents(tmp_path: Path) -> None:
    task = tool('task', 'report', input={'subagent_type': 'explore', 'description': 'Find it'},
                metadata={'sessionId': 'ses_2'})  # fmt: skip
    log = database(tmp_path, [asks('go'), answers(task)])
    with closing(sqlite3.connect(log.files[0])) as connection:
        add_session(
            connection, [asks('find'), answers(text('here'))], id='ses_2', parent_id=SESSION
        )
        connection.commit()
    (found,) = subagents(log, index(log))
    assert found.subagent is not None
    assert (found.subagent.agent_id, found.subagent.type) == ('ses_2', 'explore')
    assert found.subagent.call == 'c1'
    assert [(entry.type, entry.subtype) for entry in kept(found)] == [
        ('system', 'agent'),
        ('assistant', ''),
    ]


def test_an_export_gives_the_same_entries(tmp_path: Path) -> None:
    log = database(tmp_path, [asks('do it'), answers(text('done'), tool('bash', 'x'))])
    file = tmp_path / f'{SESSION}.json'
    file.write_text(json.dumps(stored(log.files[0], SESSION)))
    assert list(read(transcript_of(file))) == list(read(log))


def test_rows_that_are_no_objects_are_counted(tmp_path: Path) -> None:
    log = database(tmp_path, [asks('do it')])
    with closing(sqlite3.connect(log.files[0])) as connection:
        connection.execute("UPDATE part SET data = 'half of'")
        connection.commit()
    assert [entry.dropped for entry in read(log)] == ['unreadable']


def test_the_write_ahead_log_is_read_and_nothing_is_written(tmp_path: Path) -> None:
    log = database(tmp_path, [asks('one')])
    with closing(sqlite3.connect(log.files[0])) as open_by_client:
        open_by_client.execute('UPDATE part SET data = \'{"type":"text","text":"two"}\'')
        open_by_client.commit()
        before = log.files[0].read_bytes()
        assert blocks(log) == [Text('two')]
        assert log.files[0].read_bytes() == before


def test_a_session_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    log = database(tmp_path, [])
    gone = Transcript(agent='opencode', session_id='ses_9', files=log.files)
    with pytest.raises(LearnError, match='no longer in the database'):
        list(read(gone))


@pytest.mark.parametrize(
    ('data', 'words'), [(None, 'cannot be read'), (b'{"info": {', r'is not JSON \(.*export the')]
)
def test_an_export_that_is_gone_or_cut_off_is_one_sentence(
    tmp_path: Path, data: bytes | None, words: str
) -> None:
    file = tmp_path / f'{SESSION}.json'
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(LearnError, match=words):
        list(read(Transcript(agent='opencode', session_id=SESSION, files=(file,))))


def test_a_time_that_no_calendar_has_is_none(tmp_path: Path) -> None:
    asked, parts = asks('do it')
    log = database(tmp_path, [({**asked, 'time': {'created': 10**18}}, parts)])
    assert [(entry.time, entry.blocks) for entry in kept(log)] == [('', (Text('do it'),))]


FIELDS = [
    'parts', 'info', 'role', 'text', 'synthetic', 'state', 'input', 'output', 'status', 'error',
    'metadata', 'exit', 'tool', 'callID', 'time', 'created', 'completed', 'path', 'cwd', 'name',
    'data', 'message', 'mime', 'url', 'summary', 'modelID', 'prompt', 'sessionId', 'id',
]  # fmt: skip
KINDS = [
    'text', 'reasoning', 'tool', 'file', 'compaction', 'retry', 'subtask', 'user', 'assistant',
    'error', 'completed', 'question', 'patch',
]  # fmt: skip


@given(
    st.lists(
        st.tuples(odd_objects(FIELDS, KINDS), st.lists(odd_objects(FIELDS, KINDS), max_size=3)),
        max_size=4,
    ),
)
def test_no_value_in_any_field_makes_the_reading_raise(
    tmp_path_factory: pytest.TempPathFactory,
    messages: list[tuple[dict[str, object], list[dict[str, object]]]],
) -> None:
    file = tmp_path_factory.mktemp('odd') / 'opencode.db'
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(TABLES)
        add_session(connection, messages, revert='{"messageID":7}')
        connection.commit()
    log = Transcript(agent='opencode', session_id=SESSION, files=(file,))
    assert index(log).entries >= 0
