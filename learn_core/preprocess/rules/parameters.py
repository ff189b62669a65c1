"""Rules 4 and 13: the parameters of a tool call, by what the tool does; an edit is a diff."""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from learn_core.agents import Tool, ToolCall, tool
from learn_core.preprocess.patterns import pattern
from learn_core.preprocess.rules.cuts import cut_line, ends, head

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator

    from learn_core.preprocess.memory import Memory

LONGEST = 200  # characters
LONGEST_WORDS = 4_000  # characters of what the agent wrote for people

CONTEXT = 2  # lines around a change
MOST_LINES = 60  # of a diff

_MOST_COMPARED = 400  # lines; more are shown as removed and added as a whole
_END = 84  # characters; two ends and the mark between them are 200 at most
_PATH = re.compile(r'(?:~|\.{0,2}|[A-Za-z]:|[\w.@+-]+)[/\\][^\s"\'`<>|;,=(){}]*')
_ROOT = re.compile(r'(?:[A-Za-z]:)?[/\\]|')
_PATH_NAME = re.compile(r'path|file|dir|folder|cwd', re.IGNORECASE)
_FOR_PEOPLE = pattern('for-people', re.IGNORECASE)
_WRITES_FOR_PEOPLE = pattern('writes-for-people')
_PROSE = re.compile(r'\.(?:md|mdx|markdown|rst|adoc|txt)$', re.IGNORECASE)
_PLAN_FILE = re.compile(r'(?:(?:^|[/\\])plans?[/\\][^/\\]+|plan[^/\\]*)\.md$', re.IGNORECASE)
_SAYS_NOTHING = pattern('says-nothing')
_MARKS = {'completed': 'x', 'done': 'x', 'in_progress': '>', 'doing': '>'}
_DESCRIBES = frozenset({'description', 'justification'})
_PARTS = re.compile(r'&&|\|\|?|;|\n')
_KIND = pattern('kind')


def shape_call(call: ToolCall, memory: Memory, left_out: Counter[str]) -> ToolCall:
    """The call with its short id and short parameters, all of them texts."""
    known = tool(memory.agent, call.name)
    does = what_it_does(known, _text_of(call.parameters.get(known.command)))
    if does == 'delegate' and call.id not in memory.reported:
        does = 'report'  # stands nowhere but in the result
    short = memory.call(call.id, does=does, path=_text_of(call.parameters.get(known.path)))
    shaped: dict[str, str] = {}
    used = _used_by_diff(call, known)
    for name, value in call.parameters.items():
        if name in used:
            continue
        if _says_nothing(name, value, call, known):
            left_out['parameters that say nothing'] += 1
        else:
            shaped[name] = _shaped(name, value, call, memory, left_out)
    if known.does == 'edit' and call.parameters.get('replace_all') is True:
        shaped['replace_all'] = 'true'
    if used:
        lines = limited(diff(changes_of(call, known)))
        shaped['diff'] = '\n'.join([cut_line(line, left_out) for line in lines])
    return ToolCall(short.id, call.name, shaped)


def what_it_does(known: Tool, command: str) -> str:
    """What a call does; a command line may only read, search or show changes."""
    if known.does != 'run':
        return known.does
    parts = (_KIND.match(part.strip()) for part in _PARTS.split(command))
    kinds = {part.lastgroup if part else 'run' for part in parts} - {'neutral'}
    return str(kinds.pop()) if len(kinds) == 1 else 'run'


def is_plan(call: ToolCall, known: Tool) -> bool:
    """Whether a call proposes a plan or writes a plan's file."""
    content = call.parameters.get(known.content)
    if not isinstance(content, str) or not content:
        return False
    path = _text_of(call.parameters.get(known.path))
    return known.does == 'propose' or (known.does == 'write' and bool(_PLAN_FILE.search(path)))


def cut_parameter(name: str, text: str, left_out: Counter[str]) -> str:
    """A parameter's text, or both ends of it; of a path the first two and the last two parts."""
    if len(text) <= LONGEST:
        return text
    short = _ends_of_path(text) if _is_path(name, text) else ''
    if not short or len(short) > LONGEST:
        short = ends(text, _END)
    left_out['characters of long parameters'] += len(text) - len(short)
    return short


def _used_by_diff(call: ToolCall, known: Tool) -> set[str]:
    """The parameters that a diff is shown for; none where an edit has none, or is a patch."""
    if known.does != 'edit' or known.patch:
        return set()
    changes = [*changes_of(call, known)]
    several = {'edits'} if len(changes) > bool(known.new) else set()
    return {known.old, known.new} | several if changes else set()


