"""Searching for secrets ends, whatever the text."""

from __future__ import annotations

import pytest

from learn_core.errors import RedactionError
from learn_core.redact import Redactor, search
from tests.redact.secrets import secret

HOSTILE = 'a' * 60 + '!'


def test_a_pattern_that_takes_too_long_stops_the_redaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, 'SECONDS', 0.05)
    redactor = Redactor(own=['(a|a)*b'])
    for call in (redactor.text, lambda text: redactor.texts([('', text)])):
        with pytest.raises(RedactionError, match='too long'):
            call(HOSTILE)
    assert redactor.text(secret('github-pat')) == '[REDACTED:github-pat:1]'


def test_what_is_allowed_is_looked_for_under_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, 'SECONDS', 0.05)
    redactor = Redactor([HOSTILE], allow=['(a|a)*b'])
    with pytest.raises(RedactionError, match='too long'):
        redactor.text(f'see {HOSTILE} there')


def test_an_own_pattern_names_the_secret_by_its_first_group() -> None:
    redactor = Redactor(own=['jackdaw-[0-9]+', 'PIN ([0-9]{4})'])
    assert redactor.text('jackdaw-77, PIN 4711') == (
        '[REDACTED:own-secret:1], PIN [REDACTED:own-secret:2]'
    )
