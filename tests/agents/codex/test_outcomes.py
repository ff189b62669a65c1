from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from learn_core.agents import Image, Note, ToolCall, ToolResult, read
from tests.agents.codex.rollouts import calls, completed, event, gives, item, rollout

if TYPE_CHECKING:
    from pathlib import Path


def result(folder: Path, *lines: object) -> ToolResult:
    blocks = [block for entry in read(rollout(folder, *lines)) for block in entry.blocks]
    (found,) = [block for block in blocks if isinstance(block, ToolResult)]
    return found


@pytest.mark.parametrize(
    ('output', 'is_error'),
    [
        ('Chunk ID: 1\nProcess exited with code 1\nOutput:\nx', True),
        ('Process exited with code 0\nOutput:\nProcess exited with code 1', False),
        ('Exit code: 2\nWall time: 0 seconds\nOutput:\nx', True),
        ('Exit code: 0\nOutput:\nExit code: 1', False),
        ('{"output":"x","metadata":{"exit_code":3}}', True),
        ('{"output":"x","metadata":{"exit_code":0}}', False),
        ('aborted by user after 3.2s', True),
        ('apply_patch verification failed: no such line', True),
        ('execution error: Io(No such file)', True),
        ('the build failed last week', False),
        ([{'type': 'input_text', 'text': 'Script failed\nWall time 1 s'}], True),
        ([{'type': 'input_text', 'text': 'Script completed\nOutput:\n'},
          {'type': 'input_text', 'text': '{"chunk_id":"a","exit_code":1,"output":"x"}'}], True),
        ([{'type': 'input_text', 'text': 'Script completed\nOutput:\n'},
          {'type': 'input_text', 'text': '{"exit_code":0,"output":"exit_code\\":1"}'}],
         False),
    ],
)  # fmt: skip
def test_an_error_is_read_out_of_the_text(tmp_path: Path, output: object, is_error: bool) -> None:
    assert result(tmp_path, gives(output)).is_error is is_error


@pytest.mark.parametrize(
    ('told', 'is_error'),
    [
        (event('exec_command_end', call_id='call_1', exit_code=1), True),
        (event('exec_command_end', call_id='call_1', exit_code=0), False),
        (event('patch_apply_end', call_id='call_1', success=False), True),
        (event('mcp_tool_call_end', call_id='call_1', result={'Err': 'gone'}), True),
        (event('mcp_tool_call_end', call_id='call_1', result={'Ok': {'isError': True}}), True),
        (event('mcp_tool_call_end', call_id='call_1', result={'Ok': {}}), False),
        (completed('CommandExecution', id='call_1', exit_code=1), True),
        (completed('FileChange', id='call_1', status='failed'), True),
        (completed('McpToolCall', id='call_1', status='completed', error=None), False),
    ],
)
def test_an_event_knows_better_than_the_text(
    tmp_path: Path, told: dict[str, object], is_error: bool
) -> None:
    text = 'ok' if is_error else 'Process exited with code 1'
    assert result(tmp_path, calls('exec_command'), told, gives(text)).is_error is is_error


def test_a_refused_call_says_so(tmp_path: Path) -> None:
    refused = result(tmp_path, gives('exec command rejected by user'))
    assert (refused.is_error, refused.is_rejected) == (True, True)


def test_the_output_inside_json_is_what_is_shown(tmp_path: Path) -> None:
    packed = json.dumps({'output': 'one\ntwo', 'metadata': {'exit_code': 1}})
    assert result(tmp_path, gives(packed)).text == 'Exit code: 1\none\ntwo'


