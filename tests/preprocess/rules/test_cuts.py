from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.preprocess.rules.cuts import cut_line, ends, head, short_thinking, with_gaps

LINES = [f'a line of some length, number {number}' for number in range(1, 11)]


def test_both_ends_of_a_text_say_what_is_missing_between() -> None:
    assert ends('a' * 50 + 'b' * 50, 10) == f'{"a" * 10}...[truncated 80 chars]...{"b" * 10}'


def test_the_beginning_of_a_text_says_what_is_missing_behind() -> None:
    assert head('a' * 20, 20) == 'a' * 20
    assert head('a' * 25, 20) == 'a' * 20 + '\n[5 more characters omitted]'


def test_a_very_long_line_keeps_both_ends() -> None:
    left_out: Counter[str] = Counter()
    assert cut_line('x' * 1000, left_out) == 'x' * 1000
    assert len(cut_line('x' * 5000, left_out)) < 850
    assert left_out == {'characters of long lines': 4200}


@pytest.mark.parametrize(
    ('kept', 'marks'),
    [
        ({0, 1, 9}, {2: '[lines 3-9 omitted]'}),
        ({4}, {0: '[lines 1-4 omitted]', 2: '[lines 6-10 omitted]'}),
        (set(), {0: '[lines 1-10 omitted]'}),
        ({*range(10)} - {5}, {5: '[line 6 omitted]'}),
    ],
)
def test_every_gap_says_which_lines_are_missing(kept: set[int], marks: dict[int, str]) -> None:
    found = with_gaps(LINES, kept)
    assert {at: line for at, line in enumerate(found) if line.startswith('[')} == marks
    assert [line for line in found if not line.startswith('[')] == [
        LINES[at] for at in sorted(kept)
    ]


def test_a_short_line_is_shorter_than_the_mark_for_it() -> None:
    assert with_gaps(['one', '}', 'two'], {0, 2}) == ['one', '}', 'two']


@given(st.integers(0, 30), st.sets(st.integers(0, 29)))
def test_lines_and_marks_together_are_all_lines(count: int, some: set[int]) -> None:
    lines = [f'the line with the number {number}' for number in range(1, count + 1)]
    numbers: list[int] = []
    for line in with_gaps(lines, {at for at in some if at < count}):
        if line.startswith('['):
            first, _, last = line.split()[1].partition('-')
            numbers += range(int(first), int(last or first) + 1)
        else:
            numbers.append(int(line.split()[-1]))
    assert numbers == [*range(1, count + 1)]


def test_thinking_of_1500_characters_is_whole() -> None:
    assert short_thinking('x' * 1500, Counter()) == 'x' * 1500


def test_longer_thinking_keeps_its_beginning_and_where_it_got_to() -> None:
    left_out: Counter[str] = Counter()
    text = 'a' * 300 + 'b' * 700 + 'c' * 1000
    assert short_thinking(text, left_out) == (
        f'{"a" * 300}\n[700 characters of thinking omitted]\n{"c" * 1000}'
    )
    assert left_out == {'characters of long thinking': 700}


def test_no_word_is_broken_where_thinking_is_cut() -> None:
    text = ' '.join(['abcdefg'] * 300)
    first, _, last = short_thinking(text, Counter()).split('\n')
    assert {*first.split(), *last.split()} == {'abcdefg'}
