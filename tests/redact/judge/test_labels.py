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


@pytest.mark.parametrize(
    'command',
    [
        'gh auth token',
        'openssl rand -hex 32',
        'cat /run/secrets/db_password',
        'echo $DB_PASSWORD',
        'echo "${API_KEY}"',
        'printenv JWT_SECRET',
        'terraform output -raw db_password',
        "kubectl get secret app -o jsonpath='{.data.password}' | base64 -d",
        'op read op://vault/item/field',
        'python3 -c "import secrets; print(secrets.token_urlsafe(32))"',
    ],
)
def test_what_a_command_prints_that_prints_a_secret_is_one(
    redactor: Redactor, command: str
) -> None:
    _, (value,) = filled('{alnum:32}')
    items = [('', 'Bash'), ('', 'command'), ('command', command), ('', f'{value}\n')]
    assert redactor.texts(items)[-1] == '[REDACTED:token:1]\n'


def test_what_a_command_printed_is_replaced_wherever_it_stands(redactor: Redactor) -> None:
    _, (value,) = filled('{alnum:32}')
    items = [('command', 'gh auth token'), ('', f'{value}\n'), ('', f'it is {value}, as I said')]
    assert redactor.texts(items)[1:] == [
        '[REDACTED:token:1]\n',
        'it is [REDACTED:token:1], as I said',
    ]


@pytest.mark.parametrize(
    ('command', 'printed'),
    [
        ('git rev-parse HEAD', '{hex:40}'),
        ('cat README.md', '{alnum:32}'),
        ('cat tests/test_tokens.py | wc', '{alnum:32}'),
        ('cat docs/passwords.md', '# Passwords of the team'),
        ('gh auth token', 'no oauth token found for github.com'),
    ],
)
def test_what_any_other_command_prints_is_none(
    redactor: Redactor, command: str, printed: str
) -> None:
    text = filled(printed)[0]
    assert redactor.texts([('command', command), ('', text)])[-1] == text
