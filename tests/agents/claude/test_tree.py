"""Which attempts were rewound, and which entries come again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import Entry, Text, ToolCall, ToolResult
from learn_core.agents.claude.entries import parse_entry
from learn_core.agents.claude.tree import Tree
from tests.agents.claude.logs import odd_objects

if TYPE_CHECKING:
    from learn_core.agents import Block


def says(uuid: str, parent: str = '', text: str = 'x', **fields: object) -> Entry:
    entry = Entry(type='user', uuid=uuid, parent=parent, blocks=(Text(text),))
    return entry._replace(**fields)  # type: ignore[arg-type]


def answers(uuid: str, parent: str, message: str = '', *blocks: Block) -> Entry:
    return Entry(
        type='assistant',
        uuid=uuid,
        parent=parent,
        message_id=message or f'm-{uuid}',
        blocks=blocks or (Text('y'),),
    )


def gives(uuid: str, parent: str, use: str) -> Entry:
    return Entry(type='user', uuid=uuid, parent=parent, blocks=(ToolResult(use, 'z'),))


def steps(uuid: str, parent: str, kind: str = 'progress') -> Entry:
    return Entry(type=kind, uuid=uuid, parent=parent)


def grown(entries: list[Entry]) -> Tree:
    tree = Tree()
    for entry in entries:
        tree.add(entry)
    return tree


def abandoned(*entries: Entry) -> list[str]:
    return [entry.uuid for entry, is_it in grown(list(entries)).abandoned(entries) if is_it]


ASKED = (says('1'), answers('2', '1'))


def test_a_conversation_in_one_line_abandons_nothing() -> None:
    assert abandoned(*ASKED, says('3', '2'), answers('4', '3')) == []


def test_an_attempt_that_was_rewound_is_abandoned_with_all_that_followed_it() -> None:
    first = (says('3', '2'), answers('4', '3'), gives('5', '4', 't'), answers('6', '5'))
    assert abandoned(*ASKED, *first, says('7', '2'), answers('8', '7')) == ['3', '4', '5', '6']


def test_two_attempts_before_the_last_are_both_abandoned() -> None:
    tries = (says('3', '2'), answers('4', '3'), says('5', '2'), answers('6', '5'))
    assert abandoned(*ASKED, *tries, says('7', '2')) == ['3', '4', '5', '6']


def test_a_prompt_that_was_written_anew_at_once_is_abandoned() -> None:
    assert abandoned(*ASKED, says('3', '2'), says('4', '2'), answers('5', '4')) == ['3']


def test_an_answer_that_was_started_anew_is_abandoned() -> None:
    assert abandoned(says('1'), answers('2', '1'), answers('3', '1')) == ['2']


def test_a_rewind_to_behind_bookkeeping_is_one_too() -> None:
    first = (steps('p', '2', 'system'), says('3', 'p'), answers('4', '3'))
    assert abandoned(*ASKED, *first, says('5', '2'), answers('6', '5')) == ['3', '4']


def test_parallel_tool_calls_are_no_rewind() -> None:
    one, two = ToolCall('t1', 'Read', {}), ToolCall('t2', 'Read', {})
    calls = (answers('2', '1', 'm', one), answers('3', '2', 'm', two))
    results = (gives('4', '2', 't1'), gives('5', '3', 't2'))
    assert abandoned(says('1'), *calls, *results, answers('6', '5')) == []
    assert abandoned(says('1'), *calls, *results, answers('6', '4')) == []


@pytest.mark.parametrize('kind', ['progress', 'system', 'attachment'])
def test_forks_without_words_are_no_rewind(kind: str) -> None:
    assert abandoned(*ASKED, steps('p', '2', kind), steps('q', 'p', kind), says('3', '2')) == []


@pytest.mark.parametrize(
    'text',
    [
        '[Request interrupted by user]',
        '<local-command-stdout>done</local-command-stdout>',
        '<bash-stdout>x</bash-stdout><bash-stderr></bash-stderr>',
        ' ',
    ],
)
def test_what_the_client_wrote_under_a_persons_name_is_no_attempt(text: str) -> None:
    assert abandoned(*ASKED, says('3', '2', text), says('4', '2'), answers('5', '4')) == []


def test_parts_that_hang_on_nothing_in_common_are_no_attempts() -> None:
    assert abandoned(*ASKED, says('3', 'gone'), answers('4', '3')) == []


def test_a_compaction_carries_the_conversation_on() -> None:
    fields = {'type': 'system', 'subtype': 'compact_boundary', 'uuid': '3', 'parentUuid': None}
    boundary = parse_entry({**fields, 'logicalParentUuid': '2'})
    assert boundary.parent == '2'
    rewound = (says('4', '3'), answers('5', '4'))
    assert abandoned(*ASKED, boundary, *rewound, says('6', '3')) == ['4', '5']


def test_an_entry_that_comes_again_is_known_by_its_id() -> None:
    entries = [says('1'), says('2'), says('1'), says(''), says('')]
    tree = grown(entries)
    assert [tree.comes_again(at) for at in range(len(entries))] == [
        False, False, True, False, False,
    ]  # fmt: skip
    assert not tree.comes_again(9)  # appended meanwhile


def test_a_copy_of_a_conversation_is_no_rewind() -> None:
    talk = (*ASKED, says('3', '2'), answers('4', '3'))
    assert abandoned(*talk, *talk, says('5', '4')) == []


def test_a_long_log_is_known_as_well() -> None:
    count = 70_000
    entries = [says(f'u{n}', f'u{n - 1}') for n in range(count)]
    tree = grown([*entries, says('u7', 'u6'), says('last', 'u5')])
    assert tree.comes_again(count)
    assert not any(tree.comes_again(n) for n in range(0, count, 777))
    flags = [is_it for _, is_it in tree.abandoned([*entries, says('u7'), says('last')])]
    assert (flags[5], flags[6], flags[-2:], sum(flags)) == (False, True, [False] * 2, count - 6)


@given(st.lists(odd_objects, max_size=12))
def test_no_entries_make_the_tree_raise(objects: list[dict[str, object]]) -> None:
    entries = [parse_entry(fields) for fields in objects]
    tree = grown(entries)
    assert [entry for entry, _ in tree.abandoned(entries)] == entries
    assert not any(tree.comes_again(at) for at, entry in enumerate(entries) if not entry.uuid)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30),
    st.sampled_from([1, 2, 300]),
)
def test_ids_and_parents_are_found_however_far_apart(
    links: list[tuple[int, int]], apart: int
) -> None:
    entries: list[Entry] = []
    for uuid, parent in links:
        entries += [says(f'u{uuid}', f'u{parent}'), *[steps('', '')] * (apart - 1)]
    tree = grown(entries)
    seen: dict[str, int] = {}
    for at, entry in enumerate(entries):
        is_copy = bool(entry.uuid) and entry.uuid in seen
        assert tree.comes_again(at) == is_copy
        parent = -1 if is_copy else seen.get(entry.parent, -1)
        assert tree._parents[at] == parent
        if entry.uuid:
            seen.setdefault(entry.uuid, at)
