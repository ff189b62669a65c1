"""Rendered files of one session -> what its overview tells: prompts, failures, tests, commits, …"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learn_core.agents import Tool, tool
from learn_core.preprocess.rules.verdicts import is_verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from learn_core.preprocess.xml.read import Element

LONGEST_PROMPT = 500  # characters
LONGEST_LINE = 160  # characters of a line of the overview, prompts aside

_TESTS = re.compile(
    r'\b(?:py\.?test|unittest|tox|nox|go\s+test|(?:npm|yarn|pnpm|bun|deno)\s+(?:run\s+)?test\S*'
    r'|cargo\s+(?:nextest|test)|make\s+(?:test|check)\S*|(?:mise|just|task)\s+(?:run\s+)?test\S*'
    r'|jest|vitest|mocha|rspec|phpunit|ctest|bats|dotnet\s+test|(?:mvn|gradlew?)\b.{0,80}\btest)\b'
)
_FAILED = re.compile(
    r'--- FAIL: (\S+)|^FAILED (\S+)|^ERROR (\S+::\S+)|[\u2715\u2717\u2718\u00d7] (.{1,80})'
    r'|^not ok \d+ -? ?(.{1,80})|^test (\S+) \.\.\. FAILED',
    re.MULTILINE,
)
_FAILURE = re.compile(
    r'\bFAIL(?:ED|URES?)?\b|\b[1-9]\d* (?:failed|failing|failures?|errors?)\b|error(?:\[|:)', re.I
)
_COMMIT = re.compile(r'^\[[^\]\n]{1,200}\b([0-9a-f]{7,40})\] (.{1,200})', re.MULTILINE)
_PULL = re.compile(r'https?://\S{1,100}/(?:pull|merge_requests|issues)/\d+')
_GIT = re.compile(
    r'\bgit\b(?:\s+-\S+(?:\s+\S+)?)?\s+(?:push\b[^\n;|&]{0,80}|(?:checkout\s+-[bB]|switch\s+-[cC])\s+\S+)'
    r'|\bgh\s+(?:pr|issue)\s+(?:create|comment|merge|review)'
)
_GAP = re.compile(r'^\[lines? (\d+)(?:-(\d+))? omitted\]$', re.MULTILINE)
_TODO = re.compile(r'^\[([x> ])\] (.+)$', re.MULTILINE)
_TASK = re.compile(r'Task #(\w+)')
_ENVELOPE = re.compile(r'<command-message>.{0,200}?</command-message>\s*|</?command-(?:name|args)>')
_SAID = re.compile(r'the user said:\s*', re.IGNORECASE)


@dataclass
class Facts:
    """What happened in a session, in its order; each item is a line of the overview."""

    agent: str = ''
    meta: dict[str, list[str]] = field(default_factory=dict)
    prompts: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    commits: list[str] = field(default_factory=list)
    pushes: list[str] = field(default_factory=list)
    touched: dict[str, tuple[int, int]] = field(default_factory=dict)
    todos: dict[str, str] = field(default_factory=dict)
    agents: list[str] = field(default_factory=list)
    cut: dict[str, int] = field(default_factory=dict)
    tests_before_last_edit: int = 0


@dataclass
class _Call:
    """A tool call on its way to its result."""

    id: str
    name: str
    known: Tool
    parameters: Mapping[str, str]

    @property
    def line(self) -> str:
        """The call in a few words."""
        about = self.parameters.get(self.known.command) or self.parameters.get(self.known.path)
        about = about or next(iter(self.parameters.values()), '')
        return f'{self.id} {self.name}: {one_line(about, 70)}'


def facts_of(files: Iterable[tuple[str, Iterable[Element]]]) -> Facts:
    """The facts of one session, from the elements of its files by the files' short names."""
    facts = Facts()
    calls: dict[str, _Call] = {}
    open_failures: list[int] = []
    for name, elements in files:
        for element in elements:
            if element.tag == 'meta':
                _take_meta(facts, element)
            elif element.tag == 'tool_use':
                call = _call_of(element, facts.agent)
                calls[call.id] = call
                _note_next(facts, open_failures, call.line)
                _take_call(facts, call)
            elif element.tag == 'tool_result':
                _take_result(
                    facts,
                    calls.get(element.attributes.get('tool', '')),
                    element,
                    name,
                    open_failures,
                )
            elif element.tag in {'user', 'system'}:
                _take_words(facts, element, name, open_failures)
    return facts


def one_line(text: str, length: int = LONGEST_LINE) -> str:
    """A text on one line, cut at the end."""
    plain = ' '.join(text[: 4 * length].split())
    return plain if len(plain) <= length else f'{plain[: length - 1]}\u2026'


def _take_meta(facts: Facts, element: Element) -> None:
    for name, value in element.attributes.items():
        known = facts.meta.setdefault(name, [])
        if value not in known:
            known.append(value)
    facts.agent = facts.agent or element.attributes.get('agent', '')


def _call_of(element: Element, agent: str) -> _Call:
    name = element.attributes.get('name', '')
    parameters = {child.attributes.get('name', ''): child.text for child in element.children}
    return _Call(element.attributes.get('id', ''), name, tool(agent, name), parameters)


def _take_call(facts: Facts, call: _Call) -> None:
    match call.known.does:
        case 'todo':
            _take_todos(facts, call)
        case 'delegate':
            asked = call.parameters.get('description') or call.parameters.get(call.known.content)
            facts.agents.append(f'{call.id} {one_line(asked or "")}')


