from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import (
    Entry,
    Note,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Transcript,
    index,
    read,
    subagents,
)
from tests.agents.odd import odd_objects, write

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.agents import Block

SESSION = '11111111-aaaa-4bbb-8ccc-000000000002'


def event(kind: str, agent: str = '', /, **data: object) -> dict[str, object]:
    fields: dict[str, object] = {'type': kind, 'data': data, 'id': data.get('identity', '')}
    fields['timestamp'] = '2026-08-01T10:00:00.000Z'
    return {**fields, 'agentId': agent} if agent else fields


START = event(
    'session.start',
    sessionId=SESSION,
    context={'cwd': '/home/ann/widgets', 'branch': 'P5-x', 'repository': 'acme/widgets'},
)


def session(folder: Path, *events: object) -> Transcript:
    log = write(folder / SESSION / 'events.jsonl', [START, *events])
    return Transcript(agent='copilot', session_id=SESSION, files=(log,))


def kept(transcript: Transcript) -> list[Entry]:
    return [entry for entry in read(transcript) if not entry.dropped]


def blocks(transcript: Transcript) -> list[Block]:
    return [block for entry in kept(transcript) for block in entry.blocks]


def starts(name: str, call: str = 'c1', **arguments: object) -> dict[str, object]:
    return event('tool.execution_start', toolCallId=call, toolName=name, arguments=arguments)


def ends(content: str, call: str = 'c1', **data: object) -> dict[str, object]:
    fields = {'toolCallId': call, 'success': True, 'result': {'content': content}}
    return event('tool.execution_complete', **{**fields, **data})


def test_a_session_says_where_it_ran(tmp_path: Path) -> None:
    moved = event('session.context_changed', cwd='/home/ann/other', branch='P6-y')
    found = index(session(tmp_path, event('user.message', content='x'), moved))
    assert [*found.branches] == ['P5-x', 'P6-y']
    assert [*found.cwds] == ['/home/ann/widgets', '/home/ann/other']
    assert [*found.repositories] == ['acme/widgets']


@pytest.mark.parametrize(
    ('data', 'speaker'),
    [
        ({}, ('user', '')),
        ({'source': 'user'}, ('user', '')),
        ({'parentAgentTaskId': 'x'}, ('user', '')),
        ({'source': 'system'}, ('system', 'system')),
        ({'source': 'skill-review'}, ('system', 'skill-review')),
        ({'source': 'agent-1'}, ('system', 'peer')),
        ({'isAutopilotContinuation': True}, ('system', 'autopilot')),
    ],
)
def test_a_person_is_who_has_no_source(
    tmp_path: Path, data: dict[str, object], speaker: tuple[str, str]
) -> None:
    words = event('user.message', content='do it', transformedContent='<x>do it', **data)
    (entry,) = kept(session(tmp_path, words))
    assert (entry.type, entry.subtype) == speaker
    assert entry.blocks == (Text('do it'),)


def test_steering_is_typed_while_the_agent_works(tmp_path: Path) -> None:
    (entry,) = kept(session(tmp_path, event('user.message', content='no', delivery='steering')))
    assert entry.queued


def test_an_answer_of_the_model_has_its_reasoning_before_it(tmp_path: Path) -> None:
    asked = {'toolCallId': 'c1', 'name': 'bash', 'arguments': {'command': 'ls'}}
    answer = event(
        'assistant.message',
        content='I look.',
        reasoningText='hm',
        model='m',
        toolRequests=[asked, {**asked, 'toolCallId': 'c2'}],
    )
    log = session(tmp_path, answer, starts('bash', command='ls'), ends('a.py'))
    assert blocks(log) == [
        Thinking('hm'),
        Text('I look.'),
        ToolCall('c2', 'bash', {'command': 'ls'}),  # which never ran, so no other event has it
        ToolCall('c1', 'bash', {'command': 'ls'}),
        ToolResult('c1', 'a.py'),
    ]
    assert [*index(log).models] == ['m']


@pytest.mark.parametrize(
    ('tool', 'end', 'is_error'),
    [
        ('bash', ends('x\n<shellId: 3 completed with exit code 1>'), True),
        ('bash', ends('x\n<shellId: 3 completed with exit code 0>'), False),
        ('view', ends('it says <shellId: 3 completed with exit code 1>'), False),
        ('view', ends('', success=False, error={'message': 'no such path'}), True),
    ],
)
def test_a_failure_is_in_the_flag_or_in_the_exit_code(
    tmp_path: Path, tool: str, end: dict[str, object], is_error: bool
) -> None:
    result = blocks(session(tmp_path, starts(tool), end))[-1]
    assert isinstance(result, ToolResult)
    assert (result.is_error, bool(result.text)) == (is_error, True)


