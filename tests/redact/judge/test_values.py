"""What a value is, told by itself."""

from __future__ import annotations

import pytest

from learn_core.redact.engine.time_limit import interrupted
from learn_core.redact.judge import values
from learn_core.redact.judge.names import Strength
from tests.redact.secrets import filled


def test_a_placeholder_of_many_words_takes_no_time() -> None:
    assert not interrupted(1, lambda: values.is_placeholder('foo' + 'password' * 400 + 'Q~7'))


@pytest.mark.parametrize('value', ['abcdefghij', 'qwertyuiopx', '9876543210x', 'riverriver'])
def test_a_run_of_the_keyboard_or_a_word_twice_only_fills_a_place(value: str) -> None:
    assert values.is_placeholder(value)
    assert not values.is_placeholder(value[:5])


@pytest.mark.parametrize(
    ('template', 'is_one'),
    [
        ('{digits:6}', True),
        ('{digits:5}', False),
        ('{word}_{word}_{word}', True),
        ('{word}_{word}', False),
        ('{phrase:3}', True),
        ('{phrase:2}', False),
        ('{phrase:12}', True),
        ('{phrase:13}', False),
    ],
)
def test_a_password_in_quotes_has_six_digits_or_three_words_and_is_no_message(
    template: str, is_one: bool
) -> None:
    value = filled(template)[0]
    assert values.is_secret(value, Strength.PASSWORD, quoted=True) is is_one


def test_a_name_in_capitals_is_no_password() -> None:
    value = filled('{word}-{word}-72')[0]
    assert values.is_secret(value, Strength.PASSWORD, quoted=True)
    assert not values.is_secret(value.upper(), Strength.PASSWORD, quoted=True)


def test_a_variable_that_may_be_anything_is_no_number_of_few_digits() -> None:
    value = filled('{digits:6}')[0]
    assert values.is_secret(value, Strength.ANYTHING, quoted=False)
    assert not values.is_secret(value[:5], Strength.ANYTHING, quoted=False)
