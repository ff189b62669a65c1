"""What a value is, told by itself."""

from __future__ import annotations

from learn_core.redact.engine.time_limit import interrupted
from learn_core.redact.judge import values


def test_a_placeholder_of_many_words_takes_no_time() -> None:
    assert not interrupted(1, lambda: values.is_placeholder('foo' + 'password' * 400 + 'Q~7'))
