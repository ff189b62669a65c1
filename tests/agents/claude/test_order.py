"""No result stands before its use, and nothing else is moved."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import Entry, Text, ToolCall, ToolResult
from learn_core.agents.claude.order import in_order, note_calls

if TYPE_CHECKING:
    from collections.abc import Sequence

CALLS = ['a', 'b', 'c']


def uses(*calls: str) -> Entry:
    return Entry(type='assistant', blocks=tuple(ToolCall(call, 'Bash', {}) for call in calls))


def gives(*calls: str, uuid: str = '') -> Entry:
    results = tuple(ToolResult(call, 'x') for call in calls)
    return Entry(type='user', blocks=results, uuid=uuid)


def says(text: str) -> Entry:
    return Entry(type='user', blocks=(Text(text),))


def ordered(*entries: Entry) -> list[Entry]:
    return list(in_order(entries, places(entries)))


def places(entries: Sequence[Entry]) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, entry in enumerate(entries):
        note_calls(entry, position, found)
    return found


def test_a_result_that_stands_before_its_use_comes_right_behind_it() -> None:
    assert ordered(gives('a'), uses('a'), says('x')) == [uses('a'), gives('a'), says('x')]


def test_words_between_a_result_and_its_use_stay_where_they_are() -> None:
    assert ordered(gives('a'), says('1'), uses('a'), says('2')) == [
        says('1'), uses('a'), gives('a'), says('2'),
    ]  # fmt: skip


def test_two_early_results_both_find_their_uses() -> None:
    assert ordered(gives('a'), gives('b'), uses('a', 'b')) == [
        uses('a', 'b'), gives('a'), gives('b'),
    ]  # fmt: skip
    assert ordered(gives('a', 'b'), uses('a'), uses('b')) == [
        uses('a'), uses('b'), gives('a', 'b'),
    ]  # fmt: skip


def test_a_result_without_a_use_stays_where_it_is() -> None:
    lines = [says('1'), gives('a'), *(says(str(n)) for n in range(40)), uses('a')]
    assert ordered(*lines) == lines
    assert ordered(gives('a'), says('1')) == [gives('a'), says('1')]


def test_a_second_result_of_a_use_stays_where_it_is() -> None:
    lines = [uses('a'), gives('a'), says('1'), gives('a'), says('2')]
    assert ordered(*lines) == lines


def test_results_that_follow_their_uses_wait_for_nothing() -> None:
    lines = [uses('a'), gives('a'), says('1')]
    waiting = iter(lines)
    found = in_order(waiting, places(lines))
    assert [(entry, len(list(copy.copy(waiting)))) for entry in found] == [
        (lines[0], 2), (lines[1], 1), (lines[2], 0),
    ]  # fmt: skip


entries = st.one_of(
    st.lists(st.sampled_from(CALLS), max_size=2).map(lambda calls: uses(*calls)),
    st.lists(st.sampled_from(CALLS), max_size=2).map(lambda calls: gives(*calls)),
    st.builds(
        lambda use, result: Entry(
            type='user', blocks=(ToolCall(use, 'X', {}), ToolResult(result, ''))
        ),
        st.sampled_from(CALLS),
        st.sampled_from(CALLS),
    ),
    st.sampled_from('123').map(says),
)


@given(st.lists(entries, max_size=30))
def test_no_entry_is_lost_and_no_words_are_moved(given_: list[Entry]) -> None:
    found = ordered(*given_)
    assert sorted(map(repr, found)) == sorted(map(repr, given_))
    words = [entry for entry in given_ if not any(isinstance(b, ToolResult) for b in entry.blocks)]
    assert [entry for entry in found if entry in words] == words
