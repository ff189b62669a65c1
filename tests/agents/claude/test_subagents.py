from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import Entry, SubAgent, Text, Transcript, index, read, subagents
from tests.agents.claude.logs import (
    SESSION,
    assistant,
    gives,
    odd_objects,
    of,
    progress,
    user,
    uses,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

TASK = assistant(uses('Task', 't1', subagent_type='Explore', description='Find it', prompt='Go'))


def session(folder: Path, *entries: object) -> Path:
    return write(folder / f'{SESSION}.jsonl', user('x'), *entries)


def agents_of(log: Path) -> list[Transcript]:
    return subagents(of(log), index(of(log)))


def told(log: Path) -> list[SubAgent]:
    return [found.subagent for found in agents_of(log) if found.subagent]


def kinds(log: Path) -> list[tuple[str, str]]:
    return [(agent.type, agent.description) for agent in told(log)]


def inside(agent: Transcript) -> list[Entry]:
    return [entry for entry in read(agent) if not entry.dropped]


def nested(text: str, uuid: str) -> dict[str, object]:
    return {'type': 'user', 'uuid': uuid, 'message': {'role': 'user', 'content': text}}


def test_an_agents_file_beside_the_session_is_found_by_its_first_entry(tmp_path: Path) -> None:
    log = session(tmp_path)
    mine = write(tmp_path / 'agent-a1.jsonl', {'type': 'mode'}, user('x'))
    write(tmp_path / 'agent-b2.jsonl', user('x', sessionId='another'), user('y'))
    assert [agent.agent_id for agent in told(log)] == ['a1']
    assert [agent.files for agent in agents_of(log)] == [(mine,)]


def test_agents_in_the_sessions_own_folder_are_found_at_any_depth(tmp_path: Path) -> None:
    log = session(tmp_path)
    folder = tmp_path / SESSION / 'subagents'
    write(folder / 'agent-b.jsonl', user('x'))
    write(folder / 'workflows' / 'w1' / 'agent-a.jsonl', user('x'))
    write(folder / 'workflows' / 'w1' / 'journal.jsonl', user('x'))
    assert [agent.agent_id for agent in told(log)] == ['a', 'b']


def test_the_file_beside_an_agents_log_says_what_it_is(tmp_path: Path) -> None:
    log = session(tmp_path)
    folder = tmp_path / SESSION / 'subagents'
    write(folder / 'agent-a.jsonl', user('x'))
    about = {'agentType': 'Plan', 'description': 'Think'}
    (folder / 'agent-a.meta.json').write_text(json.dumps(about))
    assert kinds(log) == [('Plan', 'Think')]


@pytest.mark.parametrize(
    'about', ['{"agentType":', '[]', '{"agentType":"' + 'x' * 1_000_000 + '"}']
)
def test_a_broken_meta_file_counts_as_missing(tmp_path: Path, about: str) -> None:
    log = session(tmp_path)
    write(tmp_path / 'agent-a.jsonl', user('x'))
    (tmp_path / 'agent-a.meta.json').write_text(about)
    assert kinds(log) == [('', '')]


def test_progress_of_an_agent_without_a_message_says_nothing(tmp_path: Path) -> None:
    log = session(tmp_path, progress('a', None))
    assert [inside(agent) for agent in agents_of(log)] == [[]]


def test_the_call_that_started_an_agent_says_what_it_is(tmp_path: Path) -> None:
    outcome = {'agentId': 'a', 'content': []}
    log = session(tmp_path, TASK, user([gives('done')], toolUseResult=outcome))
    write(tmp_path / 'agent-a.jsonl', user('x'))
    assert kinds(log) == [('Explore', 'Find it')]


def test_nested_messages_are_put_together_again_per_agent(tmp_path: Path) -> None:
    log = session(
        tmp_path,
        TASK,
        progress('b', nested('b1', '1')),
        progress('a', nested('a1', '2'), timestamp='2026-01-01T00:00:00Z'),
        progress('b', nested('b2', '3')),
        progress('b', nested('b2', '3')),
    )
    agents = agents_of(log)
    assert [agent.agent_id for agent in told(log)] == ['a', 'b']
    assert [[entry.uuid for entry in inside(agent)] for agent in agents] == [['2'], ['1', '3']]
    first = inside(agents[0])[0]
    assert (told(log)[0].type, told(log)[0].call, first.agent) == ('Explore', 't1', 'a')
    assert first.time == '2026-01-01T00:00:00Z'


def test_a_nested_agent_ends_with_its_report(tmp_path: Path) -> None:
    outcome = {'agentId': 'a', 'content': [{'type': 'text', 'text': 'found it'}]}
    log = session(
        tmp_path, TASK, progress('a', nested('go', '1')), user([gives('x')], toolUseResult=outcome)
    )
    assert inside(agents_of(log)[0])[-1].blocks == (Text('found it'),)


def test_no_agent_is_found_twice(tmp_path: Path) -> None:
    log = session(tmp_path, progress('a', nested('go', '1')))
    write(tmp_path / 'agent-a.jsonl', user('flat'))
    newer = write(tmp_path / SESSION / 'subagents' / 'agent-a.jsonl', user('newer'))
    assert [agent.files for agent in agents_of(log)] == [(newer,)]


def test_a_file_that_can_not_be_read_beside_the_session_is_passed_over(tmp_path: Path) -> None:
    log = session(tmp_path)
    (tmp_path / 'agent-a.jsonl').mkdir()
    (tmp_path / 'agent-b.jsonl').write_bytes(b'')
    assert agents_of(log) == []


@given(st.lists(odd_objects, max_size=5))
def test_no_value_in_any_field_makes_the_search_raise(
    tmp_path_factory: pytest.TempPathFactory, entries: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.getbasetemp() / 'odd'
    log = session(folder, *entries)
    for agent in agents_of(log):
        inside(agent)
