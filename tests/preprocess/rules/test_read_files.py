"""Lines of files: numbers that say nothing, and what was shown before."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import ToolResult
from learn_core.preprocess.memory import Memory
from learn_core.preprocess.rules.results import Shaped, numbered_lines, shape_result

FILE = [f'line {n}' if n % 4 else '' for n in range(1, 41)]


def read(text: str, path: str, memory: Memory) -> tuple[Shaped, int]:
    """A result of reading a file, and how many of its lines are references."""
    left_out: Counter[str] = Counter()
    call = f'call {len(memory.calls)}'
    memory.call(call, does='read', path=path)
    shaped = shape_result(ToolResult(call, text), memory, [], left_out)
    assert bool(shaped.short) == bool(shaped.needs)
    return shaped, left_out['lines shown before']


def without_shown(text: str, path: str, memory: Memory) -> tuple[str, int]:
    """The same in its short form."""
    shaped, referred = read(text, path, memory)
    return shaped.short or shaped.result.text, referred


def cat(first: int, last: int, lines: list[str] = FILE, arrow: str = '\u2192') -> str:
    return '\n'.join(f'{n:>6}{arrow}{lines[n - 1]}' for n in range(first, last + 1))


def plain(first: int, last: int) -> str:
    return f'{first}\u2192' + '\n'.join(FILE[first - 1 : last])


@pytest.mark.parametrize('arrow', ['\u2192', '\t'])
def test_of_a_run_of_lines_only_the_first_has_its_number(arrow: str) -> None:
    text, referred = without_shown(cat(1, 10, arrow=arrow), 'a.py', Memory())
    assert (text, referred) == (plain(1, 10), 0)


def test_each_new_run_of_lines_has_its_number() -> None:
    text, _ = without_shown(f'{cat(1, 3)}\n{cat(9, 10)}', 'a.py', Memory())
    assert text == f'{plain(1, 3)}\n{plain(9, 10)}'


def test_a_line_without_a_number_is_unchanged() -> None:
    text, _ = without_shown(f'ok\n{cat(5, 7)}\n\n<note>', 'a.py', Memory())
    assert text == f'ok\n{plain(5, 7)}\n\n<note>'


def test_lines_that_were_shown_before_become_a_reference() -> None:
    memory = Memory()
    without_shown(cat(1, 10), 'a.py', memory)
    text, referred = without_shown(cat(4, 14), 'a.py', memory)
    assert (text, referred) == (f'[lines 4-10 as in t1]\n{plain(11, 14)}', 7)
    assert without_shown(cat(9, 13), 'a.py', memory)[0] == (
        f'{plain(9, 10)}\n[lines 11-13 as in t2]'
    )


def test_a_line_that_changed_is_shown_again() -> None:
    memory = Memory()
    without_shown(cat(1, 10), 'a.py', memory)
    changed = [*FILE[:4], 'changed', *FILE[5:]]
    text, _ = without_shown(cat(1, 10, changed), 'a.py', memory)
    assert text == '[lines 1-4 as in t1]\n5\u2192changed\n[lines 6-10 as in t1]'


def test_two_repeated_lines_are_too_few_for_a_reference() -> None:
    memory = Memory()
    without_shown(cat(1, 10), 'a.py', memory)
    assert without_shown(cat(9, 12), 'a.py', memory) == (plain(9, 12), 0)


def test_the_same_lines_of_another_file_are_shown() -> None:
    memory = Memory()
    without_shown(cat(1, 10), 'a.py', memory)
    assert without_shown(cat(1, 10), 'b.py', memory) == (plain(1, 10), 0)


def test_lines_that_are_not_kept_leave_a_mark_with_their_numbers() -> None:
    shaped, _ = read(cat(11, 30), 'a.py', Memory())
    assert shaped.result.text == f'{plain(11, 20)}\n[lines 21-30 omitted]'
    assert (shaped.short, shaped.needs) == ('', frozenset())


def test_lines_of_two_results_name_both() -> None:
    memory = Memory()
    without_shown(cat(1, 5), 'a.py', memory)
    without_shown(cat(6, 10), 'a.py', memory)
    shaped, _ = read(cat(1, 10), 'a.py', memory)
    assert shaped.result.text == plain(1, 10)
    assert shaped.short == '[lines 1-5 as in t1]\n[lines 6-10 as in t2]'
    assert shaped.needs == {'t1', 't2'}


def test_lines_that_another_file_of_the_session_shows_are_shown_again() -> None:
    memory = Memory()
    without_shown(cat(1, 5), 'a.py', memory)
    memory.begin_part()
    assert without_shown(cat(1, 5), 'a.py', memory)[1] == 0


def test_a_result_without_numbers_is_one_run_of_none() -> None:
    assert without_shown('1 file\nno more', 'a.py', Memory()) == ('1 file\nno more', 0)


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
    memory, known = Memory(), dict[str, dict[int, str]]()
    for at, (first, content) in enumerate(found, 1):
        given_ = '\n'.join(f'{n:>6}\u2192{line}' for n, line in enumerate(content, first))
        text, _ = without_shown(given_, 'a.py', memory)
        known[f't{at}'] = followed(text, known)
        content[-1] = content[-1].rstrip()
        assert known[f't{at}'] == dict(enumerate(content, first))


@given(st.text('\u21921 \t\nab', max_size=60))
def test_any_text_is_split_into_all_of_its_lines(text: str) -> None:
    numbers, lines = numbered_lines(text)
    assert len(numbers) == len(lines) == text.count('\n') + 1
