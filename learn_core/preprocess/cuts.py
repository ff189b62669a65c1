"""Rules 4, 5 and 10: what is shortened, and how."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter

    from learn_core.transcript import ToolResult

LONGEST_PARAMETER = 200  # characters
FIRST_LINES = 30
LONGEST_LINE = 1000  # characters; longer ones are minified or encoded, not written

_PARAMETER_END = 84  # characters; two ends and the mark between them are 200 at most
_LINE_END = 400  # characters
_TROUBLE = re.compile(r'error|exception|failed|failure|fatal|warning', re.IGNORECASE)
_SHOWS_FILES = frozenset({'Read', 'Grep', 'Glob'})
_PATH = re.compile(r'(?:~|\.{0,2}|[A-Za-z]:|[\w.@+-]+)[/\\][^\s"\'`<>|;,=(){}]*')
_ROOT = re.compile(r'(?:[A-Za-z]:)?[/\\]|')
_PATH_NAME = re.compile(r'path|file|dir|folder|cwd', re.IGNORECASE)
_REFUSAL = "The user doesn't want to "
_ANSWER = 'User has answered your question'


def cut_parameter(name: str, value: object, left_out: Counter[str]) -> str:
    """A tool's parameter as text: strings as they are, other JSON values as JSON, none too long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) <= LONGEST_PARAMETER:
        return text
    left_out['characters of long parameters'] += len(text)
    short = _ends_of_path(text) if _is_path(name, text) else ''
    if not short or len(short) > LONGEST_PARAMETER:
        short = ends(text, _PARAMETER_END)
    left_out['characters of long parameters'] -= len(short)
    return short


def cut_result(result: ToolResult, tool: str, left_out: Counter[str]) -> ToolResult:
    """The first lines of a result and those that speak of trouble, none too long.

    Where the result is what the person answered, it is whole: why they said no is the lesson.
    """
    if is_answer(result):
        return result
    lines = result.text.split('\n', FIRST_LINES)
    head, rest = lines[:FIRST_LINES], ''.join(lines[FIRST_LINES:])
    if len(lines) > FIRST_LINES and rest:
        omitted = rest.count('\n') + (not rest.endswith('\n'))
        kept = [] if tool in _SHOWS_FILES else _lines_of_trouble(rest)
        omitted -= len(kept)
        left_out['lines of tool results'] += omitted
        head += [f'... [{omitted} lines omitted] ...', *kept] if omitted else kept
    return result._replace(text='\n'.join(_cut_line(line, left_out) for line in head))


def is_refusal(result: ToolResult) -> bool:
    """Did the person refuse the tool call?"""
    return result.is_error and result.text.startswith(_REFUSAL)


def is_answer(result: ToolResult) -> bool:
    """Does the result hold the person's own words?"""
    return is_refusal(result) or result.text.startswith(_ANSWER)


def ends(text: str, length: int) -> str:
    """Both ends of a text with the number of characters between them."""
    omitted = len(text) - 2 * length
    return f'{text[:length]}...[truncated {omitted} chars]...{text[-length:]}'


def _cut_line(line: str, left_out: Counter[str]) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    left_out['characters of long lines'] += len(line) - 2 * _LINE_END
    return ends(line, _LINE_END)


def _lines_of_trouble(text: str) -> list[str]:
    lines: list[str] = []
    found = _TROUBLE.search(text)
    while found:
        start = text.rfind('\n', 0, found.start()) + 1
        end = text.find('\n', found.end())
        if end < 0:
            end = len(text)
        lines.append(text[start:end])
        found = _TROUBLE.search(text, end)
    return lines


def _is_path(name: str, text: str) -> bool:
    if not _PATH.fullmatch(text) or '://' in text:
        return False
    # base64 has slashes and no spaces either
    return text.startswith(('/', '~', './', '../', '.\\', '\\')) or bool(_PATH_NAME.search(name))


def _ends_of_path(path: str) -> str:
    root = _ROOT.match(path)
    start = root[0] if root else ''
    slash = '\\' if '\\' in path and '/' not in path else '/'
    parts = [part for part in path[len(start) :].split(slash) if part]
    if len(parts) <= 4:
        return ''
    return start + slash.join([*parts[:2], '...', *parts[-2:]])