def _touch(facts: Facts, call: _Call) -> None:
    patch = call.parameters.get('diff') or call.parameters.get(call.known.patch) or ''
    path = call.parameters.get(call.known.path) or _path_in(patch)
    if not path:
        return
    lines = patch.split('\n') if patch else []
    added, removed = facts.touched.get(path, (0, 0))
    added += sum(line.startswith('+') for line in lines)
    removed += sum(line.startswith('-') for line in lines)
    facts.touched[path] = (added, removed)


def _path_in(patch: str) -> str:
    found = re.search(r'^\*\*\* (?:Update|Add|Delete) File: (.+)$', patch, re.MULTILINE)
    return found[1] if found else ''


def _take_todos(facts: Facts, call: _Call) -> None:
    for text in call.parameters.values():
        facts.todos.update((text, mark) for mark, text in _TODO.findall(text))
    status = call.parameters.get('status', '')
    if subject := call.parameters.get('subject'):
        facts.todos[subject] = ' '
    elif status and (number := call.parameters.get('taskId', '')).isdigit():
        subject = next(iter([*facts.todos][int(number) - 1 : int(number)]), '')
        if subject:
            facts.todos[subject] = 'x' if status == 'completed' else '>'


def _take_result(
    facts: Facts, call: _Call | None, element: Element, file: str, open_failures: list[int]
) -> None:
    text, marks = element.text, element.attributes
    does = call.known.does if call else ''
    if does == 'ask' and 'is_error' not in marks:
        facts.prompts.append(f'{file} answer: {_quoted(text)}')
        return
    if call is None:
        return
    command = call.parameters.get(call.known.command, '')
    _take_gaps(facts, call, text)
    if 'rejected' in marks:
        reason = _SAID.split(text, maxsplit=1)[-1]
        facts.prompts.append(f'{file} rejection of {call.id}: {_quoted(reason)}')
    is_failure = 'is_error' in marks
    if does in {'edit', 'write'} and not is_failure:
        _touch(facts, call)
        facts.tests_before_last_edit = len(facts.tests)
    if does == 'run' and _TESTS.search(command):
        is_failure |= _take_tests(facts, call, text, is_failure)
    elif does == 'run':
        _take_git(facts, call, command, text)
    if is_failure:
        open_failures.append(len(facts.failures))
        mark = 'rejected' if 'rejected' in marks else 'failed'
        facts.failures.append(f'{file} {call.line} {mark}: {_reason(text)}')


def _take_tests(facts: Facts, call: _Call, text: str, is_error: bool) -> bool:
    names = [next(filter(None, found)) for found in _FAILED.findall(text)]
    telling = [line for line in text.split('\n') if is_verdict(line)]
    failing = is_error or bool(names) or any(_FAILURE.search(line) for line in telling[-5:])
    verdict = 'FAILED' if failing else 'passed' if telling else 'no verdict shown'
    what = ', '.join(dict.fromkeys(names)) or (telling[-1] if telling else '')
    facts.tests.append(f'{call.line} -> {verdict} {one_line(what)}'.rstrip())
    return failing


def _take_git(facts: Facts, call: _Call, command: str, text: str) -> None:
    facts.commits += [f'{sha} {one_line(subject)}' for sha, subject in _COMMIT.findall(text)]
    if found := _GIT.search(command):
        url = _PULL.search(text)
        facts.pushes.append(one_line(f'{call.id} {found[0]} {url[0] if url else ""}'))


def _take_gaps(facts: Facts, call: _Call, text: str) -> None:
    path = call.parameters.get(call.known.path, '')
    omitted = sum(int(last or first) - int(first) + 1 for first, last in _GAP.findall(text))
    if path and omitted:
        facts.cut[path] = facts.cut.get(path, 0) + omitted


def _take_words(facts: Facts, element: Element, file: str, open_failures: list[int]) -> None:
    marks = element.attributes
    by = marks.get('subtype', '')
    if element.tag == 'system' and by not in {'exec'}:
        if 'interrupted' in marks:
            _note_next(facts, open_failures, 'interrupted by the person')
            facts.prompts.append(f'{file} interrupted the agent')
        return
    if not marks.get('part', '1/').startswith('1/'):
        return
    said = [name for name in ('queued', 'abandoned') if name in marks]
    said += ['from a program'] if by else []
    mark = f' ({", ".join(said)})' if said else ''
    facts.prompts.append(f'{file} {marks.get("at", "")}{mark}: {_quoted(element.text)}')
    _note_next(facts, open_failures, f'the person said: {one_line(element.text, 60)}')


def _note_next(facts: Facts, open_failures: list[int], what: str) -> None:
    for at in open_failures:
        facts.failures[at] += f' | next: {one_line(what, 80)}'
    open_failures.clear()


def _quoted(text: str) -> str:
    """Words as they are, up to 500 characters, their further lines indented."""
    plain = _ENVELOPE.sub('', text).strip()
    omitted = len(plain) - LONGEST_PROMPT
    more = f' [{omitted} more characters]' if omitted > 0 else ''
    return plain[:LONGEST_PROMPT].replace('\n', '\n  ') + more


def _reason(text: str) -> str:
    """The last line that tells why something failed, else the last line."""
    lines = [line.strip() for line in text.split('\n') if line.strip()]
    telling = [line for line in lines if is_verdict(line) or _FAILURE.search(line)]
    return one_line((telling or lines or ['no output'])[-1], 100)
