"""SPEC 4a: what happened in a plan's sessions, on a few pages that are read first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from learn_core.preprocess.facts import Facts, facts_of, one_line
from learn_core.preprocess.xml.read import read_session
from learn_core.preprocess.xml.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NAME = 'overview.md'
MOST_TOKENS = 20_000
MOST_TOKENS_OF_SESSION = 2_000
MOST_LINES_OF_STAT = 60

_PART = re.compile(r'(?:-(part\d+))?\.xml$')
_AGENT = '-agent-'
_INTRODUCTION = (
    '# Overview\n\n'
    'Made by a program from the files beside it. Each line begins with the place: `part2` is the '
    'second file of a session that has several, `t12` the tool call with that id. Times are UTC.\n'
)
_FEWEST_LINES = 3


@dataclass(frozen=True, kw_only=True)
class WorkState:
    """The state of the work on the plan branch; empty where it is not known.

    `commits` are those of the branch since its base, `without_session` those of them that no
    session here made, each `sha subject`. `began_at` are pairs of a session id and the commit that
    it began at. `missing` says what is not here (no planning session, no pull request) and why.
    """

    branch: str = ''
    head: str = ''
    base: str = ''
    merged_as: str = ''
    pull_request: str = ''
    diff_stat: str = ''
    commits: tuple[str, ...] = ()
    without_session: tuple[str, ...] = ()
    began_at: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()

    def facts(self) -> dict[str, object]:
        """What is known, for the manifest; the commits are in the overview."""
        told = self.merged_as or ('not merged' if self.commits else '')
        known = {
            'branch': self.branch,
            'head': self.head,
            'base': self.base,
            'merged_as': told,
            'pull_request': self.pull_request,
            'diff_stat': _lines_of(self.diff_stat),
            'began_at': dict(self.began_at),
            'missing': self.missing,
        }
        return {name: value for name, value in known.items() if value}


@dataclass
class _Section:
    """Lines under a heading; those with a higher rank are cut later."""

    heading: str
    lines: list[str]
    rank: int
    omitted: int = 0

    @property
    def text(self) -> str:
        more = [f'- [{self.omitted} more omitted]'] if self.omitted else []
        lines = [f'- {line.lstrip()}' for line in self.lines]
        return '\n'.join([f'{self.heading}:', *lines, *more])


def make_overview(files: Sequence[tuple[str, str]], state: WorkState | None = None) -> str:
    """The overview of sessions' files, given as name and text in the order of the sessions.

    At most 2,000 tokens a session and 20,000 in all; prompts are cut last, and every cut is said.
    What `state` holds is not redacted yet.
    """
    sessions = [
        (name, list(some)) for name, some in groupby(files, lambda file: _session_of(file[0]))
    ]
    head = '\n'.join([_INTRODUCTION, *_state_lines(state)])
    room = MOST_TOKENS - count_tokens(head) - 10 * len(sessions)
    each = min(MOST_TOKENS_OF_SESSION, room // max(1, len(sessions)))
    parts = [_session(name, some, state, each) for name, some in sessions]
    return '\n'.join([head, *parts])


def _session(
    name: str, files: Sequence[tuple[str, str]], state: WorkState | None, room: int
) -> str:
    own = [(_part(file), read_session(text)) for file, text in files if _AGENT not in file]
    facts = facts_of(own)
    heading = f'\n## {name}\n\n{_about(facts)}\n'
    began = dict(state.began_at).get(name.partition('-')[2]) if state else None
    heading += f'Began at commit {began}.\n' if began else ''
    sections = [section for section in _sections(facts, files) if section.lines]
    room -= count_tokens(heading)
    while count_tokens('\n'.join(section.text for section in sections)) > room:
        if not _shorten(sections):
            break
    return '\n'.join([heading, *(section.text for section in sections)]) + '\n'


def _about(facts: Facts) -> str:
    """Agent, model, times and branch on one line."""
    meta = {name: ', '.join(values) for name, values in facts.meta.items()}
    times = f'{meta.get("first", "?")[:16]} to {meta.get("last", "?")[:16]}'
    known = [meta.get('agent', 'agent unknown'), meta.get('model', ''), times]
    branch = f'branch {meta["branch"]}' if 'branch' in meta else 'branch unknown'
    return ' | '.join(filter(None, [*known, branch, meta.get('source', '')]))


def _sections(facts: Facts, files: Sequence[tuple[str, str]]) -> list[_Section]:
    """Everything about a session in the order in which it is read."""
    edited = facts.tests_before_last_edit
    tests = [
        f'{line} ({"before" if at < edited else "after"} the last edit)'
        for at, line in enumerate(facts.tests)
    ]
    touched = sorted(facts.touched.items(), key=lambda item: -sum(item[1]))[:12]
    cut = sorted(facts.cut.items(), key=lambda item: -item[1])
    return [
        _Section('Prompts', facts.prompts, 9),
        _Section('Failures and rejections', facts.failures, 6),
        _Section('Test runs', tests, 5),
        _Section('Commits', facts.commits or ['no commit'], 8),
        _Section('Branches, pushes, pull requests and comments', facts.pushes, 7),
        _Section(
            'Files touched', [_touched(path, new, old) for path, (new, old) in touched[:12]], 3
        ),
        _Section('Todos left open', [todo for todo, mark in facts.todos.items() if mark != 'x'], 6),
        _Section('Sub-agents', [*facts.agents, *_silent_agents(files)], 4),
        _Section(
            'Cut most (to be read in the repository)',
            [f'{path}: {count} lines' for path, count in cut[:3]],
            1,
        ),
    ]


def _silent_agents(files: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f'{file}: ended without a report'
        for file, text in files
        if _AGENT in file and 'subtype="no-report"' in text[-400:]
    ]


def _shorten(sections: Sequence[_Section]) -> bool:
    """Halves the section that may be cut first; whether there was one.

    Prompts are shortened before any of them is dropped.
    """
    long = [section for section in sections if len(section.lines) > _FEWEST_LINES]
    section = min(long, key=lambda one: one.rank, default=None)
    if section is not None and section.rank < 9:
        keep = max(_FEWEST_LINES, len(section.lines) // 2)
        section.omitted += len(section.lines) - keep
        del section.lines[keep:]
        return True
    longest = max(sections, key=lambda one: len(one.text), default=None)
    if longest is None:
        return False
    length = max(map(len, longest.lines), default=0)
    if length > 120:
        longest.lines[:] = [_cut(line, length * 2 // 3) for line in longest.lines]
        return True
    if len(longest.lines) < 2:
        return False
    middle = len(longest.lines) // 2
    longest.omitted += 1
    del longest.lines[middle]
    return True


def _cut(line: str, length: int) -> str:
    return line if len(line) <= length else f'{line[:length]} \u2026'


def _state_lines(state: WorkState | None) -> list[str]:
    """The state of the work, a line for each thing that is known."""
    if state is None:
        return []
    branch = [
        f'plan branch {state.branch}' if state.branch else '',
        f'head {state.head}' if state.head else '',
        f'base {state.base}' if state.base else '',
        f'merged as {state.merged_as}'
        if state.merged_as
        else 'not merged'
        if state.commits
        else '',
    ]
    known = [
        ', '.join(filter(None, branch)),
        f'pull request {state.pull_request}' if state.pull_request else '',
        f'{len(state.without_session)} of {len(state.commits)} commits have no session here'
        if state.commits
        else '',
        *(f'  without a session: {one_line(commit)}' for commit in state.without_session[:20]),
        *map(one_line, state.missing),
    ]
    lines = ['## State of the work', '', *(f'- {line}' for line in known if line)]
    if state.diff_stat:
        lines += ['', '```', *_lines_of(state.diff_stat), '```']
    return lines


def _lines_of(diff_stat: str) -> list[str]:
    """The last lines of a `git diff --stat`: the very last one has the sum."""
    return diff_stat.rstrip().splitlines()[-MOST_LINES_OF_STAT:]


def _session_of(file: str) -> str:
    return _PART.sub('', file).partition(_AGENT)[0]


def _part(file: str) -> str:
    found = _PART.search(file)
    return (found and found[1]) or ''


def _touched(path: str, added: int, removed: int) -> str:
    return f'{path} +{added} -{removed}' if added or removed else f'{path} (written)'