@pytest.mark.parametrize('words', ['User responded: the\nsecond', 'User selected: the\nsecond'])
def test_answers_to_questions_are_the_persons(tmp_path: Path, words: str) -> None:
    log = session(tmp_path, starts('ask_user', question='Which?'), ends(words))
    assert [entry.type for entry in kept(log)] == ['assistant', 'user', 'user']
    assert kept(log)[-1].blocks == (Text('the\nsecond'),)


def test_a_denied_permission_is_the_persons_no_with_its_reason(tmp_path: Path) -> None:
    denied = {'kind': 'denied-interactively-by-user', 'feedback': 'use make'}
    log = session(
        tmp_path,
        starts('bash', command='rm -r x'),
        event('permission.completed', toolCallId='c1', result=denied),
        ends('', success=False, error={'message': 'denied', 'code': 'denied'}),
    )
    assert blocks(log)[-1] == ToolResult(
        'c1', 'denied\nuse make', is_error=True, is_rejected=True, is_answer=True
    )


def test_what_the_client_says_about_an_end_is_kept(tmp_path: Path) -> None:
    log = session(
        tmp_path,
        event('abort', reason='user_initiated'),
        event('system.notification', content='<system_notification>x</system_notification>'),
        event('session.compaction_complete', summaryContent='so far'),
        event('session.error', message='rate limit'),
        event('hook.end', success=False, error={'message': 'lint failed'}),
    )  # fmt: skip
    assert [(entry.type, entry.subtype) for entry in kept(log)] == [
        ('system', 'interrupted'),
        ('system', 'notification'),
        ('system', 'compact_boundary'),
        ('summary', 'compact'),
        ('system', 'session.error'),
        ('system', 'hook'),
    ]
    assert blocks(log)[1] == Note('system', 'x')


def test_a_sub_agent_is_apart_from_the_session(tmp_path: Path) -> None:
    log = session(
        tmp_path,
        starts('task', 'c9', agent_type='explore', description='Find it', prompt='go'),
        event('user.message', 'c9', content='go'),
        event('assistant.message', 'c9', content='found it'),
        ends('report', 'c9'),
    )
    assert len(blocks(log)) == 2
    (found,) = subagents(log, index(log))
    assert found.subagent is not None
    about = found.subagent
    assert (about.agent_id, about.type, about.call) == ('c9', 'explore', 'c9')
    assert [(entry.type, entry.subtype) for entry in kept(found)] == [
        ('system', 'agent'),
        ('assistant', ''),
    ]


def test_an_event_that_comes_again_is_there_once(tmp_path: Path) -> None:
    words = event('user.message', identity='e1', content='x')
    assert len(kept(session(tmp_path, words, words))) == 1


def test_what_the_agent_reports_of_its_intent_is_left_out_with_its_result(tmp_path: Path) -> None:
    log = session(tmp_path, starts('report_intent', intent='Fix it'), ends('Intent logged'))
    dropped = [entry.dropped for entry in read(log)]
    assert dropped == ['session.start', 'tool report_intent', 'tool report_intent']


def test_a_line_that_cannot_be_read_is_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    log = session(tmp_path)
    with log.files[0].open('a', encoding='utf-8') as file:
        file.write('{"type":"user.mess\n' + json.dumps(event('user.message', content='x')) + '\n')
    assert blocks(log) == [Text('x')]
    assert [entry.dropped for entry in read(log)].count('unreadable') == 1


def test_copies_of_hooks_and_unknown_types_are_counted(tmp_path: Path) -> None:
    log = session(tmp_path, event('hook.start', input='x'), event('new.event'))
    dropped = [entry.dropped for entry in read(log)]
    assert dropped == ['session.start', 'hook.start', 'unknown type new.event']


FIELDS = [
    'data', 'content', 'source', 'agentId', 'toolCallId', 'toolName', 'arguments', 'result',
    'error', 'message', 'code', 'success', 'toolRequests', 'name', 'reasoningText', 'context',
    'cwd', 'branch', 'attachments', 'mimeType', 'delivery', 'kind', 'feedback', 'reason', 'id',
    'timestamp', 'summary', 'sessionId', 'repository', 'isAutopilotContinuation', 'model',
]  # fmt: skip
KINDS = [
    'session.start', 'session.resume', 'user.message', 'assistant.message', 'abort',
    'tool.execution_start', 'tool.execution_complete', 'permission.completed', 'hook.end',
    'system.notification', 'session.compaction_complete', 'session.error', 'ask_user', 'bash',
]  # fmt: skip


@given(st.lists(odd_objects(FIELDS, KINDS), max_size=6))
def test_no_value_in_any_field_makes_the_reading_raise(
    tmp_path_factory: pytest.TempPathFactory, events: list[dict[str, object]]
) -> None:
    log = write(tmp_path_factory.getbasetemp() / 'copilot.jsonl', events)
    transcript = Transcript(agent='copilot', session_id=SESSION, files=(log,))
    for found in subagents(transcript, index(transcript)):
        list(read(found))