def _shaped(
    name: str, value: object, call: ToolCall, memory: Memory, left_out: Counter[str]
) -> str:
    known = tool(memory.agent, call.name)
    text = memory.relative(_text_of(value))
    if known.does == 'todo' and isinstance(value, list):
        return _todos(value, memory) or text
    if known.patch == name:
        return '\n'.join(limited(text.rstrip('\n').split('\n')))
    if name == known.content and is_plan(call, known):
        return text if call.id == memory.last_plan else head(text, LONGEST_WORDS)
    if _is_for_people(name, text, call, known, memory):
        short = head(text, LONGEST_WORDS)
        left_out['characters of long words'] += max(0, len(text) - len(short))
        return short
    return cut_parameter(name, text, left_out)


def _is_for_people(name: str, text: str, call: ToolCall, known: Tool, memory: Memory) -> bool:
    match known.does:
        case 'run':
            return name == known.command and bool(_WRITES_FOR_PEOPLE.search(text))
        case 'write':
            path = _text_of(call.parameters.get(known.path))
            return name == known.content and bool(_PROSE.search(path))
        case 'delegate':
            return name == known.content and call.id not in memory.reported
        case '' | 'ask' | 'todo' | 'propose':
            return bool(_FOR_PEOPLE.search(name))
    return False


def _says_nothing(name: str, value: object, call: ToolCall, known: Tool) -> bool:
    """Whether a parameter configures the client, has its default value, or describes a command that
    is shown in full.
    """
    if _SAYS_NOTHING.fullmatch(name) or value is None or value is False or value in ('', [], {}):
        return True
    is_shown = len(_text_of(call.parameters.get(known.command))) <= LONGEST
    return known.does == 'run' and name in _DESCRIBES and is_shown


def _todos(items: list[object], memory: Memory) -> str:
    """The todos that are new, changed or given up, a line each; nothing if they are no todos."""
    lines, now = [], {}
    for item in items:
        if not isinstance(item, dict):
            return ''
        texts = (item.get(key) for key in ('content', 'step', 'title', 'subject', 'text'))
        text = next((one for one in texts if isinstance(one, str)), '')
        mark = _MARKS.get(_text_of(item.get('status')), ' ')
        now[text] = mark
        if memory.todos.get(text) != mark:
            lines.append(f'[{mark}] {text}')
    same = len(now) - len(lines)
    lines += [
        f'[-] {text}' for text, mark in memory.todos.items() if mark != 'x' and text not in now
    ]
    memory.todos = now
    return '\n'.join([*lines, *([f'[{same} unchanged]'] if same > 0 else [])])


def _text_of(value: object) -> str:
    """Strings as they are, other JSON values as JSON, nothing as an empty text."""
    if value is None:
        return ''
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


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
    return start + slash.join([*parts[:2], '...', *parts[-2:]]) if len(parts) > 4 else ''


def changes_of(call: ToolCall, known: Tool) -> Iterator[tuple[str, str]]:
    """The texts before and after each change of an edit, which may hold several."""
    nested = call.parameters.get('edits')
    for one in [call.parameters, *(nested if isinstance(nested, list) else ())]:
        if isinstance(one, dict):
            old, new = one.get(known.old or 'old_string', ''), one.get(known.new or 'new_string')
            if isinstance(old, str) and isinstance(new, str):
                yield old, new


def diff(changes: Iterable[tuple[str, str]]) -> list[str]:
    """Lines of the changes from one text to the other, each with two lines of context, and `@@`
    between them.
    """
    groups = (group for old, new in changes for group in _groups(old.split('\n'), new.split('\n')))
    return [line for group in groups for line in ['@@', *group]][1:]


def limited(lines: list[str]) -> list[str]:
    """The lines of a diff, at most 60 of them."""
    more = len(lines) - MOST_LINES
    if more <= 0:
        return lines
    count = f'{more} more line{"s"[: more > 1]}'
    return [*lines[:MOST_LINES], f'[{count} of the diff omitted]']


def _groups(before: list[str], after: list[str]) -> Iterator[list[str]]:
    begin, end = _common(before, after)
    inner = before[begin : len(before) - end], after[begin : len(after) - end]
    top = before[max(0, begin - CONTEXT) : begin]
    bottom = before[len(before) - end :][:CONTEXT]
    if sum(map(len, inner)) > _MOST_COMPARED or not all(inner):
        yield [
            *_marked(' ', top),
            *_marked('-', inner[0]),
            *_marked('+', inner[1]),
            *_marked(' ', bottom),
        ]
        return
    old, new = top + inner[0] + bottom, top + inner[1] + bottom
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT):
        lines: list[str] = []
        for kind, old_first, old_end, new_first, new_end in group:
            if kind == 'equal':
                lines += _marked(' ', old[old_first:old_end])
            else:
                lines += _marked('-', old[old_first:old_end])
                lines += _marked('+', new[new_first:new_end])
        yield lines


def _marked(mark: str, lines: list[str]) -> list[str]:
    return [mark + line for line in lines]


def _common(before: list[str], after: list[str]) -> tuple[int, int]:
    """How many lines both begin with, and how many of the others both end with."""
    shorter = min(len(before), len(after))
    begin = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    rest = shorter - begin
    end = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    return begin, end
