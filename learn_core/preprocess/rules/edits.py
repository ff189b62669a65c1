"""Rule 4: an edit is shown as a unified diff, so that old and new never look the same."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.agents import Tool, ToolCall

CONTEXT = 2  # lines around a change
MOST_LINES = 60  # of a diff

_MOST_COMPARED = 400  # lines; more are shown as removed and added as a whole


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
