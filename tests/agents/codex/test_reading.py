from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import (
    Entry,
    Image,
    Note,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Transcript,
    digest,
    index,
    read,
    subagents,
)
from tests.agents.codex.rollouts import (
    OTHER,
    THREAD,
    calls,
    completed,
    event,
    gives,
    item,
    line,
    meta,
    rollout,
    says,
    turn,
    typed,
    user_item,
)
from tests.agents.odd import odd_objects, write

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.agents import Block

REPLY = '<send_user_message_question_reply>\n{}\n</send_user_message_question_reply>'


def kept(transcript: Transcript) -> list[Entry]:
    return [entry for entry in read(transcript) if not entry.dropped]


def said(transcript: Transcript) -> list[tuple[str, str]]:
    """Who said which text."""
    return [
        (entry.type, block.text)
        for entry in kept(transcript)
        for block in entry.blocks
        if isinstance(block, Text)
    ]


def blocks(transcript: Transcript) -> list[Block]:
    return [block for entry in kept(transcript) for block in entry.blocks]


def test_what_stands_in_an_item_and_an_event_comes_once(tmp_path: Path) -> None:
    log = rollout(
        tmp_path,
        *typed('do it'),
        event('agent_reasoning', text='**Thinking**'),
        item('reasoning', summary=[{'type': 'summary_text', 'text': '**Thinking**'}]),
        event('agent_message', message='done'),
        says('done'),
        event('task_complete', last_agent_message='done'),
    )
    assert blocks(log) == [Text('do it'), Thinking('**Thinking**'), Text('done')]
    assert [kind for kind, _ in said(log)] == ['user', 'assistant']


def test_an_event_without_its_item_fills_in(tmp_path: Path) -> None:
    log = rollout(tmp_path, *typed('do it'), event('agent_message', message='done'))
    assert said(log) == [('user', 'do it'), ('assistant', 'done')]


@pytest.mark.parametrize(
    'text',
    [
        '<environment_context>\n<cwd>/w</cwd></environment_context>',
        '# AGENTS.md instructions for /w\n\n<INSTRUCTIONS>\nx</INSTRUCTIONS>',
        '<turn_aborted>\nx</turn_aborted>',
        '<skill>\n<name>x</name></skill>',
        '<recommended_plugins>x</recommended_plugins>',
        ' <codex_internal_context source="goal">x</codex_internal_context>',
        '<permissions instructions>x</permissions instructions>',
    ],
)
def test_text_that_the_client_injects_is_not_a_persons(tmp_path: Path, text: str) -> None:
    log = rollout(tmp_path, user_item(text), *typed('do it'), says('done'))
    assert said(log) == [('user', 'do it'), ('assistant', 'done')]
    paginated = rollout(tmp_path, user_item(text), user_item('do it'), says('done'))
    assert said(paginated) == [('user', 'do it'), ('assistant', 'done')]
    assert any(entry.dropped.startswith('injected ') for entry in read(log))


def test_what_a_hook_refused_is_kept_as_the_clients(tmp_path: Path) -> None:
    words = '<hook_prompt hook_run_id="1">tests fail</hook_prompt>'
    log = rollout(tmp_path, *typed('do it'), user_item(words))
    assert said(log) == [('user', 'do it'), ('system', words)]


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('# Files mentioned by the user:\n## a.py\n\n## My request for Codex:\nfix', 'fix'),
        ('\n# Context from my IDE setup:\n## Tabs:\n- a\n\n## My request:\nfix\nit', 'fix\nit'),
        ('# X\n## My request for Codex:\na\n## My request for Codex:\nb', 'b'),
        ('why does it say\n## My request for Codex:\nin the log?', None),
        ('# A heading of mine', None),
    ],
)  # fmt: skip
def test_a_wrapper_of_the_editor_is_taken_off(tmp_path: Path, text: str, words: str | None) -> None:
    assert said(rollout(tmp_path, *typed(text)))[0] == ('user', words or text)


def test_images_of_a_prompt_are_named(tmp_path: Path) -> None:
    url = 'data:image/png;base64,' + 'A' * 400
    prompt = event('user_message', message='see', images=[url], local_images=['/tmp/a.png'])
    assert blocks(rollout(tmp_path, prompt)) == [Text('see'), Image('image/png', 300), Image('', 0)]


