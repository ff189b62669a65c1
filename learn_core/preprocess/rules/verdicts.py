"""Rule 5: the lines of a command's long output that show how it ended; progress is dropped."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_LINES = 30
LAST_LINES = 10

_TROUBLE = re.compile('error|exception|failed|failure|fatal|warning', re.IGNORECASE)
_SOURCE = re.compile(
    r':=|=>|\{\s*$|;\s*$|^\s*(?:\d+[:\t\u2192-]\s*)?[+-]?\s*'
    r'(?://|\*|return\b|if\b|func\b|def\b|var\b|let\b|const\b|import\b|raise\b|except\b|catch\b)'
)
_VERDICT = re.compile(
    r"""
    \s*---\ FAIL\b | FAIL(?:ED)?\b | ok\s+\S+\s+(?:\(cached\)|[\d.]+s) | PASS\s*$
    | \s*\S+_test\.go:\d+:
    | not\ ok\ \d+
    | \s*[\u2715\u2717\u2718\u00d7\u274c]
    | E\s{2,}\S | ERROR\s
    | Traceback\ \(most\ recent
    | (?:\w+\.)*\w+(?:Error|Exception|Warning|Exit|Interrupt):\s
    | Ran\ \d+\ tests? | OK\b(?:\ \(.*\))?\s*$ | Tests?(?:\ run)?:\s+\d | test\ result:
    | make(?:\[\d+\])?:\ \*\*\* | npm\ ERR!
    | (?:All\ checks\ passed|Success:\ no\ issues|Found\ \d+\ error)
    """,
    re.VERBOSE,
)
# a search of its own: with `.*` in front of each, matching would take twice as long
_VERDICT_WITHIN = re.compile(
    r"""
    \b (?: error(?:\[\w+\]|\ TS\d+)?:\s | panic(?:ked)?\b(?:\ at|:) | BUILD\ (?:SUCCESS|FAIL)
      | (?:[Ee]xit(?:ed)?(?:\ with)?\ (?:code|status):?|returned)\ -?\d
      | (?<!\.)\d+\ (?:tests?\ )?(?:passed|failed|failing|passing|failures?|errors?|skipped)\b )
    """,
    re.VERBOSE,
)
_WITHIN = 120  # characters of a line
_MOST_SUCCESSES = 3
_SUCCESS = re.compile(
    r"""
    (?:\[[\w:.-]{1,80}\]\ )?\s*
    (?: ---\ PASS\b | ok\s+\S+\s+(?:\(cached\)|[\d.]+s) | ok\ \d+\b | test\ \S+\ \.\.\.\ ok\b
      | [\u2713\u2714\u221a]\s | (?=\S*::)\S+\ PASSED\b | \?\s+\S+\s+\[no\ test\ files\] )
    """,
    re.VERBOSE,
)
_PROGRESS = re.compile(
    r"""
    ===\ (?:RUN|PAUSE|CONT|NAME)\b.*
    | [.sxEF]{3,}\s*(?:\[\s*\d{1,3}%\])?
    | \s*(?:Compiling|Downloading|Downloaded|Collecting|Fetching|Unpacking|Resolving|Using\ cached
           |Building\ wheel|Requirement\ already|Installing\ collected|Preparing\ metadata)\b.*
    | (?:remote:\ )?(?:Counting|Compressing|Receiving|Resolving|Writing|Enumerating)
      \ (?:objects|deltas).*
    """,
    re.VERBOSE,
)
_PERCENT = re.compile(
    r'.*\sPASSED\s+\[\s*\d{1,3}%\]|.{0,80}?\b\d{1,3}(?:\.\d+)?%\s*[|\u2588\[#=>-].*'
)


def without_progress(lines: Sequence[str]) -> tuple[list[str], int]:
    """The lines without the progress of a test runner, compiler or download, and how many that was.

    Of more than three lines in a row that tell of success, the first and the last are kept.
    """
    telling = [line for line in map(_final, lines) if not _is_progress(line)]
    found: list[str] = []
    for is_success, group in groupby(telling, _is_success):
        some = list(group)
        if is_success and len(some) > _MOST_SUCCESSES:
            some = [some[0], f'[{len(some) - 2} more like these]', some[-1]]
        found += some
    return found, len(lines) - len(telling)


def telling_lines(lines: Sequence[str]) -> set[int]:
    """Indexes of the lines to keep of a command's output: its beginning, its end, its verdicts and
    what speaks of trouble.
    """
    kept = ends_of(lines, FIRST_LINES)
    for at in range(FIRST_LINES, len(lines) - LAST_LINES):
        if _tells(lines[at]):
            kept.add(at)
            kept.update(_end_of_traceback(lines, at))
    return kept


def ends_of(lines: Sequence[str], first: int) -> set[int]:
    """Indexes of so many lines at the beginning, and of the last ones."""
    return {*range(min(max(0, first), len(lines))), *range(len(lines))[-LAST_LINES:]}


def _tells(line: str) -> bool:
    """Whether a line is a verdict, or speaks of trouble and is not source code."""
    return is_verdict(line) or (bool(_TROUBLE.search(line)) and not _SOURCE.search(line))


def is_verdict(line: str) -> bool:
    """Whether a line tells how a test run or a compilation ended."""
    return bool(_VERDICT.match(line[:1000]) or _VERDICT_WITHIN.search(line, 0, _WITHIN))


def _end_of_traceback(lines: Sequence[str], at: int) -> range:
    """The line that ends a Python traceback: the first behind it that is not indented."""
    if not lines[at].startswith('Traceback '):
        return range(0)
    end = next((n for n in range(at + 1, len(lines)) if lines[n][:1] not in {' ', ''}), at)
    return range(end, end + 1)


def _final(line: str) -> str:
    """What a terminal finally shows of a line with carriage returns."""
    return line.rstrip('\r').rpartition('\r')[2] if '\r' in line else line


def _is_success(line: str) -> bool:
    return bool(_SUCCESS.match(line))


def _is_progress(line: str) -> bool:
    start = line[:1000]
    found = _PROGRESS.fullmatch(start) or ('%' in start and _PERCENT.fullmatch(start))
    return bool(found) and not _TROUBLE.search(line)
