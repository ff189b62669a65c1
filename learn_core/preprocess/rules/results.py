"""Rules 5, 7, 10, 11 and 13: a tool's result, by what the tool does.

A result has up to two forms: the full one, and a short one with references to results before it.
Whoever fills the files chooses: a reference must point to something in the same file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from learn_core.preprocess.memory import Call, forget_oldest
from learn_core.preprocess.rules import shorten
from learn_core.preprocess.rules.cited import cited_lines, with_neighbours
from learn_core.preprocess.rules.cuts import LONGEST_LINE, cut_line, with_gaps
from learn_core.preprocess.rules.levels import first_levels
from learn_core.preprocess.rules.searches import grouped
from learn_core.preprocess.rules.shown import numbered_lines, show
from learn_core.preprocess.rules.verdicts import (
    FIRST_LINES,
    ends_of,
    telling_lines,
    without_progress,
)

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from learn_core.agents import ToolResult
    from learn_core.preprocess.memory import Memory
    from learn_core.preprocess.rules.cited import Citations

LONGEST_RESULT_LINES = 30  # lines; longer results are cut
MATCHES = 10  # of a longer search's result that are kept, those that are cited among them
LONGEST_FILE_LINES = 16  # lines of a file that are shown whole
FILE_HEAD = 10  # lines of a file's beginning that are kept of a longer one
SHORTEST_REPEAT = 200  # characters of a result that are worth a reference

_ROOM_FOR_CITED = 18  # lines, those around the cited ones among them
_SHOWS = frozenset({'show', 'fetch'})
_ASKS = frozenset({'ask', 'propose'})
_NO_FORM = frozenset[str]()


class Shaped(NamedTuple):
    """A result in its full form; its short form, if there is one, and the results that this needs.

    `is_whole`: nothing of it was cut.
    """

    result: ToolResult
    short: str = ''
    needs: frozenset[str] = _NO_FORM
    is_whole: bool = False


def shape_result(
    result: ToolResult, memory: Memory, ahead: Sequence[Citations], left_out: Counter[str]
) -> Shaped:
    """The forms of a result. What a person answered is whole, as is a sub-agent's report that
    stands nowhere else.
    """
    call = memory.call(result.tool_use_id) if result.tool_use_id else Call('')
    is_report = call.does == 'delegate' and result.tool_use_id not in memory.reported
    if call.does in _ASKS or result.is_answer or is_report:
        return Shaped(result._replace(tool_use_id=call.id), is_whole=True)
    text = shorten.relative(result.text.rstrip(), memory.cwd)
    if not result.is_error:
        text = shorten.without_success(text, call.does)
    if call.does == 'read' and not result.is_error:
        shaped = _file(text, call, memory, ahead, left_out)
    else:
        shaped = _output(text, call, ahead, left_out)
    full, short, needs, is_whole = shaped
    if len(result.text) > SHORTEST_REPEAT:
        mark = hash((result.text, result.images, result.is_error))
        if known := memory.results.get(mark):
            left_out['repeated tool result'] += 1
            short, needs = f'[same as {known}]', frozenset({known})
        elif is_whole and call.id:
            memory.results[mark] = call.id
            forget_oldest(memory.results)
    done = result._replace(tool_use_id=call.id, text=full)
    return Shaped(done, short, needs, is_whole)


def _output(
    text: str, call: Call, ahead: Sequence[Citations], left_out: Counter[str]
) -> tuple[str, str, frozenset[str], bool]:
    """The output of a command, a search, or anything else."""
    if levels := first_levels(text):
        left_out['characters of JSON'] += max(0, len(text) - len(levels))
        return levels, '', _NO_FORM, False
    before = text.split('\n')
    lines, progress = (before, 0) if call.does == 'search' else without_progress(before)
    kept: set[int] = {*range(len(lines))}
    if len(lines) > LONGEST_RESULT_LINES:
        if call.does == 'search':
            cited = cited_lines('', [0] * len(lines), lines, ahead)
            kept = {*range(max(0, MATCHES - len(cited))), *cited}
        else:
            kept = _lines_of_output(text, lines, call, ahead)
    omitted = len(lines) - len(kept)
    left_out['lines of tool results'] += omitted
    left_out['progress lines'] += progress
    is_long = any(len(line) > LONGEST_LINE for line in lines)
    shown = with_gaps(lines, kept) if omitted else lines
    if is_long:
        shown = [first_levels(line) or cut_line(line, left_out) for line in shown]
    if call.does == 'search':
        shown = grouped(shown)
    if progress:
        shown = [*shown, f'[{progress} progress line{"s"[: progress > 1]} omitted]']
    return '\n'.join(shown), '', _NO_FORM, not is_long and shown == before


def _lines_of_output(
    text: str, lines: list[str], call: Call, ahead: Sequence[Citations]
) -> set[int]:
    """Indexes of the lines to keep; of a page or of changes also those that the session quotes, in
    place of as many at the beginning.
    """
    if call.does not in _SHOWS and not text.startswith('diff --git '):
        return telling_lines(lines)
    cited = cited_lines('', [0] * len(lines), lines, ahead)
    kept = with_neighbours(cited, len(lines), _ROOM_FOR_CITED)
    return kept | ends_of(lines, FIRST_LINES - len(kept))


def _file(
    text: str, call: Call, memory: Memory, ahead: Sequence[Citations], left_out: Counter[str]
) -> tuple[str, str, frozenset[str], bool]:
    """A file: its first lines, and those that the session cites or edits soon after."""
    numbers, lines = numbered_lines(text)
    kept = {*range(len(lines))}
    if len(lines) > LONGEST_FILE_LINES:
        cited = cited_lines(call.path, numbers, lines, ahead)
        kept = with_neighbours(cited, len(lines), _ROOM_FOR_CITED)
        kept |= {*range(FILE_HEAD if not cited else 3)}
    omitted = len(lines) - len(kept)
    left_out['lines of tool results'] += omitted
    is_long = any(len(line) > LONGEST_LINE for line in lines)
    if is_long:
        lines = [cut_line(line, left_out) for line in lines]
    full, short, needs, referred = show(numbers, lines, kept, call.path, call.id, memory.shown)
    left_out['lines shown before'] += referred
    return full, short, needs, not (omitted or is_long)
