"""Rules 4, 5, 10 and 13: what is shortened, and how."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from learn_core.agents import Entry, ToolCall, ToolResult
from learn_core.preprocess.memory import Call
from learn_core.preprocess.rules import shorten
from learn_core.preprocess.rules.shown import without_shown

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from learn_core.agents import Block
    from learn_core.preprocess.memory import Memory

LONGEST_PARAMETER = 200  # characters
FIRST_LINES = 30
LONGEST_LINE = 1000  # characters; longer ones are minified or encoded, not written

_PARAMETER_END = 84  # characters; two ends and the mark between them are 200 at most
_LINE_END = 400  # characters
_TROUBLE = ('error', 'exception', 'failed', 'failure', 'fatal', 'warning')
_SHOWS_FILES = frozenset({'Read', 'Grep', 'Glob'})
_FILE_OF = ('file_path', 'notebook_path')
_PATH = re.compile(r'(?:~|\.{0,2}|[A-Za-z]:|[\w.@+-]+)[/\\][^\s"\'`<>|;,=(){}]*')
_ROOT = re.compile(r'(?:[A-Za-z]:)?[/\\]|')
_PATH_NAME = re.compile(r'path|file|dir|folder|cwd', re.IGNORECASE)
_PLAN = ('ExitPlanMode', 'plan')  # a person says yes or no to it, so it is whole
_ASKS = frozenset({'AskUserQuestion', 'ExitPlanMode'})
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord('A'), ord('Z') + 1)}


def shortened(
    _: Entry, blocks: Sequence[Block], memory: Memory, left_out: Counter[str]
) -> Sequence[Block]:
    """The blocks with their tool uses and results short; words are never cut."""
    return [
        _cut_use(block, memory, left_out)
        if isinstance(block, ToolCall)
        else cut_result(block, memory, left_out)
        if isinstance(block, ToolResult)
        else block
        for block in blocks
    ]


def _cut_use(use: ToolCall, memory: Memory, left_out: Counter[str]) -> ToolCall:
    identity = memory.call(use.id, use.name, _path(use)).id if use.id else ''
    parameters: dict[str, object] = {}
    for name, value in use.parameters.items():
        is_plan = (use.name, name) == _PLAN
        parameters[name] = (
            str(value) if is_plan else cut_parameter(name, value, left_out, memory.cwd)
        )
    return ToolCall(identity, use.name, parameters)


def cut_parameter(name: str, value: object, left_out: Counter[str], cwd: str = '') -> str:
    """A tool's parameter as text: strings as they are, other JSON values as JSON, none too long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = shorten.relative(text, cwd)
    if len(text) <= LONGEST_PARAMETER:
        return text
    short = _ends_of_path(text) if _is_path(name, text) else ''
    if not short or len(short) > LONGEST_PARAMETER:
        short = ends(text, _PARAMETER_END)
    left_out['characters of long parameters'] += len(text) - len(short)
    return short


def cut_result(result: ToolResult, memory: Memory, left_out: Counter[str]) -> ToolResult:
    """The first lines of a result and those that speak of trouble, none too long.

    Where the result is what the person answered, it is whole: why they said no is the lesson.
    """
    call = memory.call(result.tool_use_id) if result.tool_use_id else Call('')
    if call.tool in _ASKS or is_answer(result):
        return result._replace(tool_use_id=call.id)
    text = result.text.rstrip()
    lines = text.split('\n', FIRST_LINES)
    head = lines[:FIRST_LINES]
    rest = lines[FIRST_LINES] if len(lines) > FIRST_LINES else ''
    if len(text) > LONGEST_LINE:
        head = [_cut_line(line, left_out) for line in head]
    text = _terse(
        '\n'.join(head) if rest or len(text) > LONGEST_LINE else text,
        result,
        call,
        memory,
        left_out,
    )
    if rest:
        kept = [] if call.tool in _SHOWS_FILES else lines_of_trouble(rest)
        omitted = rest.count('\n') + 1 - len(kept)
        left_out['lines of tool results'] += omitted
        kept = [shorten.relative(_cut_line(line, left_out), memory.cwd) for line in kept]
        mark = [f'... [{omitted} lines omitted] ...'] if omitted else []
        text = '\n'.join([text, *mark, *kept])
    return result._replace(tool_use_id=call.id, text=text)


def is_refusal(result: ToolResult) -> bool:
    """Did the person refuse the tool call?"""
    return result.is_rejected


def is_answer(result: ToolResult) -> bool:
    """Does the result hold the person's own words?"""
    return result.is_answer


def ends(text: str, length: int) -> str:
    """Both ends of a text with the number of characters between them."""
    omitted = len(text) - 2 * length
    return f'{text[:length]}...[truncated {omitted} chars]...{text[-length:]}'


def lines_of_trouble(text: str) -> list[str]:
    """The lines that speak of trouble, in any letter case; no line is looked at by itself."""
    lower = text.lower()
    if len(lower) != len(text):  # İ becomes two characters: only places in ASCII letters matter
        lower = text.translate(_ASCII_LOWER)
    starts: dict[int, int] = {}
    for word in _TROUBLE:
        at = lower.find(word)
        while at >= 0:
            start, end = text.rfind('\n', 0, at) + 1, text.find('\n', at)
            starts[start] = end if end >= 0 else len(text)
            at = lower.find(word, starts[start])
    return [text[start : starts[start]] for start in sorted(starts)]


def _terse(
    text: str, result: ToolResult, call: Call, memory: Memory, left_out: Counter[str]
) -> str:
    """The first lines of a result, without what says nothing or was said before."""
    text = shorten.relative(text, memory.cwd)
    if not result.is_error:
        text = shorten.without_success(text, call.tool)
    if not call.path:
        return text
    text, referred = without_shown(text, call.path, call.id, memory.shown)
    if referred:
        left_out['lines shown before'] += referred
    return text


def _path(use: ToolCall) -> str:
    """The file that a tool use is about."""
    found = (use.parameters.get(name) for name in _FILE_OF)
    return next((value for value in found if isinstance(value, str)), '')


def _cut_line(line: str, left_out: Counter[str]) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    left_out['characters of long lines'] += len(line) - 2 * _LINE_END
    return ends(line, _LINE_END)


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
