"""Lines of files: numbers that say nothing, and what was shown before."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.preprocess.rules.shown import MOST_FILES, Shown, numbered_lines, show

FILE = [f'line {n}' if n % 4 else '' for n in range(1, 41)]


def without_shown(text: str, path: str, here: str, shown: Shown) -> tuple[str, int]:
    """A whole result in its short form, and how many of its lines are references."""
    numbers, lines = numbered_lines(text)
    full, short, needs, referred = show(numbers, lines, range(len(lines)), path, here, shown)
    assert bool(short) == bool(needs)
    return short or full, referred


def cat(first: int, last: int, lines: list[str] = FILE, arrow: str = '\u2192') -> str:
    return '\n'.join(f'{n:>6}{arrow}{lines[n - 1]}' for n in range(first, last + 1))


def plain(first: int, last: int) -> str:
    return f'{first}\u2192' + '\n'.join(FILE[first - 1 : last])


@pytest.mark.parametrize('arrow', ['\u2192', '\t'])
def test_of_a_run_of_lines_only_the_first_has_its_number(arrow: str) -> None:
    text, referred = without_shown(cat(1, 10, arrow=arrow), 'a.py', 't1', Shown())
    assert (text, referred) == (plain(1, 10), 0)


def test_each_new_run_of_lines_has_its_number() -> None:
    text, _ = without_shown(f'{cat(1, 3)}\n{cat(9, 10)}', 'a.py', 't1', Shown())
    assert text == f'{plain(1, 3)}\n{plain(9, 10)}'


def test_a_line_without_a_number_is_unchanged() -> None:
    text, _ = without_shown(f'ok\n{cat(5, 7)}\n\n<note>', 'a.py', 't1', Shown())
    assert text == f'ok\n{plain(5, 7)}\n\n<note>'


def test_lines_that_were_shown_before_become_a_reference() -> None:
    shown = Shown()
    without_shown(cat(1, 10), 'a.py', 't1', shown)
    text, referred = without_shown(cat(4, 14), 'a.py', 't2', shown)
    assert (text, referred) == (f'[lines 4-10 as in t1]\n{plain(11, 14)}', 7)
    assert without_shown(cat(9, 13), 'a.py', 't3', shown)[0] == (
        f'{plain(9, 10)}\n[lines 11-13 as in t2]'
    )


def test_a_line_that_changed_is_shown_again() -> None:
    shown = Shown()
    without_shown(cat(1, 10), 'a.py', 't1', shown)
    changed = [*FILE[:4], 'changed', *FILE[5:]]
    text, _ = without_shown(cat(1, 10, changed), 'a.py', 't2', shown)
    assert text == '[lines 1-4 as in t1]\n5\u2192changed\n[lines 6-10 as in t1]'


def test_two_repeated_lines_are_too_few_for_a_reference() -> None:
    shown = Shown()
    without_shown(cat(1, 10), 'a.py', 't1', shown)
    assert without_shown(cat(9, 12), 'a.py', 't2', shown) == (plain(9, 12), 0)


def test_the_same_lines_of_another_file_are_shown() -> None:
    shown = Shown()
    without_shown(cat(1, 10), 'a.py', 't1', shown)
    assert without_shown(cat(1, 10), 'b.py', 't2', shown) == (plain(1, 10), 0)


def test_lines_that_are_not_kept_leave_a_mark_with_their_numbers() -> None:
    numbers, lines = numbered_lines(cat(11, 30))
    full, short, needs, _ = show(numbers, lines, {0, 1, 9}, 'a.py', 't1', Shown())
    assert full == f'{plain(11, 12)}\n[lines 13-19 omitted]\n{plain(20, 20)}\n[lines 21-30 omitted]'
    assert (short, needs) == ('', frozenset())


def test_lines_of_two_results_name_both() -> None:
    shown = Shown()
    without_shown(cat(1, 5), 'a.py', 't1', shown)
    without_shown(cat(6, 10), 'a.py', 't2', shown)
    numbers, lines = numbered_lines(cat(1, 10))
    full, short, needs, _ = show(numbers, lines, range(10), 'a.py', 't3', shown)
    assert full == plain(1, 10)
    assert short == '[lines 1-5 as in t1]\n[lines 6-10 as in t2]'
    assert needs == {'t1', 't2'}


def test_the_file_that_was_not_looked_at_for_longest_is_forgotten() -> None:
    shown = Shown()
    without_shown(cat(1, 5), 'old.py', 't0', shown)
    for n in range(MOST_FILES):
        without_shown(cat(1, 1), f'{n}.py', f't{n + 1}', shown)
    assert without_shown(cat(1, 5), 'old.py', 't999', shown)[1] == 0


def test_a_result_without_numbers_is_one_run_of_none() -> None:
    assert without_shown('1 file\nno more', 'a.py', 't1', Shown()) == ('1 file\nno more', 0)


lines = st.lists(
    st.sampled_from(['', 'a', 'b = 1', '}', '7\u2192x', '\t']), min_size=1, max_size=12
)
reads = st.lists(st.tuples(st.integers(1, 20), lines), min_size=1, max_size=5)


def followed(text: str, known: dict[str, dict[int, str]]) -> dict[int, str]:
    """What a reader makes of a result who follows its references."""
    found: dict[int, str] = {}
    number = 0
    for line in text.split('\n'):
        reference = re.fullmatch(r'\[lines (\d+)-(\d+) as in (t\d+)\]', line)
        if reference:
            first, last = int(reference[1]), int(reference[2])
            found |= {n: known[reference[3]][n] for n in range(first, last + 1)}
            number = 0
            continue
        begins = None if number else re.match('(\\d+)\u2192', line)
        number = int(begins[1]) if begins else number
        found[number] = line[begins.end() :] if begins else line
        number += 1
    return found


@given(reads)
def test_every_line_can_be_found_again(found: list[tuple[int, list[str]]]) -> None:
    shown, known = Shown(), dict[str, dict[int, str]]()
    for at, (first, content) in enumerate(found):
        given_ = '\n'.join(f'{n:>6}\u2192{line}' for n, line in enumerate(content, first))
        text, _ = without_shown(given_, 'a.py', f't{at}', shown)
        known[f't{at}'] = followed(text, known)
        assert known[f't{at}'] == dict(enumerate(content, first))


@given(st.text('\u21921 \t\nab', max_size=60))
def test_any_text_is_split_into_all_of_its_lines(text: str) -> None:
    numbers, lines = numbered_lines(text)
    assert len(numbers) == len(lines) == text.count('\n') + 1