def test_a_prompt_inside_a_running_turn_is_queued(tmp_path: Path) -> None:
    log = rollout(
        tmp_path,
        turn('a'), *typed('one'), says('x'), *typed('two'), event('task_complete', turn_id='a'),
        turn('b'), *typed('three'),
    )  # fmt: skip
    assert [entry.queued for entry in kept(log) if entry.type == 'user'] == [False, True, False]


def test_answers_to_questions_are_the_persons(tmp_path: Path) -> None:
    output = '{"answers":{"q1":{"answers":["the second one"]},"q2":{"answers":["and fast"]}}}'
    log = rollout(tmp_path, calls('request_user_input', questions=[]), gives(output))
    assert said(log) == [('user', 'the second one\nand fast')]
    assert [block for block in blocks(log) if isinstance(block, ToolResult)] == [
        ToolResult('call_1', '[answered; the words follow]')
    ]


def test_a_late_answer_to_a_question_is_the_persons(tmp_path: Path) -> None:
    json = '[{"questionItemId":"i","question":"Which?","answer":"the second"}]'
    assert said(rollout(tmp_path, user_item(REPLY.format(json)))) == [('user', 'the second')]


def test_a_paginated_log_has_its_prompts_in_items(tmp_path: Path) -> None:
    log = rollout(
        tmp_path,
        turn('turn-1'),
        user_item('<x>', 'do it [Image #1]', kinds=('skills.x', 'user.text')),
        user_item('be careful', kinds=('hooks.context',)),
        completed('UserMessage', content=[{'type': 'text', 'text': 'do it'}]),
        completed('AgentMessage', content=[{'type': 'Text', 'text': 'done'}]),
        says('done'),
        completed('UserMessage', content=[{'type': 'text', 'text': 'only here'}]),
        history_mode='paginated',
    )
    assert said(log) == [
        ('user', 'do it [Image #1]'),
        ('system', 'be careful'),
        ('assistant', 'done'),
        ('user', 'only here'),
    ]


def test_a_sub_agents_copy_of_its_parents_lines_is_left_out(tmp_path: Path) -> None:
    log = rollout(
        tmp_path,
        {**says('of the parent'), 'ordinal': 6},
        {**user_item('of the parent too'), 'metadata': {'inherited_user_message': True}},
        {**says('its own'), 'ordinal': 7},
        subagent_history_start_ordinal=7,
    )
    assert said(log) == [('assistant', 'its own')]
    assert [entry.dropped for entry in read(log)][1:3] == ['entry of the parent session'] * 2


def test_reasoning_that_only_an_event_has_is_kept_once(tmp_path: Path) -> None:
    log = rollout(
        tmp_path,
        item('reasoning', summary=[{'type': 'summary_text', 'text': 'first'}]),
        completed('Reasoning', summary_text=['first', 'second', 'second']),
        completed('Reasoning', summary_text='none'),
    )
    assert blocks(log) == [Thinking('first'), Thinking('second')]


def test_a_hooks_words_in_a_legacy_event_are_not_a_persons(tmp_path: Path) -> None:
    words = '<hook_prompt hook_run_id="1">tests fail</hook_prompt>'
    (entry,) = kept(rollout(tmp_path, event('user_message', message=words)))
    assert (entry.type, entry.subtype, entry.blocks) == ('system', 'hook_prompt', (Text(words),))


def test_a_line_that_cannot_be_read_is_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    log = rollout(tmp_path, *typed('do it'))
    with log.files[0].open('a', encoding='utf-8') as file:
        file.write('{"type":"response_item","payl\n' + json.dumps(says('done')) + '\n')
    assert said(log) == [('user', 'do it'), ('assistant', 'done')]
    assert [entry.dropped for entry in read(log)].count('unreadable') == 1


def test_the_clients_label_of_a_block_is_trusted(tmp_path: Path) -> None:
    words = '<skill>is what I call it</skill>'
    assert said(rollout(tmp_path, user_item(words, kinds=('user.text',)))) == [('user', words)]


def test_the_prompt_of_a_review_is_written_twice_and_kept_once(tmp_path: Path) -> None:
    prompt = event('user_message', message='review it')
    log = rollout(tmp_path, prompt, prompt, *typed('go on'), *typed('go on'))
    assert said(log) == [('user', 'review it'), ('user', 'go on'), ('user', 'go on')]


