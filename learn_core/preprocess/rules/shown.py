"""Rule 13, lines of files: numbers that say nothing, and lines that the session showed before."""

from __future__ import annotations

import re
from typing import NamedTuple

FEWEST_LINES = 3  # that are worth a reference
MOST_FILES = 500  # whose lines are remembered; the oldest are forgotten first
MOST_LINES = 5_000  # of a file

# an arrow or a tab behind a line's number, from clients of different age
_NUMBER = re.compile(r' *(\d{1,9})[\u2192\t]')
_NEXT_NUMBERS = re.compile(r'\n *\d{1,9}[\u2192\t]')


class Run(NamedTuple):
    """Lines of a file that follow one another; `first` is the number of the first, 0 for lines of
    a result that are none of the file.
    """

    first: int
    lines: list[str]


class Shown:
    """Which lines of which file were shown where."""

    def __init__(self) -> None:
        self._files: dict[str, dict[int, tuple[str, str]]] = {}

    def of(self, path: str) -> dict[int, tuple[str, str]]:
        """Of each line of a file that was shown: the line, and the id of the last result that
        showed it.
        """
        known = self._files.pop(path, {})
        if len(known) > MOST_LINES:
            known.clear()
        self._files[path] = known
        if len(self._files) > MOST_FILES:
            del self._files[next(iter(self._files))]
        return known


def runs_of(text: str) -> list[Run]:
    """The lines of a result that shows a file as `cat -n` does."""
    first = _NUMBER.match(text)
    if first is None and not _NEXT_NUMBERS.search(text):
        return [Run(0, text.split('\n'))]
    runs: list[Run] = []
    for line in text.split('\n'):
        found = _NUMBER.match(line)
        number = int(found[1]) if found else 0
        last = runs[-1] if runs else Run(-1, [])
        if number != (last.first + len(last.lines) if last.first else 0):
            last = Run(number, [])
            runs.append(last)
        last.lines.append(line[found.end() :] if found else line)
    return runs


def without_shown(text: str, path: str, here: str, shown: Shown) -> tuple[str, int]:
    """A result that shows lines of a file, and how many of them became references.

    Of a run of lines only the first has its number; lines that were shown before become
    `[lines 5-12 as in t3]`.
    """
    runs = runs_of(text)
    if len(runs) == 1 and not runs[0].first:
        return text, 0
    known = shown.of(path)
    written: list[str] = []
    new: list[Run] = []
    referred = 0
    for run in runs:
        for part, where in _parts(run, known) if run.first and known else [(run, '')]:
            if where:
                last = part.first + len(part.lines) - 1
                written.append(f'[lines {part.first}-{last} as in {where}]')
                referred += len(part.lines)
            else:
                number = f'{part.first}\u2192' if part.first else ''
                written.append(number + '\n'.join(part.lines))
                new.append(part)
    for run in new:
        if run.first:
            known.update((number, (line, here)) for number, line in enumerate(run.lines, run.first))
    return '\n'.join(written), referred


def _parts(run: Run, known: dict[int, tuple[str, str]]) -> list[tuple[Run, str]]:
    """The run in parts: each new, or long enough and shown before by the result that is named."""
    found = []
    for number, line in enumerate(run.lines, run.first):
        text, where = known.get(number, ('', ''))
        found.append(where if text == line else '')
    parts: list[tuple[Run, str]] = []
    at = 0
    while at < len(found):
        end = at + 1
        while end < len(found) and found[end] == found[at]:
            end += 1
        where = found[at] if end - at >= FEWEST_LINES else ''
        if parts and not where and not parts[-1][1]:
            parts[-1][0].lines.extend(run.lines[at:end])
        else:
            parts.append((Run(run.first + at, run.lines[at:end]), where))
        at = end
    return parts
