"""Rule 5: the lines of a command's long output that show how it ended; progress is dropped."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from learn_core.preprocess.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_LINES = 30
LAST_LINES = 10

_TROUBLE = re.compile('error|exception|failed|failure|fatal|warning', re.IGNORECASE)
_SOURCE = pattern('source')
_VERDICT = pattern('verdict')
# a search of its own: with `.*` in front of each, matching would take twice as long
_VERDICT_WITHIN = pattern('verdict-within')
_WITHIN = 120  # characters of a line
_MOST_SUCCESSES = 3
_SUCCESS = pattern('success')
_PROGRESS = pattern('progress')
_PERCENT = pattern('percent')


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