def test_a_hooks_words_in_an_item_and_in_its_copy_come_once(tmp_path: Path) -> None:
    words = '<hook_prompt hook_run_id="1">tests fail</hook_prompt>'
    copy = completed('HookPrompt', fragments=[{'text': 'tests fail', 'hookRunId': '1'}])
    assert said(rollout(tmp_path, user_item(words), copy)) == [('system', words)]
    assert blocks(rollout(tmp_path, copy)) == [Note('system', 'tests fail')]


def test_commands_of_a_script_are_listed_with_their_codes(tmp_path: Path) -> None:
    log = rollout(
        tmp_path,
        item('custom_tool_call', name='exec', input='tools.exec_command()', call_id='call_1'),
        completed('CommandExecution', id='own', command=['make', 'test'], exit_code=2,
                  aggregated_output='1 failed'),
        completed('CommandExecution', id='call_1', command=['x'], exit_code=0),
        item('custom_tool_call_output', call_id='call_1', output='Script completed'),
    )  # fmt: skip
    assert blocks(log)[1:3] == [
        ToolCall('own', 'exec_command', {'cmd': 'make test'}),
        ToolResult('own', 'exit code 2\n1 failed', is_error=True),
    ]
    assert len(blocks(log)) == 4


def test_an_aborted_turn_says_that_the_person_stopped_it(tmp_path: Path) -> None:
    log = rollout(tmp_path, *typed('x'), event('turn_aborted', reason='interrupted'))
    assert (kept(log)[-1].type, kept(log)[-1].subtype) == ('system', 'interrupted')


def test_turns_that_were_rolled_back_are_abandoned(tmp_path: Path) -> None:
    log = rollout(
        tmp_path,
        turn('a'), *typed('keep'), says('kept'), event('task_complete', turn_id='a'),
        turn('b'), *typed('wrong'), says('oops'), event('turn_aborted', turn_id='b'),
        event('thread_rolled_back', num_turns=1),
        turn('c'), *typed('right'),
    )  # fmt: skip
    texts = [
        (block.text, entry.abandoned)
        for entry in kept(log)
        for block in entry.blocks
        if isinstance(block, Text) and entry.type in {'user', 'assistant'}
    ]
    assert texts == [('keep', False), ('kept', False), ('wrong', True), ('oops', True),
                     ('right', False)]  # fmt: skip


def test_a_compaction_a_plan_and_an_error_are_noted(tmp_path: Path) -> None:
    log = rollout(
        tmp_path,
        line('compacted', message='', replacement_history=[]),
        completed('Plan', text='# Plan'),
        event('error', message='stream disconnected'),
    )
    assert blocks(log) == [
        Note('system', ''), Note('plan', '# Plan'), Note('system', 'stream disconnected'),
    ]  # fmt: skip


def test_the_first_header_rules_and_later_ones_bring_a_new_branch(tmp_path: Path) -> None:
    log = rollout(
        tmp_path,
        *typed('x'),
        meta(git={'branch': 'P6-y'}),
        meta(OTHER, git={'branch': 'stranger'}, cwd='/elsewhere'),
        says('done'),
    )
    found = index(log)
    assert ([*found.branches], [*found.cwds]) == (['P5-x', 'P6-y'], ['/home/ann/widgets'])
    assert [*found.repositories] == ['git@github.com:acme/widgets.git']


def test_the_model_is_that_of_the_turn(tmp_path: Path) -> None:
    log = rollout(tmp_path, line('turn_context', turn_id='a', model='gpt-6'), says('x'))
    assert [*index(log).models] == ['gpt-6']


@pytest.mark.parametrize(
    'header', [{'source': 'exec'}, {'originator': 'codex_exec', 'source': 'cli'}]
)
def test_a_prompt_of_a_program_is_no_persons(tmp_path: Path, header: dict[str, str]) -> None:
    log = rollout(tmp_path, *typed('do it'), says('done'), **header)
    assert (kept(log)[0].type, kept(log)[0].subtype) == ('system', 'exec')
    assert (index(log).source, index(log).prompts) == ('exec', 0)


