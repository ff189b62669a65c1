"""What looks like a secret and was left is shown, with a rule that would find it."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from learn_core.redact import Redactor, suspects
from tests.redact.secrets import filled

RANDOM = filled('{alnum:28}')[1][0]


def test_a_random_piece_is_shown_with_its_reason_and_a_rule_that_finds_it() -> None:
    text = f'first\nuse {RANDOM} here\nand {RANDOM}\n'
    (one,) = suspects(text)
    assert (one.line, one.text, one.times) == (2, f'use {RANDOM} here', 2)
    assert 'random' in one.why
    pattern = re.search("'(.*)'$", one.rule)
    assert pattern is not None
    assert RANDOM not in pattern[1]
    assert RANDOM not in Redactor(own=[pattern[1]]).text(text)


def test_a_value_after_a_name_that_may_name_a_secret_is_shown() -> None:
    (one,) = suspects('a = 1\nclient_secret: under-the-mat\n')
    assert one.line == 2
    assert 'client_secret' in one.why


def test_nothing_is_shown_of_what_was_replaced_or_explains_itself() -> None:
    text = 'DB_PASSWORD=[REDACTED:password:1]\ntoken: $TOKEN\npassword: <your-password>\n'
    text += f'commit {filled("{hex:40}")[1][0]}\n{filled("{uuid}")[1][0]}\n'
    assert suspects(text) == []


def test_at_most_twenty_lines_are_shown() -> None:
    pieces = [filled('{alnum:28}', seed)[1][0] for seed in range(50)]
    assert len(suspects('\n'.join(pieces))) == 20


@given(st.text())
def test_any_text_can_be_asked_about(text: str) -> None:
    for one in suspects(text):
        assert one.text in text
