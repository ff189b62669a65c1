from __future__ import annotations

import base64
from collections import Counter

import pytest

from learn_core.agents import ToolResult
from learn_core.preprocess.memory import Memory
from learn_core.preprocess.rules.cuts import cut_parameter, cut_result

REFUSAL = "The user doesn't want to proceed with this tool use. The user said:\n"


def parameter(value: object, name: str = 'command') -> str:
    return cut_parameter(name, value, Counter())


def result(text: str, tool: str = 'Bash', *, is_error: bool = False) -> str:
    memory = Memory()
    memory.call('t1', tool)
    return cut_result(ToolResult('t1', text, is_error=is_error), memory, Counter()).text


def numbered(count: int) -> list[str]:
    return [f'line {number}' for number in range(1, count + 1)]


def test_a_parameter_of_200_characters_is_whole() -> None:
    assert parameter('x' * 200) == 'x' * 200


def test_a_longer_parameter_keeps_both_ends_and_says_what_is_missing() -> None:
    text = 'a' * 500 + 'z' * 500
    assert parameter(text) == f'{"a" * 84}...[truncated 832 chars]...{"z" * 84}'


@pytest.mark.parametrize('length', [201, 210, 1000, 1_000_000])
def test_a_cut_parameter_is_never_longer_than_200_characters(length: int) -> None:
    assert len(parameter('x' * length)) <= 200


def test_what_was_cut_is_counted() -> None:
    left_out: Counter[str] = Counter()
    short = cut_parameter('command', 'x' * 1000, left_out)
    assert left_out == {'characters of long parameters': 1000 - len(short)}


@pytest.mark.parametrize(
    ('value', 'text'),
    [({'a': [1, 'ü']}, '{"a": [1, "ü"]}'), (True, 'true'), (None, 'null'), (1.5, '1.5'), ('', '')],
)
def test_values_that_are_no_strings_are_json(value: object, text: str) -> None:
    assert parameter(value) == text


@pytest.mark.parametrize(
    ('path', 'short'),
    [
        ('/home/dev/' + 'deep/' * 50 + 'src/a.py', '/home/dev/.../src/a.py'),
        ('~/code/' + 'deep/' * 50 + 'src/a.py', '~/code/.../src/a.py'),
        ('C:\\work\\x\\' + 'deep\\' * 50 + 'src\\a.py', 'C:\\work\\x\\...\\src\\a.py'),
        ('src/b/' + 'deep/' * 50 + 'c/a.py', 'src/b/.../c/a.py'),
    ],
)
def test_a_long_path_keeps_its_first_two_and_last_two_parts(path: str, short: str) -> None:
    assert parameter(path, 'file_path') == short


@pytest.mark.parametrize(
    'text',
    [
        'https://example.com/' + 'a/' * 150,
        base64.b64encode(bytes(range(256)) * 2).decode(),
        'cat ' + '/a' * 150,
        '/a' + 'b' * 300 + '/c/d/e/f',
        '/ab/' + 'x' * 300,
    ],
)
def test_what_only_looks_like_a_path_is_cut_like_any_text(text: str) -> None:
    assert 'truncated' in parameter(text)


def test_a_result_of_30_lines_is_whole() -> None:
    text = '\n'.join(numbered(30))
    assert result(text) == result(text + '\n') == text


def test_a_longer_result_keeps_30_lines_and_says_how_many_are_missing() -> None:
    assert result('\n'.join(numbered(100))).split('\n') == [
        *numbered(30),
        '... [70 lines omitted] ...',
    ]


@pytest.mark.parametrize(
    'trouble',
    ['Error: x', 'an EXCEPTION', '3 failed', 'FAILURES', 'fatal: no', 'Warning: old', '2 errors'],
)
def test_later_lines_that_speak_of_trouble_are_kept(trouble: str) -> None:
    lines = numbered(100)
    lines[50] = trouble
    lines[99] = trouble
    assert result('\n'.join(lines)).split('\n') == [
        *numbered(30),
        '... [68 lines omitted] ...',
        trouble,
        trouble,
    ]


def test_a_result_of_nothing_but_trouble_is_whole() -> None:
    text = '\n'.join(['error'] * 50)
    assert result(text) == text


@pytest.mark.parametrize('tool', ['Read', 'Grep', 'Glob'])
def test_source_code_that_speaks_of_errors_is_no_trouble(tool: str) -> None:
    text = '\n'.join([*numbered(60), 'raise ValueError("failed")'])
    assert result(text, tool).split('\n')[30:] == ['... [31 lines omitted] ...']


def test_a_very_long_line_of_a_result_keeps_both_ends() -> None:
    cut = result('short\n' + 'a' * 5000 + 'z' * 5000 + '\nshort')
    assert cut == f'short\n{"a" * 400}...[truncated 9200 chars]...{"z" * 400}\nshort'


def test_why_a_person_refused_is_whole() -> None:
    words = REFUSAL + '\n'.join(numbered(100)) + 'x' * 3000
    refused = ToolResult('t1', words, is_error=True, is_rejected=True, is_answer=True)
    assert cut_result(refused, Memory(), Counter()).text == words


def test_what_a_person_answered_is_whole() -> None:
    words = 'User has answered your questions: "Which?"="' + 'x' * 3000 + '"'
    assert result(words, 'AskUserQuestion') == words


def test_omitted_lines_are_counted() -> None:
    left_out: Counter[str] = Counter()
    cut_result(ToolResult('t1', '\n'.join(numbered(100)) + '\n'), Memory(), left_out)
    assert left_out == {'lines of tool results': 70}
