from __future__ import annotations

import json
from pathlib import Path

import pytest

from learn_core.agents import capabilities, mentions, read, tool, transcript_of
from learn_core.errors import LearnError
from tests.agents.claude.logs import user
from tests.agents.codex.rollouts import meta
from tests.agents.odd import write

START = {'type': 'session.start', 'data': {'sessionId': 's', 'copilotVersion': '1.0.74'}}
FLAT = {'id': 'x', 'timestamp': '2025-09-01T00:00:00Z', 'instructions': None, 'git': None}
EXPORT = json.dumps({'info': {'id': 'ses_1'}, 'messages': []}, indent=2)


@pytest.mark.parametrize(
    ('lines', 'agent'),
    [
        ([user('hello')], 'claude'),
        ([{'type': 'summary', 'summary': 'x'}], 'claude'),
        ([meta()], 'codex'),
        ([{'timestamp': 'x', 'type': 'event_msg', 'payload': {}}], 'codex'),
        ([START], 'copilot'),
    ],
)
def test_a_file_is_recognised_by_its_form(tmp_path: Path, lines: list[object], agent: str) -> None:
    found = transcript_of(write(tmp_path / 'a.jsonl', lines))
    assert (found.agent, found.session_id, found.unreadable) == (agent, 'a', '')


def test_an_export_of_opencode_is_recognised(tmp_path: Path) -> None:
    (tmp_path / 'ses_1.json').write_text(EXPORT)
    found = transcript_of(tmp_path / 'ses_1.json')
    assert (found.agent, found.session_id) == ('opencode', 'ses_1')


@pytest.mark.parametrize(
    ('name', 'content', 'reason'),
    [
        ('a.jsonl', json.dumps(FLAT).encode(), 'flat form of 2025'),
        ('rollout-2026-10-01T10-00-00-01a00000-0000-7000-8000-000000000001.jsonl.zst', b'(', 'zst'),
        ('opencode.db', b'SQLite format 3\x00', 'opencode export'),
    ],
)
def test_a_form_that_is_not_read_is_one_sentence(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LearnError, match=reason):
        list(read(transcript_of(tmp_path / name)))


def test_a_file_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LearnError, match='gone'):
        list(read(transcript_of(tmp_path / 'gone.jsonl')))


def test_a_transcript_is_searched_without_being_parsed(tmp_path: Path) -> None:
    log = write(tmp_path / 'a.jsonl', [user('x', gitBranch='P5-x')])
    assert mentions(transcript_of(log), [b'"P6-y"', b'"P5-x"'])
    assert not mentions(transcript_of(log), [b'"P6-y"'])
    (tmp_path / 'empty.jsonl').touch()
    assert not mentions(transcript_of(tmp_path / 'empty.jsonl'), [b'x'])


def test_what_a_tool_does_is_known_by_agent() -> None:
    assert (tool('codex', 'exec_command').does, tool('codex', 'exec_command').command) == (
        'run',
        'cmd',
    )
    assert tool('claude', 'Edit').old == 'old_string'
    assert tool('claude', 'exec_command').does == tool('nobody', 'x').does == ''


def test_the_table_of_capabilities_has_a_row_for_each_agent() -> None:
    headings, *rows = capabilities()
    assert [row[0] for row in rows] == ['claude', 'codex', 'copilot', 'opencode']
    assert all(len(row) == len(headings) and all(row) for row in rows)


def test_the_docs_print_that_table() -> None:
    page = (Path(__file__).parents[2] / 'docs' / 'agents.md').read_text(encoding='utf-8')
    for row in capabilities():
        assert f'| {" | ".join(row)} |\n' in page
