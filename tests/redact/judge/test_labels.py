"""A value is judged by the label beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.redact.secrets import filled

if TYPE_CHECKING:
    from learn_core.redact import Redactor

WORDS = filled('{words:3}')[1][0]


@pytest.mark.parametrize(
    'label',
    ['Password field', 'Password', 'input[name="password"]', '#user-password', 'Passphrase'],
)
def test_what_is_typed_into_a_password_field_is_a_secret(redactor: Redactor, label: str) -> None:
    items = [('', 'element'), ('element', label), ('ref', 'e12'), ('', 'text'), ('text', WORDS)]
    assert redactor.texts(items)[-1] == '[REDACTED:password:1]'
    assert redactor.fresh().texts(items[::-1])[0] == '[REDACTED:password:1]'


@pytest.mark.parametrize('label', ['User name', 'Password hint', 'Search'])
def test_what_is_typed_elsewhere_is_not(redactor: Redactor, label: str) -> None:
    items = [('element', label), ('text', WORDS)]
    assert redactor.texts(items) == [label, WORDS]


def test_a_label_far_away_says_nothing(redactor: Redactor) -> None:
    items = [('element', 'Password'), *[('', 'x')] * 20, ('text', WORDS)]
    assert redactor.texts(items)[-1] == WORDS


def test_the_fields_of_a_form_are_judged_one_by_one(redactor: Redactor) -> None:
    form = {
        'fields': [{'name': 'User', 'value': 'ann-of-here'}, {'name': 'Password', 'value': WORDS}]
    }
    clean = redactor.json(form)
    assert WORDS not in clean
    assert 'ann-of-here' in clean
