"""Rendered files of one session -> what its overview tells: prompts, failures, tests, commits, …"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents import Tool, tool
from learn_core.preprocess.patterns import pattern
from learn_core.preprocess.rules.verdicts import is_verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learn_core.preprocess.xml.read import Element

LONGEST_PROMPT = 500  # characters
LONGEST_LINE = 160  # characters of a line of the overview, prompts aside

_TESTS = pattern('tests')
_FAILED = pattern('failed', re.MULTILINE)
_FAILURE = pattern('failure', re.IGNORECASE)
_GIT = pattern('git')
_COMMIT = re.compile(r'^\[[^\]\n]{1,200}\b([0-9a-f]{7,40})\] (.{1,200})', re.MULTILINE)
_PULL = re.compile(r'https?://\S{1,100}/(?:pull|merge_requests|issues)/\d+')
_GAP = re.compile(r'^\[lines? (\d+)(?:-(\d+))? omitted\]$', re.MULTILINE)
_TODO = re.compile(r'^\[([x> -])\] (.+)$', re.MULTILINE)
_NO_TODOS = 'No tasks found'  # Claude Code's answer to TaskList
_PATCHED = re.compile(r'^\*\*\* (?:Update|Add|Delete) File: (.+)$', re.MULTILINE)
_ENVELOPE = re.compile(r'<command-message>.{0,200}?</command-message>\s*|</?command-(?:name|args)>')
_SAID = re.compile(r'the user said:\s*', re.IGNORECASE)


class _Call(NamedTuple):
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


@dataclass
class Facts:
    """What happened in a session, in its order; each item is a line of the overview.

    `tests_before_last_edit` is how many of the test runs were before the last edit.
    """

    meta: dict[str, list[str]] = field(default_factory=dict)
    prompts: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    commits: list[str] = field(default_factory=list)
    pushes: list[str] = field(default_factory=list)
    touched: dict[str, tuple[int, int]] = field(default_factory=dict)
    todos: dict[str, str] = field(default_factory=dict)
    agents: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    cut: Counter[str] = field(default_factory=Counter)
    tests_before_last_edit: int = 0
    _calls: dict[str, _Call] = field(default_factory=dict)
    _open_failures: list[int] = field(default_factory=list)

    def add(self, element: Element, file: str) -> None:
        """Adds the next element; `file` is the short name of the file that it is in."""
        match element.tag:
            case 'meta':
                for name, value in element.attributes.items():
                    known = self.meta.setdefault(name, [])
                    known += [value] if value not in known else []
            case 'tool_use':
                self._add_call(element)
            case 'tool_result' if call := self._calls.get(element.attributes.get('tool', '')):
                self._add_result(element, call, file)
            case 'user' | 'system':
                self._add_words(element, file)

    def add_agent(self, own: Facts, agent_id: str) -> None:
        """Adds what a sub-agent committed, pushed and edited."""
        self.commits += [f'{line} (agent {agent_id})' for line in own.commits]
        self.pushes += [f'agent {agent_id}, {line}' for line in own.pushes]
        for path, (added, removed) in own.touched.items():
            new, old = self.touched.get(path, (0, 0))
            self.touched[path] = new + added, old + removed

    def _add_call(self, element: Element) -> None:
        agent, name = self.meta.get('agent', [''])[0], element.attributes.get('name', '')
        parameters = {child.attributes.get('name', ''): child.text for child in element.children}
        call = _Call(element.attributes.get('id', ''), name, tool(agent, name), parameters)
        self._calls[call.id] = call
        self._end_failures(call.line)
        if call.known.does == 'todo':
            self._add_todos(call.parameters)
        elif call.known.does == 'delegate':
            asked = parameters.get('description') or parameters.get(call.known.content)
            self.agents.append(f'{call.id} {one_line(asked or "")}')

    def _add_todos(self, parameters: Mapping[str, str]) -> None:
        for text in parameters.values():
            self.todos.update((text, mark) for mark, text in _TODO.findall(text))
        number = parameters.get('taskId', '')
        if subject := parameters.get('subject'):
            self.todos[subject] = ' '
        elif (status := parameters.get('status')) and number.isdigit():
            for subject in [*self.todos][int(number) - 1 : int(number)]:
                self.todos[subject] = 'x' if status == 'completed' else '>'

    def _add_result(self, element: Element, call: _Call, file: str) -> None:
        text, does = element.text, call.known.does
        is_failure, is_rejected = (name in element.attributes for name in ('is_error', 'rejected'))
        if does == 'ask' and not is_failure:
            self.prompts.append(f'{file} answer: {_quoted(text)}')
            return
        self._add_gaps(call, text)
        if is_rejected:
            reason = _SAID.split(text, maxsplit=1)[-1]
            self.prompts.append(f'{file} rejection of {call.id}: {_quoted(reason)}')
        if does == 'todo' and text.strip() == _NO_TODOS:
            self.todos = dict.fromkeys(self.todos, '-')
        elif does in {'edit', 'write'} and not is_failure:
            self._touch(call)
        elif does == 'run':
            is_failure = self._add_run(call, text, is_failure)
        if is_failure:
            self._open_failures.append(len(self.failures))
            mark = 'rejected' if is_rejected else 'failed'
            self.failures.append(f'{file} {call.line} {mark}: {_reason(text)}')

    def _add_gaps(self, call: _Call, text: str) -> None:
        """How many lines of a file were cut."""
        if path := call.parameters.get(call.known.path):
            gaps = _GAP.findall(text)
            self.cut[path] += sum(int(last or first) - int(first) + 1 for first, last in gaps)

    def _touch(self, call: _Call) -> None:
        self.tests_before_last_edit = len(self.tests)
        patch = call.parameters.get('diff') or call.parameters.get(call.known.patch) or ''
        path = call.parameters.get(call.known.path)
        if not path and (found := _PATCHED.search(patch)):
            path = found[1]
        if path:
            marks = [line[:1] for line in patch.split('\n')]
            added, removed = self.touched.get(path, (0, 0))
            self.touched[path] = added + marks.count('+'), removed + marks.count('-')

    def _add_run(self, call: _Call, text: str, is_error: bool) -> bool:
        """Tests, commits and pushes; whether it failed."""
        command = call.parameters.get(call.known.command, '')
        if not _TESTS.search(command):
            self.commits += [f'{sha} {one_line(subject)}' for sha, subject in _COMMIT.findall(text)]
            if found := _GIT.search(command):
                url = _PULL.search(text)
                self.pushes.append(one_line(f'{call.id} {found[0]} {url[0] if url else ""}'))
            return is_error
        has_failed, verdict = _verdict(text, is_error)
        self.tests.append(f'{call.line} -> {verdict}')
        return has_failed

    def _add_words(self, element: Element, file: str) -> None:
        marks = element.attributes
        by = marks.get('subtype', '')
        if element.tag == 'system' and by != 'exec':
            if 'interrupted' in marks:
                self._end_failures('interrupted by the person')
                self.prompts.append(f'{file} interrupted the agent')
        elif marks.get('part', '1/').startswith('1/'):
            said = [name for name in ('queued', 'abandoned') if name in marks]
            said += ['from a program'] if by else []
            mark = f' ({", ".join(said)})' if said else ''
            self.prompts.append(f'{file} {marks.get("at", "")}{mark}: {_quoted(element.text)}')
            self._end_failures(f'the person said: {one_line(element.text, 60)}')

    def _end_failures(self, what: str) -> None:
        """Says of the last failures what came next."""
        for at in self._open_failures:
            self.failures[at] += f' | next: {one_line(what, 80)}'
        self._open_failures.clear()


def _verdict(text: str, is_error: bool) -> tuple[bool, str]:
    """Whether a test run failed, and how it ended, by what it printed, with the names of failing
    tests.
    """
    names = [next(filter(None, found)) for found in _FAILED.findall(text)]
    telling = [line for line in text.split('\n') if is_verdict(line)]
    has_failed = is_error or bool(names) or any(map(_FAILURE.search, telling[-5:]))
    word = 'FAILED' if has_failed else 'passed' if telling else 'no verdict shown'
    what = ', '.join(dict.fromkeys(names)) or (telling[-1] if telling else '')
    return has_failed, f'{word} {one_line(what)}'.rstrip()


def one_line(text: str, length: int = LONGEST_LINE) -> str:
    """A text on one line, cut at the end."""
    plain = ' '.join(text[: 4 * length].split())
    return plain if len(plain) <= length else f'{plain[: length - 1]}\u2026'


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
