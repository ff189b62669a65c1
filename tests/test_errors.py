"""Any trouble is one line and an exit code, and a bug tells none of its values."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.errors import (
    LearnError,
    NotFoundError,
    UsageError,
    guarded,
    say_on_stderr,
    sentence_of,
)


def code_and_lines(trouble: BaseException, *, always_zero: bool = False) -> tuple[int, list[str]]:
    def body() -> int:
        raise trouble

    lines: list[str] = []
    return guarded(body, say=lines.append, always_zero=always_zero), lines


def test_what_goes_well_keeps_its_code() -> None:
    assert guarded(lambda: 0, say=pytest.fail, always_zero=False) == 0
    assert guarded(lambda: 1, say=pytest.fail, always_zero=False) == 1


@pytest.mark.parametrize(
    ('trouble', 'code'),
    [
        (LearnError('no'), 1),
        (NotFoundError('no'), 1),
        (UsageError('no'), 2),
        (KeyboardInterrupt(), 130),
        (ValueError('no'), 1),
    ],
)
def test_each_kind_of_trouble_has_its_code_and_one_line(trouble: BaseException, code: int) -> None:
    found, lines = code_and_lines(trouble)
    assert (found, len(lines)) == (code, 1)
    assert code_and_lines(trouble, always_zero=True) == (0, lines)


def test_an_expected_trouble_says_its_sentence() -> None:
    assert code_and_lines(LearnError('it broke;\n  fix it'))[1] == ['it broke; fix it']


def test_a_bug_is_named_by_kind_and_place_and_never_by_value() -> None:
    def body() -> int:
        secret = 'the ' + 'secret'
        return {'a': 1}[secret]

    lines: list[str] = []
    guarded(body, say=lines.append, always_zero=False)
    assert 'secret' not in lines[0]
    assert 'KeyError in test_errors.py:' in lines[0]


def test_what_the_system_refuses_is_said_in_its_words_with_the_place() -> None:
    def body() -> int:
        with open('/nowhere/at/all', encoding='utf-8'):  # noqa: PTH123 - any way to ask will do
            return 0

    lines: list[str] = []
    assert guarded(body, say=lines.append, always_zero=False) == 1
    (line,) = lines
    assert line.startswith("the system says 'No such file or directory' at /nowhere/at/all; ")


def test_a_reader_that_closes_the_pipe_breaks_nothing() -> None:
    command = [sys.executable, '-I', '-m', 'hooks.cli.main', 'redact']
    text = b'a line of words\n' * 100_000
    with subprocess.Popen(
        ['sh', '-c', '"$@" | head -n 1', 'sh', *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        out, err = process.communicate(text)
    assert (out, err) == (b'a line of words\n', b'')


def test_closed_output_breaks_nothing() -> None:
    def body() -> int:
        raise LearnError('no')

    def say(line: str) -> None:
        raise BrokenPipeError(line)

    assert guarded(body, say=say, always_zero=False) == 1


def test_where_standard_error_is_closed_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, 'stderr', None)
    say_on_stderr('a line')


@given(st.text())
def test_every_sentence_is_one_line(text: str) -> None:
    assert len(sentence_of(LearnError(text)).splitlines()) <= 1
    assert len(sentence_of(RuntimeError(text)).splitlines()) == 1