@pytest.mark.parametrize(
    ('header', 'reason'),
    [
        ({'thread_source': 'guardian_review'}, 'automatic session (guardian_review)'),
        ({'thread_source': 'memory_consolidation'}, 'automatic session (memory_consolidation)'),
        ({'source': {'subagent': 'review'}}, 'automatic session (review)'),
        ({'source': {'subagent': {'other': 'guardian'}}}, 'automatic session (guardian)'),
        (
            {'source': {'subagent': {'thread_spawn': {'parent_thread_id': OTHER}}}},
            'sub-agent of another session',
        ),
        ({'thread_source': 'user'}, ''),
    ],
)
def test_a_session_that_is_not_a_persons_gives_the_reason(
    tmp_path: Path, header: dict[str, object], reason: str
) -> None:
    log = rollout(tmp_path, *typed('x'), thread=THREAD, **header)
    assert index(log).not_a_session == reason


def test_a_fork_names_the_session_that_it_copies_and_its_turns(tmp_path: Path) -> None:
    log = rollout(tmp_path, turn('a'), *typed('x'), turn('b'), *typed('y'), forked_from_id=OTHER)
    assert index(log).forked_from == OTHER
    assert set(index(log).uuids) == {digest('a'), digest('b')}


def test_sub_agents_belong_to_the_session_that_started_them(tmp_path: Path) -> None:
    day = tmp_path / 'sessions' / '2026' / '10' / '01'
    spawned = {'thread_spawn': {'parent_thread_id': THREAD, 'agent_role': 'explorer'}}
    child = rollout(day, *typed('look'), says('found'), thread=OTHER, source={'subagent': spawned})
    log = rollout(
        day,
        *typed('go'),
        calls('spawn_agent', message='look'),
        gives(f'{{"agent_id":"{OTHER}"}}'),
    )
    (found,) = subagents(log, index(log))
    assert (found.files, found.subagent is not None) == (child.files, True)
    assert found.subagent is not None
    assert (found.subagent.agent_id, found.subagent.type) == (OTHER, 'explorer')
    assert found.subagent.call == 'call_1'
    assert (kept(found)[0].type, kept(found)[0].subtype) == ('system', 'agent')


def test_lines_of_an_unknown_type_are_counted(tmp_path: Path) -> None:
    log = rollout(
        tmp_path, line('hologram'), event('new_event'), item('new_item'), completed('NewItem')
    )
    assert [entry.dropped for entry in read(log)][1:] == [
        'unknown type hologram',
        'unknown event new_event',
        'unknown item new_item',
        'unknown item NewItem',
    ]


FIELDS = [
    'payload', 'item', 'content', 'text', 'role', 'call_id', 'id', 'name', 'arguments', 'output',
    'summary', 'message', 'images', 'local_images', 'git', 'source', 'subagent', 'thread_spawn',
    'turn_id', 'num_turns', 'exit_code', 'command', 'action', 'result', 'answers', 'ordinal',
    'internal_chat_message_metadata_passthrough', 'content_item_kinds', 'fragments', 'error',
    'review_output', 'findings', 'timestamp', 'metadata', 'thread_source', 'summary_text', 'reason',
]  # fmt: skip
KINDS = [
    'session_meta', 'turn_context', 'response_item', 'event_msg', 'compacted', 'message', 'user',
    'assistant', 'reasoning', 'function_call', 'function_call_output', 'custom_tool_call_output',
    'local_shell_call', 'web_search_call', 'user_message', 'agent_message', 'item_completed',
    'UserMessage', 'AgentMessage', 'CommandExecution', 'Reasoning', 'HookPrompt', 'turn_aborted',
    'thread_rolled_back', 'exec_command_end', 'mcp_tool_call_end', 'task_started', 'error',
    'exited_review_mode', 'request_user_input', 'input_text', 'text',
]  # fmt: skip


@given(st.lists(odd_objects(FIELDS, KINDS), max_size=6))
def test_no_value_in_any_field_makes_the_reading_raise(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, object]]
) -> None:
    log = write(tmp_path_factory.getbasetemp() / f'rollout-x-{THREAD}.jsonl', lines)
    transcript = Transcript(agent='codex', session_id=THREAD, files=(log,))
    assert index(transcript).entries >= 0
