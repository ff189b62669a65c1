"""Copies of a conversation: what repeats counts once, what a person kept out stays out."""

from __future__ import annotations

from learn_core.agents import digest
from tests.sessions.conftest import BRANCH, Machine, plan, row, talk


def test_copied_rows_count_once_also_across_project_folders(machine: Machine) -> None:
    first = talk('a', machine.repository)
    own = talk('b', machine.repository, minute=9)
    machine.write('one', 'a', *first)
    machine.write('two', 'b', *({**copy, 'sessionId': 'b'} for copy in first), *own)
    one, two = machine.find().sources
    assert (one.session_id, two.session_id) == ('a', 'b')
    assert one.already == frozenset()
    assert two.already == {digest(str(copy['uuid'])) for copy in first}


def test_a_fork_named_alone_keeps_what_it_was_copied_from(machine: Machine) -> None:
    first = talk('a', machine.repository, 'master')
    machine.write('one', 'a', *first)
    machine.write('one', 'b', *first, *talk('b', machine.repository, minute=9))
    (source,) = machine.find(plan(last_local_impl_session='b')).sources
    assert (source.session_id, source.already) == ('b', frozenset())
    assert source.index is not None
    assert source.index.prompts == 4


def test_a_word_of_the_person_keeps_a_session_out_with_copies_and_successors(
    machine: Machine,
) -> None:
    first = talk('a', machine.repository)
    ends = {'type': 'continued-in', 'sessionId': 'a', 'continuedInSessionId': 'next'}
    place = {'sessionId': 'a', 'cwd': str(machine.repository), 'gitBranch': BRANCH}
    machine.write('one', 'a', *first, row('user', 'private #learn-skip', **place), ends)
    machine.write('one', 'fork', *({**copy, 'sessionId': 'fork'} for copy in first))
    machine.write('one', 'next', *talk('next', machine.repository))
    machine.write('one', 'other', *talk('other', machine.repository))
    found = machine.find(plan(last_local_impl_session='a'))
    assert [source.session_id for source in found.sources] == ['other']
    assert found.skipped == 3
    assert not found.missing
    assert found.left_out == ()


def test_only_the_persons_own_word_keeps_out(machine: Machine) -> None:
    place = {'sessionId': 's', 'cwd': str(machine.repository), 'gitBranch': BRANCH}
    machine.session('s', machine.repository, BRANCH, row('assistant', '#learn-skip', **place))
    machine.session('t', machine.repository, BRANCH, row('user', '#learn-skipping', **place))
    assert sorted(machine.found()) == ['s', 't']
