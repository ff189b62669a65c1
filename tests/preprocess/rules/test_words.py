from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.preprocess.rules.words import plain, short_documentation, short_thinking

ESC = '\x1b'


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        (f'{ESC}[31mred{ESC}[0m', 'red'),
        (f'to{ESC}[1;32mken', 'token'),
        (f'{ESC}[2K{ESC}[1Gdone', 'done'),
        (f'{ESC}]0;title\x07text', 'text'),
        (f'{ESC}]8;;https://x{ESC}\\link{ESC}]8;;{ESC}\\', 'link'),
        (f'{ESC}(Bplain{ESC}7{ESC}8', 'plain'),
        ('\x9b31mred', 'red'),
        ('a\x08b\x07', 'ab'),
        ('tab\tand\nline\r\n', 'tab\tand\nline\r\n'),
        ('array[31m]', 'array[31m]'),
    ],
)
def test_terminal_control_sequences_are_removed(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_a_text_without_control_sequences_is_unchanged(text: str) -> None:
    visible = ''.join(one for one in text if one.isprintable() or one in '\n\t')
    assert plain(visible) == visible


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


def test_documentation_keeps_its_name_and_300_characters() -> None:
    text = (
        'Base directory for this skill: /h/.claude/skills/tdd\n\n' + 'Write the test first. ' * 50
    )
    short = short_documentation(text, Counter())
    assert short.startswith(text[:300])
    assert short.endswith(' more characters of the documentation of tdd omitted]')
