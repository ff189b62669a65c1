from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import (
    Entry,
    Image,
    Note,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Unknown,
)
from learn_core.preprocess.redact_entries import redacted, without_controls
from tests.redact.secrets import secret

if TYPE_CHECKING:
    from learn_core.agents import Block
    from learn_core.redact import Redactor

SECRET = 'gh' + 'p_' + '16C7e42F292c6912E7710c838347Ae178B4a'


def one(entry: Entry, redactor: Redactor) -> Entry:
    (clean,) = redacted([entry], redactor)
    return clean


@pytest.mark.parametrize(
    'block',
    [
        Text(SECRET),
        Thinking(SECRET),
        ToolCall('t', SECRET, {SECRET: [{SECRET: SECRET}], 'b': SECRET}),
        ToolResult('t', SECRET, (Image(SECRET, 1),)),
        Image(SECRET, 1),
        Note('system', SECRET, (('session', SECRET),)),
    ],
    ids=lambda block: type(block).__name__,
)
def test_no_string_of_a_block_keeps_a_secret(redactor: Redactor, block: Block) -> None:
    clean = one(Entry(type='system', blocks=(block,), subtype=SECRET), redactor)
    assert 'REDACTED' in repr(clean.blocks)
    assert SECRET not in repr(clean)


def test_values_other_than_strings_are_unchanged(redactor: Redactor) -> None:
    entry = Entry(
        type='assistant', blocks=(ToolCall('t', 'X', {'a': [1, True, None]}), Unknown('x'))
    )
    assert one(entry, redactor) == entry


def test_a_value_nested_without_end_is_cut_off(redactor: Redactor) -> None:
    deep: list[object] = []
    for _ in range(900):
        deep = [deep]
    entry = Entry(type='assistant', blocks=(ToolCall('t', 'X', {'a': deep}),))
    assert repr(one(entry, redactor)).count('nested deeper') == 1


@pytest.mark.parametrize('key', ['api_key', 'aws_secret_access_key'])
def test_a_value_that_only_its_key_makes_a_secret_is_redacted(redactor: Redactor, key: str) -> None:
    value = secret('github-pat')[4:] + 'q7Zk'  # forty letters and digits that nothing marks
    entry = Entry(type='assistant', blocks=(ToolCall('t', 'X', {key: value, 'path': value}),))
    (use,) = one(entry, redactor).blocks
    assert isinstance(use, ToolCall)
    assert str(use.parameters[key]).startswith('[REDACTED:')
    assert use.parameters['path'] == use.parameters[key]  # and then it is one everywhere


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
    assert without_controls(text) == shown


@given(st.text())
def test_a_text_without_control_sequences_is_unchanged(text: str) -> None:
    visible = ''.join(one for one in text if one.isprintable() or one in '\n\t')
    assert without_controls(visible) == visible
