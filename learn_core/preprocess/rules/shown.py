"""Rule 13, lines of files: redundant line numbers, and lines that the session showed before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from learn_core.preprocess.rules.cuts import gap

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

FEWEST_LINES = 3  # that are worth a reference
MOST_FILES = 500  # whose lines are remembered; the oldest are forgotten first
MOST_LINES = 5_000  # of a file

# an arrow or a tab behind a line's number, from clients of different age
_NUMBER = re.compile(r' *(\d{1,9})[\u2192\t]')
_NUMBERS = re.compile(f'^{_NUMBER.pattern}', re.MULTILINE)


class _Run(NamedTuple):
    """Lines of a file that follow one another; `first` is the number of the first, 0 for lines of
    a result that are none of the file.
    """

    first: int
    lines: list[str]


class Shown:
    """Which results showed which lines of which file."""

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


def numbered_lines(text: str) -> tuple[Sequence[int], list[str]]:
    """The lines of a file as `cat -n` shows it, each with its number; 0 where it has none."""
    first, last = _NUMBER.match(text), _NUMBER.match(text, text.rfind('\n') + 1)
    plain, count = _NUMBERS.subn('', text)
    if first and last and count == text.count('\n') + 1:
        numbers = range(int(first[1]), int(last[1]) + 1)
        if len(numbers) == count:  # lines that follow one another, as nearly always
            return numbers, plain.split('\n')
    lines = text.split('\n')
    found = [_NUMBER.match(line) for line in lines] if count else [None] * len(lines)
    ends = [match.end() if match else 0 for match in found]
    numbers_found = [int(match[1]) if match else 0 for match in found]
    return numbers_found, [line[end:] for line, end in zip(lines, ends, strict=True)]


def show(
    numbers: Sequence[int],
    lines: Sequence[str],
    kept: Collection[int],
    path: str,
    here: str,
    shown: Shown,
) -> tuple[str, str, frozenset[str], int]:
    """The kept lines of a file: in full, with references, the results that these point to, and how
    many lines they stand for.

    Of lines that follow one another only the first has its number; lines that were shown before
    become `[lines 5-12 as in t3]`. Without any, the second text is empty.
    """
    known = shown.of(path) if path else {}
    full: list[str] = []
    short: list[str] = []
    needs: set[str] = set()
    referred = 0
    new: dict[int, tuple[str, str]] = {}
    before = -1
    for begin, end in [*_stretches(numbers, kept), (len(lines), len(lines))]:
        if mark := _gap(numbers, before + 1, begin):
            full.append(mark)
            short.append(mark)
        before = end
        if begin == len(lines):
            break
        run = _Run(numbers[begin], list(lines[begin : end + 1]))
        full.append(_written(run))
        for part, where in _parts(run, known) if run.first and known else [(run, '')]:
            if where:
                last = part.first + len(part.lines) - 1
                short.append(f'[lines {part.first}-{last} as in {where}]')
                needs.add(where)
                referred += len(part.lines)
            else:
                short.append(_written(part))
                if part.first:
                    new |= {n: (line, here) for n, line in enumerate(part.lines, part.first)}
    if path and here:
        known.update(new)
    return '\n'.join(full), '\n'.join(short) if needs else '', frozenset(needs), referred


def _stretches(numbers: Sequence[int], kept: Collection[int]) -> Iterator[tuple[int, int]]:
    """Kept lines that follow one another, as first and last index."""
    begin = end = -1
    for at in sorted(kept):
        if begin >= 0 and at == end + 1 and numbers[at] == numbers[end] + bool(numbers[end]):
            end = at
            continue
        if begin >= 0:
            yield begin, end
        begin = end = at
    if begin >= 0:
        yield begin, end


def _gap(numbers: Sequence[int], begin: int, end: int) -> str:
    """The mark for the lines from one index up to another."""
    if begin >= end:
        return ''
    first, last = numbers[begin] or begin + 1, numbers[end - 1] or end
    return gap(first, max(first, last))


def _written(run: _Run) -> str:
    number = f'{run.first}\u2192' if run.first else ''
    return number + '\n'.join(run.lines)


def _parts(run: _Run, known: dict[int, tuple[str, str]]) -> list[tuple[_Run, str]]:
    """The run in parts: each new, or long enough and shown before by the result that is named."""
    found = []
    for number, line in enumerate(run.lines, run.first):
        text, where = known.get(number, ('', ''))
        found.append(where if text == line else '')
    parts: list[tuple[_Run, str]] = []
    at = 0
    while at < len(found):
        end = at + 1
        while end < len(found) and found[end] == found[at]:
            end += 1
        where = found[at] if end - at >= FEWEST_LINES else ''
        if parts and not where and not parts[-1][1]:
            parts[-1][0].lines.extend(run.lines[at:end])
        else:
            parts.append((_Run(run.first + at, run.lines[at:end]), where))
        at = end
    return parts
