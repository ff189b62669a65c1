"""Rules 5 and 10: what a cut leaves, and the mark where something is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Sequence

LONGEST_LINE = 1000  # characters; longer ones are minified or encoded, not written
LINE_END = 400  # characters kept at both ends of such a line


def ends(text: str, length: int) -> str:
    """Both ends of a text with the number of characters between them."""
    omitted = len(text) - 2 * length
    return f'{text[:length]}...[truncated {omitted} chars]...{text[-length:]}'


def head(text: str, length: int) -> str:
    """The beginning of a text with the number of characters behind it."""
    omitted = len(text) - length
    return text if omitted <= 0 else f'{text[:length]}\n[{omitted} more characters omitted]'


def cut_line(line: str, left_out: Counter[str]) -> str:
    """A line, or both ends of one that is too long."""
    if len(line) <= LONGEST_LINE:
        return line
    left_out['characters of long lines'] += len(line) - 2 * LINE_END
    return ends(line, LINE_END)


def with_gaps(lines: Sequence[str], kept: Collection[int], first: int = 1) -> list[str]:
    """The kept lines in their order, and a mark for every gap between, before or behind them.

    `kept` are indexes; `first` is the number of the first line. A gap of one short line is kept.
    """
    found: list[str] = []
    before = -1
    for at in [*sorted(kept), len(lines)]:
        if at - before == 2 and len(lines[at - 1]) < 20:
            found.append(lines[at - 1])
        elif at - before > 1:
            found.append(gap(before + 1 + first, at - 1 + first))
        if at < len(lines):
            found.append(lines[at])
        before = at
    return found


def gap(first: int, last: int) -> str:
    """The mark for missing lines."""
    lines = f'lines {first}-{last}' if last > first else f'line {first}'
    return f'[{lines} omitted]'
