"""No result stands before its use, and nothing else is moved."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import Entry, Text, ToolCall, ToolResult
from learn_core.agents.claude.reading import in_order

if TYPE_CHECKING:
    import random

CALLS = ['a', 'b', 'c']


def uses(*calls: str) -> Entry:
    return Entry(type='assistant', blocks=tuple(ToolCall(call, 'Bash', {}) for call in calls))


def gives(*calls: str, uuid: str = '') -> Entry:
    results = tuple(ToolResult(call, 'x') for call in calls)
    return Entry(type='user', blocks=results, uuid=uuid)


def says(text: str) -> Entry:
    return Entry(type='user', blocks=(Text(text),))


def ordered(*entries: Entry) -> list[Entry]:
    return list(in_order(entries))


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


def test_a_result_behind_its_use_does_not_go_to_a_repeated_one() -> None:
    lines = [uses('a'), uses('a'), gives('a'), uses('b'), gives('b'), uses('a')]
    assert ordered(*lines) == lines


def test_results_that_follow_their_uses_wait_for_nothing() -> None:
    lines = [uses('a'), gives('a'), says('1')]
    waiting = iter(lines)
    found = in_order(waiting)
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


@given(
    st.lists(st.integers(0, 40), unique=True, max_size=30),
    st.lists(st.integers(0, 40), unique=True, max_size=30),
    st.randoms(use_true_random=False),
)
def test_a_result_is_behind_its_use_unless_that_is_far(
    calls: list[int], results: list[int], random: random.Random
) -> None:
    lines = [uses(str(call)) for call in calls] + [gives(str(call)) for call in results]
    random.shuffle(lines)
    found = ordered(*lines)
    for result in (line for line in lines if line.type == 'user'):
        call = uses(result.blocks[0].tool_use_id)  # type: ignore[union-attr]
        if call in lines and lines.index(call) <= lines.index(result) + 16:
            assert found.index(call) < found.index(result)
