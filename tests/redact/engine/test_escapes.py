"""An escape is read as what it means, and every place stays where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.redact.engine.escapes import unescaped
from tests.redact.secrets import secret

if TYPE_CHECKING:
    from learn_core.redact import Redactor

HIDDEN = secret('github-pat')


@given(st.binary())
def test_nothing_moves(data: bytes) -> None:
    assert len(unescaped(data)) == len(data)


@given(st.text())
def test_no_character_is_broken(text: str) -> None:
    data = text.encode('utf-8', 'replace')
    assert len(unescaped(data).decode()) == len(data.decode())


@pytest.mark.parametrize(
    'text',
    [
        f'"\\n{HIDDEN}\\n"',
        f'\\t{HIDDEN}',
        f'q%3D{HIDDEN}%26',
        f'\\u0022{HIDDEN}\\u0022',
        f'&quot;{HIDDEN}&quot;',
        f'\x1b[31m{HIDDEN}\x1b[0m',
        f'\\u001b[31m{HIDDEN}\\u001b[0m',
        f'\\033[1;31m{HIDDEN}',
        f'\0{HIDDEN}\0',
    ],
)
def test_an_escape_beside_a_secret_does_not_hide_it(redactor: Redactor, text: str) -> None:
    assert redactor.text(text) == text.replace(HIDDEN, '[REDACTED:github-pat:1]')


def test_a_text_full_of_zeros_is_redacted_in_place(redactor: Redactor) -> None:
    around = 'a\0' * 200
    assert redactor.text(f'{around} {HIDDEN} {around}') == (
        f'{around} [REDACTED:github-pat:1] {around}'
    )