@pytest.mark.parametrize(
    ('output', 'shown'),
    [
        ('Chunk ID: a\nWall time: 1 s\nProcess exited with code 0\nOutput:\nx\ny', 'x\ny'),
        ('Exit code: 2\nWall time: 0 seconds\nOutput:\nx', 'Exit code: 2\nx'),
        ('Wall time: 1 s\nProcess running with session ID 7\nOutput:\n',
         'Process running with session ID 7\n'),
        ('a line\nOutput:\nx', 'a line\nOutput:\nx'),
        ('Output: x', 'Output: x'),
    ],
)  # fmt: skip
def test_how_a_command_was_run_is_left_out(tmp_path: Path, output: str, shown: str) -> None:
    assert result(tmp_path, gives(output)).text == shown


def test_images_in_an_output_are_named(tmp_path: Path) -> None:
    shown = {'type': 'input_image', 'image_url': 'data:image/png;base64,AAAA'}
    assert result(tmp_path, gives([shown])).images == (Image('image/png', 3),)


@pytest.mark.parametrize(
    ('line', 'call'),
    [
        (calls('exec_command', cmd='ls'), ToolCall('call_1', 'exec_command', {'cmd': 'ls'})),
        (
            item('function_call', name='js', namespace='mcp__node', arguments='{}', call_id='c'),
            ToolCall('c', 'mcp__node__js', {}),
        ),
        (
            item('function_call', name='x', arguments='not json', call_id='c'),
            ToolCall('c', 'x', {'arguments': 'not json'}),
        ),
        (
            item('custom_tool_call', name='apply_patch', input='*** Begin Patch', call_id='c'),
            ToolCall('c', 'apply_patch', {'input': '*** Begin Patch'}),
        ),
        (
            item('local_shell_call', call_id='c', action={'type': 'exec', 'command': ['ls']}),
            ToolCall('c', 'local_shell', {'command': ['ls']}),
        ),
        (
            item('web_search_call', action={'type': 'search', 'query': 'x'}),
            ToolCall('', 'web_search', {'type': 'search', 'query': 'x'}),
        ),
        (
            item('image_generation_call', revised_prompt='a cat'),
            ToolCall('', 'image_generation', {'prompt': 'a cat'}),
        ),
        (
            item('tool_search_call', call_id='c', arguments={'query': 'x'}),
            ToolCall('c', 'tool_search', {'query': 'x'}),
        ),
    ],
)
def test_a_call_is_named_as_the_agent_calls_the_tool(
    tmp_path: Path, line: dict[str, object], call: ToolCall
) -> None:
    blocks = [block for entry in read(rollout(tmp_path, line)) for block in entry.blocks]
    assert blocks == [call]


FOUND = {'overall_explanation': 'one bug', 'findings': [{'title': 'Off by one', 'body': 'line 3'}]}


@pytest.mark.parametrize(
    ('line', 'subtype', 'words'),
    [
        (event('task_complete', error={'message': 'no credit'}), 'error', 'no credit'),
        (event('error', message='the stream broke'), 'error', 'the stream broke'),
        (event('exited_review_mode', review_output=FOUND), 'review', 'one bug\nOff by one\nline 3'),
        (completed('ExitedReviewMode', review='one bug'), 'review', 'one bug'),
        (completed('HookPrompt', fragments=[{'text': 'run the tests'}]), 'hook', 'run the tests'),
        (item('agent_message', author='/root', content=[{'text': 'done'}]), 'peer', 'done'),
    ],
)
def test_how_a_turn_a_review_or_a_hook_ended_is_the_clients_note(
    tmp_path: Path, line: dict[str, object], subtype: str, words: str
) -> None:
    (entry,) = [entry for entry in read(rollout(tmp_path, line)) if not entry.dropped]
    assert (entry.type, entry.subtype) == ('system', subtype)
    assert [block.text for block in entry.blocks if isinstance(block, Note)] == [words]


@pytest.mark.parametrize(
    'line',
    [
        event('task_complete', last_agent_message='x'),
        event('exited_review_mode'),
        item('agent_message', author='/root', content=[{'encrypted': 'x'}]),
    ],
)
def test_an_end_without_words_is_dropped(tmp_path: Path, line: dict[str, object]) -> None:
    assert all(entry.dropped for entry in read(rollout(tmp_path, line)))
