from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents.claude import PullRequestLink, Share, index_transcript, uuids
from tests.agents.claude.logs import SESSION, assistant, odd_objects, typed, user, write

if TYPE_CHECKING:
    from pathlib import Path

CONTINUED = {'type': 'continued-in', 'sessionId': SESSION, 'continuedInSessionId': 'next'}


def queue(operation: str, **fields: object) -> dict[str, object]:
    return {'type': 'queue-operation', 'operation': operation, 'sessionId': SESSION, **fields}


def test_a_log_says_whose_entries_it_holds(tmp_path: Path) -> None:
    log = write(
        tmp_path / 'a.jsonl',
        user('x', sessionId='old', timestamp='2026-01-01T00:00:02Z'),
        user('y', sessionId='old', timestamp='2026-01-01T00:00:01Z'),
        user('z', sessionId='new', timestamp='2026-01-02T00:00:00Z'),
        {'type': 'summary', 'summary': 's'},
    )
    index = index_transcript(log)
    assert index.session_ids == ('old', 'new')
    assert index.shares['old'] == Share(2, '2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z')
    assert (index.shares['new'].entries, index.entries) == (1, 4)
    assert (index.first_time, index.last_time) == ('2026-01-01T00:00:01Z', '2026-01-02T00:00:00Z')


def test_folders_branches_and_models_stand_in_the_order_of_the_log(tmp_path: Path) -> None:
    log = write(
        tmp_path / 'a.jsonl',
        user('x', cwd='/b', gitBranch='main'),
        user('x', cwd='/a', gitBranch='P1-x'),
        assistant('y', cwd='/b', gitBranch='main'),
        {'type': 'assistant', 'message': {'model': '<synthetic>'}},
    )
    index = index_transcript(log)
    assert (index.cwds, index.branches) == (('/b', '/a'), ('main', 'P1-x'))
    assert index.models == ('claude-opus-4-5',)


def test_a_folder_named_in_a_tool_call_is_not_the_sessions_own(tmp_path: Path) -> None:
    use = {'type': 'tool_use', 'input': {'cwd': '/elsewhere', 'gitBranch': 'x', 'sessionId': 'y'}}
    index = index_transcript(write(tmp_path / 'a.jsonl', assistant(use, cwd='/here')))
    assert (index.cwds, index.branches, index.session_ids) == (('/here',), (), (SESSION,))


def test_a_log_names_the_session_that_the_work_went_on_in(tmp_path: Path) -> None:
    log = write(tmp_path / 'a.jsonl', user('x'), CONTINUED, {'type': 'mode'})
    assert index_transcript(log).successor == 'next'


@pytest.mark.parametrize('after', [user('x'), assistant('y')])
def test_a_real_message_after_it_cancels_the_successor(
    tmp_path: Path, after: dict[str, object]
) -> None:
    log = write(tmp_path / 'a.jsonl', user('x'), CONTINUED, after)
    assert index_transcript(log).successor == ''


def test_what_the_client_says_after_it_does_not_cancel_the_successor(tmp_path: Path) -> None:
    log = write(tmp_path / 'a.jsonl', CONTINUED, user('x', isMeta=True))
    assert index_transcript(log).successor == 'next'


def test_pull_requests_are_named_once(tmp_path: Path) -> None:
    link = {
        'type': 'pr-link',
        'prNumber': 5,
        'prUrl': 'https://h/o/r/pull/5',
        'prRepository': 'o/r',
    }
    log = write(tmp_path / 'a.jsonl', link, link, {'type': 'pr-link', 'prNumber': True})
    assert index_transcript(log).pull_requests == (
        PullRequestLink(5, 'https://h/o/r/pull/5', 'o/r'),
    )


def test_a_queued_prompt_without_any_other_copy_is_named(tmp_path: Path) -> None:
    log = write(
        tmp_path / 'a.jsonl',
        queue('enqueue', content='are there tests?'),
        user([{'type': 'image'}]),
    )
    assert index_transcript(log).undelivered == {'are there tests?'}


@pytest.mark.parametrize('copy', [user('first\nare there tests?'), typed('are there tests?')])
def test_a_queued_prompt_that_was_delivered_is_not_named(
    tmp_path: Path, copy: dict[str, object]
) -> None:
    log = write(tmp_path / 'a.jsonl', queue('enqueue', content='are there tests?'), copy)
    assert not index_transcript(log).undelivered


def test_a_log_of_sidechain_entries_alone_is_a_sub_agents(tmp_path: Path) -> None:
    side = user('x', isSidechain=True)
    assert index_transcript(write(tmp_path / 'a.jsonl', side, side)).is_sidechain
    assert not index_transcript(write(tmp_path / 'b.jsonl', side, user('y'))).is_sidechain


def test_what_can_not_be_read_is_counted(tmp_path: Path) -> None:
    log = tmp_path / 'a.jsonl'
    log.write_text('{"type":"user"}\n{"type":\n')
    assert (index_transcript(log).entries, index_transcript(log).unreadable) == (1, 1)


def test_a_log_knows_the_ids_of_its_entries(tmp_path: Path) -> None:
    log = write(tmp_path / 'a.jsonl', user('x', uuid='1'), user('y'), user('z', uuid='2'))
    assert uuids(log) == {'1', '2'}


@given(st.lists(odd_objects, max_size=5))
def test_no_value_in_any_field_makes_the_index_raise(
    tmp_path_factory: pytest.TempPathFactory, entries: list[dict[str, object]]
) -> None:
    log = tmp_path_factory.getbasetemp() / 'odd.jsonl'
    log.write_text(''.join(json.dumps(entry) + '\n' for entry in entries))
    assert index_transcript(log).entries == len(entries)


def test_a_short_word_inside_other_words_is_no_delivery(tmp_path: Path) -> None:
    result = {'type': 'tool_result', 'tool_use_id': 't', 'content': 'a nonstop thing'}
    log = write(tmp_path / 'a.jsonl', queue('enqueue', content='stop'), user([result]))
    assert index_transcript(log).undelivered == {'stop'}
