from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from hypothesis import given

from learn_core.agents import (
    Entry,
    Image,
    Note,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Unknown,
    read,
)
from learn_core.agents.claude.entries import parse_entry
from tests.agents.claude.logs import assistant, gives, odd_objects, of, typed, user, uses

if TYPE_CHECKING:
    from pathlib import Path


def test_one_message_becomes_an_entry_with_its_blocks() -> None:
    fields = assistant(
        'Hello',
        {'type': 'thinking', 'thinking': 'hm', 'signature': 's'},
        uses('Bash', command='ls'),
    )
    assert parse_entry(fields).blocks == (
        Text('Hello'),
        Thinking('hm'),
        ToolCall('t1', 'Bash', {'command': 'ls'}),
    )


def test_an_entry_knows_where_and_when_it_was_written() -> None:
    entry = parse_entry(
        user(
            'x',
            uuid='u',
            parentUuid='p',
            timestamp='2026-01-02T03:04:05.678Z',
            gitBranch='P1-x',
            cwd='/w',
            agentId='a1',
            isSidechain=True,
        )
    )
    assert (entry.uuid, entry.parent, entry.time) == ('u', 'p', '2026-01-02T03:04:05.678Z')
    assert (entry.branch, entry.cwd) == ('P1-x', '/w')
    assert (entry.agent, entry.is_sidechain) == ('a1', True)


def test_a_malformed_timestamp_counts_as_missing() -> None:
    assert parse_entry({'type': 'user', 'timestamp': 'yesterday'}).time == ''


def test_old_logs_have_role_and_content_at_the_top() -> None:
    entry = parse_entry({'role': 'user', 'content': 'hi'})
    assert (entry.type, entry.blocks) == ('user', (Text('hi'),))


def test_an_entry_whose_message_is_null_has_no_blocks() -> None:
    assert parse_entry({'type': 'user', 'message': None}).blocks == ()


def test_a_message_of_strings_and_single_blocks_is_read() -> None:
    assert parse_entry(user(['a', {'type': 'text', 'text': 'b'}])).blocks == (Text('a'), Text('b'))
    assert parse_entry(user({'type': 'text', 'text': 'c'})).blocks == (Text('c'),)


def test_a_tool_result_joins_its_texts_and_keeps_its_images() -> None:
    data = base64.b64encode(b'12345').decode()
    image = {'type': 'image', 'source': {'type': 'base64', 'media_type': 'image/png', 'data': data}}
    content = [{'type': 'text', 'text': 'a'}, image, 7, 'b']
    assert parse_entry(user([gives(content, is_error=True)])).blocks == (
        ToolResult('t1', 'a\nb', (Image('image/png', 5),), is_error=True),
    )


def test_results_of_the_servers_own_tools_are_tool_results() -> None:
    found = {
        'type': 'web_search_result',
        'title': 'T',
        'url': 'https://x',
        'encrypted_content': 'z',
    }
    block = {'type': 'web_search_tool_result', 'tool_use_id': 's1', 'content': [found]}
    assert parse_entry(assistant(block)).blocks == (ToolResult('s1', 'T\nhttps://x'),)


def test_a_document_that_is_plain_text_is_text() -> None:
    source = {'type': 'text', 'media_type': 'text/plain', 'data': 'words'}
    assert parse_entry(user([{'type': 'document', 'source': source}])).blocks == (Text('words'),)


def test_texts_at_the_top_of_system_and_summary_entries_are_read() -> None:
    assert parse_entry({'type': 'summary', 'summary': 's'}).blocks == (Note('summary', 's'),)
    assert parse_entry({'type': 'system', 'content': 'c'}).blocks == (Note('system', 'c'),)


def test_a_compaction_tells_what_started_it() -> None:
    metadata = {'trigger': 'auto', 'preTokens': 167174}
    entry = parse_entry(
        {'type': 'system', 'subtype': 'compact_boundary', 'compactMetadata': metadata}
    )
    assert entry.blocks == (Note('system', '', (('trigger', 'auto'), ('tokens_before', '167174'))),)


def test_what_the_api_answered_is_read() -> None:
    error = {'status': 529, 'error': {'error': {'message': 'Overloaded'}}}
    entry = parse_entry({'type': 'system', 'subtype': 'api_error', 'error': error})
    assert entry.blocks == (Note('system', 'Overloaded', (('status', '529'),)),)


def test_input_of_a_tool_that_is_no_object_is_one_parameter() -> None:
    blocks = parse_entry(
        assistant({**uses('X'), 'input': 'raw'}, {**uses('Y'), 'input': None})
    ).blocks
    assert blocks == (ToolCall('t1', 'X', {'input': 'raw'}), ToolCall('t1', 'Y', {}))


def test_what_hooks_complained_of_is_read() -> None:
    fields = {'type': 'system', 'subtype': 'stop_hook_summary', 'hookErrors': ['lint failed', 7]}
    assert parse_entry(fields).blocks == (Note('system', 'lint failed'),)


def test_a_queued_prompt_says_who_typed_it() -> None:
    entry = parse_entry(typed([{'type': 'text', 'text': 'stop'}], 'peer'))
    assert (entry.queued, entry.subtype, entry.blocks) == (True, 'peer', (Text('stop'),))


def test_plans_are_read_from_both_places() -> None:
    attachment = {'type': 'plan_file_reference', 'planContent': '# P'}
    assert parse_entry({'type': 'attachment', 'attachment': attachment}).blocks == (
        Note('plan', '# P'),
    )
    assert parse_entry(user('go', planContent='# P')).blocks == (Text('go'), Note('plan', '# P'))


def test_a_block_of_an_unknown_type_says_so() -> None:
    assert parse_entry(assistant({'type': 'hologram'})).blocks == (Unknown('hologram'),)


def test_entries_of_every_type_are_given(tmp_path: Path) -> None:
    log = tmp_path / 'a.jsonl'
    log.write_bytes(b'{"type":"user"}{"type":"summary"}\n{"type":"new"}\n{"x":1}\n{"type":\n')
    assert [(entry.type, entry.dropped) for entry in read(of(log))] == [
        ('user', ''),
        ('summary', ''),
        ('new', 'unknown type new'),
        ('', 'unknown type ?'),
        ('', 'unreadable'),
    ]


@given(odd_objects)
def test_no_value_in_any_field_makes_an_entry_raise(fields: dict[str, object]) -> None:
    assert isinstance(parse_entry(fields), Entry)
