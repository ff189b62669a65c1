"""What splits a token hides no secret."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.redact import Redactor
from learn_core.redact.spans import Span
from learn_core.redact.splits import without_splits
from tests.redact.secrets import filled, secret

TOKEN = secret('github-pat')
SPLITS = [
    '\x1b[0m',
    '\x1b[1;31m',
    '\\u001b[31m',
    '\0',
    '\x07',
    '\u200b',
    '\u00ad',
    '\ufeff',
    '\u2060',
]


@pytest.mark.parametrize('split', SPLITS, ids=ascii)
@pytest.mark.parametrize('at', [1, 9, 30])
def test_a_token_is_found_through_what_splits_it(redactor: Redactor, split: str, at: int) -> None:
    text = f'see {TOKEN[:at]}{split}{TOKEN[at:]} there'
    assert redactor.text(text) == 'see [REDACTED:github-pat:1] there'
    assert redactor.texts([('', text)]) == ['see [REDACTED:github-pat:1] there']


@pytest.mark.parametrize('width', [76, 80])
@pytest.mark.parametrize('end', ['\n', '\r\n'])
def test_a_token_is_found_through_a_wrapped_line(redactor: Redactor, width: int, end: str) -> None:
    line = 'a word and another ' * 3 + f'and {TOKEN} and what comes then'
    wrapped = end.join(line[at : at + width] for at in range(0, len(line), width))
    assert wrapped.count(end) == 1
    assert redactor.text(wrapped).count('[REDACTED:github-pat:1]') == 1
    assert TOKEN[-8:] not in redactor.text(wrapped)


def test_a_known_value_is_found_through_colours() -> None:
    value = filled('{words:4}')[1][0]
    split = value.replace('-', '\x1b[32m-\x1b[0m')
    assert Redactor([value]).text(f'is {split} ok') == 'is [REDACTED:local-secret:1] ok'


def test_lines_of_a_text_that_is_not_wrapped_stay(redactor: Redactor) -> None:
    text = textwrap.fill('some words that mean nothing at all ' * 40, 76)
    assert redactor.text(text) == text


@given(st.lists(st.text(max_size=6) | st.sampled_from(SPLITS), max_size=8).map(''.join))
def test_every_place_of_the_view_is_one_of_the_text(text: str) -> None:
    view = without_splits(text)
    for at, one in enumerate(view.text if view else ''):
        start, end, _ = view.original(Span(at, at + 1, ''))  # type: ignore[union-attr]
        assert text[start:end] == one


def test_of_many_texts_a_split_token_is_found_far_from_both_ends(redactor: Redactor) -> None:
    token = secret('github-pat')
    text = f'{"ä word " * 2000}{token[:9]}\u200b{token[9:]}{" word" * 2000}'
    clean = redactor.texts([('', 'a'), ('', text), ('', 'b')])
    assert token[9:] not in clean[1]
    assert (clean[0], clean[2]) == ('a', 'b')
