from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from learn_core.preprocess.rules.parameters import diff, limited


def test_two_changes_far_apart_are_two_stretches_with_two_lines_around() -> None:
    old = [f'line {n}' for n in range(1, 21)]
    new = [*old[:4], 'changed', *old[5:15], 'more', *old[15:]]
    assert diff([('\n'.join(old), '\n'.join(new))]) == [
        ' line 3', ' line 4', '-line 5', '+changed', ' line 6', ' line 7',
        '@@',
        ' line 14', ' line 15', '+more', ' line 16', ' line 17',
    ]  # fmt: skip


def test_a_new_text_is_only_added() -> None:
    assert diff([('', 'a\nb')]) == ['-', '+a', '+b']


def test_between_two_changes_of_one_call_stands_the_same_mark() -> None:
    assert diff([('a', 'b'), ('c', 'd')]) == ['-a', '+b', '@@', '-c', '+d']


def test_a_long_diff_has_60_lines_and_says_how_many_more() -> None:
    lines = limited(diff([('x', '\n'.join(f'new {n}' for n in range(500)))]))
    assert (len(lines), lines[-1]) == (61, '[441 more lines of the diff omitted]')
    assert limited(['a'] * 60) == ['a'] * 60
    assert limited(['a'] * 61)[-1] == '[1 more line of the diff omitted]'


words = st.lists(st.sampled_from(['a', 'b', 'c', '', '}']), max_size=20).map('\n'.join)


@given(words, words)
def test_old_and_new_never_look_the_same(old: str, new: str) -> None:
    lines = [line for line in diff([(old, new)]) if line]
    changes = [line for line in lines if line[0] in '+-']
    assert bool(changes) == (old != new)
    if len(lines) < 60:
        removed = [line[1:] for line in lines if line[0] == '-']
        added = [line[1:] for line in lines if line[0] == '+']
        before, after = old.split('\n'), new.split('\n')
        assert len(before) - len(removed) == len(after) - len(added)
        assert all(line in before for line in removed)
        assert all(line in after for line in added)


def test_texts_of_thousands_of_lines_take_no_time_to_compare() -> None:
    old = '\n'.join(f'{n % 7}' for n in range(20_000))
    new = '\n'.join(f'{n % 5}' for n in range(20_000))
    assert len(diff([(old, new)])) > 39_000
