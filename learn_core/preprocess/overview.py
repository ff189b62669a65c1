"""SPEC 4a: what happened in a plan's sessions, on a few pages that are read first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from learn_core.preprocess.facts import Facts, one_line
from learn_core.preprocess.xml.read import read_session
from learn_core.preprocess.xml.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
    rank: int
    lines: list[str]
    omitted: int = 0

    @property
    def text(self) -> str:
        more = [f'- [{self.omitted} more omitted]'] if self.omitted else []
        lines = [f'- {line.lstrip()}' for line in self.lines]
        return '\n'.join([f'{self.heading}:', *lines, *more])

    def omit(self, first: int, end: int) -> None:
        """Drops lines, and counts them."""
        self.omitted += end - first
        del self.lines[first:end]


def make_overview(files: Sequence[tuple[str, str]], state: WorkState | None = None) -> str:
    """The overview of sessions' files, given as name and text in the order of the sessions.

    At most 2,000 tokens a session and 20,000 in all; prompts are cut last, and every cut is said.
    What `state` holds is not redacted yet.
    """
    groups = groupby(files, lambda file: _PART.sub('', file[0]).partition(_AGENT)[0])
    sessions = [(name, list(some)) for name, some in groups]
    began = dict(state.began_at) if state else {}
    head = '\n'.join([_INTRODUCTION, *(_state_lines(state) if state else ())])
    room = MOST_TOKENS - count_tokens(head) - 10 * len(sessions)
    each = min(MOST_TOKENS_OF_SESSION, room // max(1, len(sessions)))
    return '\n'.join([head, *(_session(name, some, began, each) for name, some in sessions)])


def _session(
    name: str, files: Sequence[tuple[str, str]], began: Mapping[str, str], room: int
) -> str:
    facts = _facts_of(files)
    heading = f'\n## {name}\n\n{_about(facts)}\n'
    if commit := began.get(name.partition('-')[2]):
        heading += f'Began at commit {commit}.\n'
    sections = [section for section in _sections(facts) if section.lines]
    room -= count_tokens(heading)
    while count_tokens('\n'.join(section.text for section in sections)) > room:
        if not _shorten(sections):
            break
    return '\n'.join([heading, *(section.text for section in sections)]) + '\n'


def _facts_of(files: Iterable[tuple[str, str]]) -> Facts:
    """What happened in a session, with the work of its sub-agents."""
    facts = Facts()
    for file, text in files:
        if _AGENT not in file:
            part = _PART.search(file)
            for element in read_session(text):
                facts.add(element, (part and part[1]) or '')
            continue
        if 'subtype="no-report"' in text[-400:]:
            facts.silent.append(f'{file}: ended without a report')
        own = Facts()
        for element in read_session(text):
            own.add(element, '')
        facts.add_agent(own, _PART.sub('', file).partition(_AGENT)[2])
    return facts


def _about(facts: Facts) -> str:
    """Agent, model, times and branch on one line."""
    meta = {name: ', '.join(values) for name, values in facts.meta.items()}
    times = f'{meta.get("first", "?")[:16]} to {meta.get("last", "?")[:16]}'
    known = [meta.get('agent', 'agent unknown'), meta.get('model', ''), times]
    branch = f'branch {meta["branch"]}' if 'branch' in meta else 'branch unknown'
    return ' | '.join(filter(None, [*known, branch, meta.get('source', '')]))


def _sections(facts: Facts) -> list[_Section]:
    """Everything about a session in the order in which it is read."""
    edited = facts.tests_before_last_edit
    tests = [
        f'{line} ({"before" if at < edited else "after"} the last edit)'
        for at, line in enumerate(facts.tests)
    ]
    touched = sorted(facts.touched.items(), key=lambda item: -sum(item[1]))[:12]
    sizes = {path: f'+{new} -{old}' if new or old else '(written)' for path, (new, old) in touched}
    return [
        _Section('Prompts', 9, facts.prompts),
        _Section('Failures and rejections', 6, facts.failures),
        _Section('Test runs', 5, tests),
        _Section('Commits', 8, facts.commits or ['no commit']),
        _Section('Branches, pushes, pull requests and comments', 7, facts.pushes),
        _Section('Files touched', 3, [f'{path} {size}' for path, size in sizes.items()]),
        _Section(
            'Todos left open', 6, [todo for todo, mark in facts.todos.items() if mark in ' >']
        ),
        _Section('Sub-agents', 4, [*facts.agents, *facts.silent]),
        _Section(
            'Cut most (to be read in the repository)',
            1,
            [f'{path}: {count} lines' for path, count in facts.cut.most_common(3) if count],
        ),
    ]


def _shorten(sections: Sequence[_Section]) -> bool:
    """Halves the section that may be cut first; whether there was one.

    Prompts are shortened before any of them is dropped.
    """
    long = [one for one in sections if len(one.lines) > _FEWEST_LINES and one.rank < 9]
    if long:
        section = min(long, key=lambda one: one.rank)
        section.omit(max(_FEWEST_LINES, len(section.lines) // 2), len(section.lines))
        return True
    longest = max(sections, key=lambda one: len(one.text))
    length = max(map(len, longest.lines))
    if length > 120:
        most = length * 2 // 3
        longest.lines[:] = [
            line if len(line) <= most else f'{line[:most]} \u2026' for line in longest.lines
        ]
        return True
    middle = len(longest.lines) // 2
    longest.omit(middle, middle + (middle > 0))
    return middle > 0


def _state_lines(state: WorkState) -> list[str]:
    """The state of the work, a line for each thing that is known."""
    merged = f'merged as {state.merged_as}' if state.merged_as else ''
    branch = [
        state.branch and f'plan branch {state.branch}',
        state.head and f'head {state.head}',
        state.base and f'base {state.base}',
        merged or ('not merged' if state.commits else ''),
    ]
    known = [
        ', '.join(filter(None, branch)),
        state.pull_request and f'pull request {state.pull_request}',
        state.commits
        and f'{len(state.without_session)} of {len(state.commits)} commits have no session here',
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
