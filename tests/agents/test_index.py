from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import Index, digest, index
from learn_core.agents.index import PullRequestLink
from tests.agents.claude.logs import SESSION, assistant, odd_objects, of, user, write

if TYPE_CHECKING:
    from pathlib import Path

CONTINUED = {'type': 'continued-in', 'sessionId': SESSION, 'continuedInSessionId': 'next'}


def index_of(log: Path) -> Index:
    return index(of(log))


def test_a_log_says_from_when_to_when_its_entries_are(tmp_path: Path) -> None:
    log = write(
        tmp_path / 'a.jsonl',
        user('x', sessionId='old', timestamp='2026-01-01T00:00:02Z'),
        user('y', sessionId='old', timestamp='2026-01-01T00:00:01Z'),
        user('z', sessionId='new', timestamp='2026-01-02T00:00:00Z'),
        {'type': 'summary', 'summary': 's'},
    )
    found = index_of(log)
    assert found.entries == 4
    assert (found.first_time, found.last_time) == ('2026-01-01T00:00:01Z', '2026-01-02T00:00:00Z')


def test_folders_branches_and_models_stand_in_the_order_of_the_log(tmp_path: Path) -> None:
    log = write(
        tmp_path / 'a.jsonl',
        user('x', cwd='/b', gitBranch='main'),
        user('x', cwd='/a', gitBranch='P1-x'),
        assistant('y', cwd='/b', gitBranch='main'),
        {'type': 'assistant', 'message': {'model': '<synthetic>'}},
    )
    found = index_of(log)
    assert ([*found.cwds], [*found.branches]) == (['/b', '/a'], ['main', 'P1-x'])
    assert [*found.models] == ['claude-opus-4-5']


def test_a_folder_named_in_a_tool_call_is_not_the_sessions_own(tmp_path: Path) -> None:
    use = {'type': 'tool_use', 'input': {'cwd': '/elsewhere', 'gitBranch': 'x', 'sessionId': 'y'}}
    found = index_of(write(tmp_path / 'a.jsonl', assistant(use, cwd='/here')))
    assert ([*found.cwds], [*found.branches]) == (['/here'], [])


def test_a_log_names_the_session_that_the_work_went_on_in(tmp_path: Path) -> None:
    log = write(tmp_path / 'a.jsonl', user('x'), CONTINUED, {'type': 'mode'})
    assert index_of(log).successor == 'next'


@pytest.mark.parametrize('after', [user('x'), assistant('y')])
def test_a_real_message_after_it_cancels_the_successor(
    tmp_path: Path, after: dict[str, object]
) -> None:
    log = write(tmp_path / 'a.jsonl', user('x'), CONTINUED, after)
    assert index_of(log).successor == ''


def test_what_the_client_says_after_it_does_not_cancel_the_successor(tmp_path: Path) -> None:
    log = write(tmp_path / 'a.jsonl', CONTINUED, user('x', isMeta=True))
    assert index_of(log).successor == 'next'


def test_pull_requests_are_named_once(tmp_path: Path) -> None:
    link = {
        'type': 'pr-link',
        'prNumber': 5,
        'prUrl': 'https://h/o/r/pull/5',
        'prRepository': 'o/r',
    }
    log = write(tmp_path / 'a.jsonl', link, link, {'type': 'pr-link', 'prNumber': True})
    assert [*index_of(log).pull_requests] == [PullRequestLink(5, 'https://h/o/r/pull/5', 'o/r')]


def test_what_says_nothing_is_counted_by_its_reason(tmp_path: Path) -> None:
    log = tmp_path / 'a.jsonl'
    log.write_text('{"type":"user"}\n{"type":"new"}\n{"type":\n')
    assert index_of(log).dropped == {'unreadable': 1, 'unknown type new': 1}
    assert index_of(log).entries == 2


def test_an_index_knows_the_ids_of_its_entries(tmp_path: Path) -> None:
    log = write(tmp_path / 'a.jsonl', user('x', uuid='1'), user('y'), user('z', uuid='2'))
    assert list(index_of(log).uuids) == [digest('1'), digest('2')]


def test_answers_without_any_prompt_may_be_of_a_new_form(tmp_path: Path) -> None:
    log = write(tmp_path / 'a.jsonl', {'type': 'prompt', 'text': 'x'}, assistant('done'))
    assert index_of(log).not_a_session == 'no prompt found in it: its form may be new'
    summary = user('so far', isCompactSummary=True)
    assert index_of(write(tmp_path / 'b.jsonl', summary, assistant('x'))).not_a_session == ''


@pytest.mark.parametrize(
    ('entry', 'asks'),
    [
        (user('please, #learn-skip.'), True),
        (user('the tag is called #learn-skipped'), False),
        (user('x#learn-skip'), False),
        (user('#learn-skip', isMeta=True), False),
        (assistant('#learn-skip'), False),
    ],
)
def test_a_person_asks_to_skip_a_session_by_one_word(
    tmp_path: Path, entry: dict[str, object], asks: bool
) -> None:
    assert index_of(write(tmp_path / 'a.jsonl', entry)).asks_to_skip is asks


@given(st.lists(odd_objects, max_size=5))
def test_no_value_in_any_field_makes_the_index_raise(
    tmp_path_factory: pytest.TempPathFactory, entries: list[dict[str, object]]
) -> None:
    log = tmp_path_factory.getbasetemp() / 'odd.jsonl'
    log.write_text(''.join(json.dumps(entry) + '\n' for entry in entries))
    assert index_of(log).entries == len(entries)
