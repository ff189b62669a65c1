"""Rules 5, 7, 10, 11 and 13: a tool's result, by what the tool does.

A result has up to two forms: the full one, and a short one with references to results before it.
Whoever fills the files chooses: a reference must point to something in the same file.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from learn_core.preprocess.rules.cited import cited_lines, with_neighbours
from learn_core.preprocess.rules.cuts import LONGEST_LINE, cut_line, first_levels, gap, with_gaps
from learn_core.preprocess.rules.verdicts import (
    FIRST_LINES,
    ends_of,
    telling_lines,
    without_progress,
)

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Mapping, Sequence

    from learn_core.agents import ToolResult
    from learn_core.preprocess.memory import Call, Memory
    from learn_core.preprocess.rules.cited import Citations

LONGEST_RESULT_LINES = 30  # lines; longer results are cut
MATCHES = 10  # of a longer search's result that are kept, those that are cited among them
LONGEST_FILE_LINES = 16  # lines of a file that are shown whole
FILE_HEAD = 10  # lines of a file's beginning that are kept of a longer one
SHORTEST_REPEAT = 200  # characters of a result that are worth a reference
FEWEST_LINES = 3  # lines of a file that are worth a reference

_ROOM_FOR_CITED = 18  # lines, those around the cited ones among them
_SHOWS = frozenset({'show', 'fetch'})
_ASKS = frozenset({'ask', 'propose', 'report'})
# an arrow or a tab behind a line's number, from clients of different age
_NUMBER = re.compile(r' *(\d{1,9})[\u2192\t]')
_NUMBERS = re.compile(f'\\n{_NUMBER.pattern}')
_MATCH = re.compile(r'(?P<path>[^:\n]{1,300}?)(?P<mark>[:-])(?P<number>\d{1,7})(?P=mark)')
_EDITED = re.compile(
    r'(?:The file [^\n]{1,4000}? has been (?:updated|created)(?: successfully)?\.'
    r'|File created successfully at: [^\n]{1,4000}'
    r'|Success\. Updated the following files:(?:\n[AMD] [^\n]{1,4000})*'
    r'|(?:Edit applied|Wrote file) successfully\.?)'
    r"(?: All occurrences of '.*' were successfully replaced with '.*'\.\Z)?"
    r"(?: Here's the result of running `cat -n` on a snippet of the edited file:)?"
    r'(?: \(file state is current in your context[^\n)]{0,100}\))?',
    re.DOTALL,
)
_TODOS_DONE = re.compile(
    r'Todos have been modified successfully\. Ensure that you continue to use the todo list to '
    r'track your progress\. Please proceed with the current tasks if applicable|Plan updated'
)


class Shaped(NamedTuple):
    """A result in its full form; its short form, if there is one, and the results that it needs."""

    result: ToolResult
    short: str = ''
    needs: frozenset[str] = frozenset()


def shape_result(
    result: ToolResult, memory: Memory, ahead: Sequence[Citations], left_out: Counter[str]
) -> Shaped:
    """The forms of a result. What a person answered is whole, as is a sub-agent's report that
    stands nowhere else.
    """
    call = memory.call(result.tool_use_id)
    done = result._replace(tool_use_id=call.id)
    if call.does in _ASKS or result.is_answer:
        return Shaped(done)
    text = memory.relative(result.text.rstrip())
    short, needs = '', frozenset[str]()
    if call.does == 'read' and not result.is_error:
        full, short, needs, is_whole = _file(text, call, memory, ahead, left_out)
    else:
        text = text if result.is_error else without_success(text, call.does)
        full, is_whole = _output(text, call, ahead, left_out)
    if len(result.text) > SHORTEST_REPEAT:
        mark = hash((result.text, result.images, result.is_error))
        if known := memory.results.get(mark):
            left_out['repeated tool result'] += 1
            short, needs = f'[same as {known}]', frozenset({known})
        elif is_whole and call.id:
            memory.results[mark] = call.id
    return Shaped(done._replace(text=full), short, needs)


def without_success(text: str, does: str) -> str:
    """The result of an edit or of todos with `ok` for the sentence that says that it succeeded.

    What an edit's result shows of the file is dropped: the call has the difference.
    """
    if does in {'edit', 'write'} and _EDITED.match(text):
        return re.sub(rf'\n{_NUMBER.pattern}[^\n]*', '', _EDITED.sub('ok', text, count=1)).rstrip()
    return 'ok' if does == 'todo' and _TODOS_DONE.fullmatch(text) else text


def grouped(lines: Sequence[str]) -> list[str]:
    """The lines `path:12:text` of a search as the path, then `12:text` for each of its lines."""
    found: list[str] = []
    for match, group in groupby(lines, lambda line: (_MATCH.match(line) or {'path': ''})['path']):
        some = list(group)
        if match and len(some) > 1:
            found.append(match)
            some = [line[len(match) + 1 :] for line in some]
        found += some
    return found


def _output(
    text: str, call: Call, ahead: Sequence[Citations], left_out: Counter[str]
) -> tuple[str, bool]:
    """The output of a command, a search, or anything else, and whether nothing of it was cut."""
    if levels := first_levels(text):
        left_out['characters of JSON'] += max(0, len(text) - len(levels))
        return levels, False
    before = text.split('\n')
    lines, progress = (before, 0) if call.does == 'search' else without_progress(before)
    shown = lines
    if len(lines) > LONGEST_RESULT_LINES:
        kept = _lines_to_keep(text, lines, call, ahead)
        left_out['lines of tool results'] += len(lines) - len(kept)
        shown = with_gaps(lines, kept)
    if max(map(len, lines), default=0) > LONGEST_LINE:
        shown = [first_levels(line) or cut_line(line, left_out) for line in shown]
    is_whole = shown == before
    if call.does == 'search':
        shown = grouped(shown)
    if progress:
        left_out['progress lines'] += progress
        shown = [*shown, f'[{progress} progress line{"s"[: progress > 1]} omitted]']
    return '\n'.join(shown), is_whole


def _lines_to_keep(text: str, lines: list[str], call: Call, ahead: Sequence[Citations]) -> set[int]:
    """Indexes of the lines of a long output. Of matches, pages and changes also those that the
    session cites are kept, in place of as many at the beginning.
    """
    if call.does == 'search':
        cited = cited_lines('', (), lines, ahead)
        return {*range(max(0, MATCHES - len(cited))), *cited}
    if call.does not in _SHOWS and not text.startswith('diff --git '):
        return telling_lines(lines)
    kept = with_neighbours(cited_lines('', (), lines, ahead), len(lines), _ROOM_FOR_CITED)
    return kept | ends_of(lines, FIRST_LINES - len(kept))


def _file(
    text: str, call: Call, memory: Memory, ahead: Sequence[Citations], left_out: Counter[str]
) -> tuple[str, str, frozenset[str], bool]:
    """A file's first lines, and those that the session cites or edits soon after: in full; with
    references, and the results that these point to; whether nothing was cut.
    """
    numbers, lines = numbered_lines(text)
    kept = {*range(len(lines))}
    if len(lines) > LONGEST_FILE_LINES:
        cited = cited_lines(call.path, numbers, lines, ahead)
        kept = with_neighbours(cited, len(lines), _ROOM_FOR_CITED)
        kept |= {*range(FILE_HEAD if not cited else 3)}
        left_out['lines of tool results'] += len(lines) - len(kept)
    shown = {at: cut_line(lines[at], left_out) for at in sorted(kept)}
    sources = _sources(numbers, shown, call.path, memory)
    full = _written(numbers, shown, {}, len(lines))
    short = _written(numbers, shown, sources, len(lines)) if sources else ''
    left_out['lines shown before'] += len(sources)
    if call.path and call.id:
        new = (at for at in shown if numbers[at] and at not in sources)
        memory.shown.update({(call.path, numbers[at]): (shown[at], call.id) for at in new})
    is_whole = len(shown) == len(lines) and [*shown.values()] == lines
    return full, short, frozenset(sources.values()), is_whole


def numbered_lines(text: str) -> tuple[Sequence[int], list[str]]:
    """The lines of a file as `cat -n` shows it, each with its number; 0 where it has none."""
    lines = _NUMBERS.sub('\n', f'\n{text}').split('\n')[1:]
    first, last = _NUMBER.match(text), _NUMBER.match(text, text.rfind('\n') + 1)
    if first and last and int(last[1]) - int(first[1]) == len(lines) - 1:
        return range(int(first[1]), int(last[1]) + 1), lines  # as nearly always
    found = map(_NUMBER.match, text.split('\n'))
    return [int(match[1]) if match else 0 for match in found], lines


def _sources(
    numbers: Sequence[int], shown: Mapping[int, str], path: str, memory: Memory
) -> dict[int, str]:
    """The results that showed lines before, by the lines' indexes, where there are enough."""
    nothing = ('', '')
    known = {at: memory.shown.get((path, numbers[at]), nothing) for at in shown if path}
    same = {at: where for at, (line, where) in known.items() if where and line == shown[at]}
    runs = _runs(numbers, shown, same) if same else ()
    return {at: where for where, run in runs if where and len(run) >= FEWEST_LINES for at in run}


def _written(
    numbers: Sequence[int], shown: Mapping[int, str], sources: Mapping[int, str], count: int
) -> str:
    """Lines of a file that has so many. Of those that follow one another the first has its number;
    those with a source are a reference, such as `[lines 5-12 as in t3]`.
    """
    found: list[str] = []
    before = -1
    for source, run in [*_runs(numbers, shown, sources), ('', [count])]:
        first, last = run[0], run[-1]
        if first > before + 1:
            begin, end = numbers[before + 1] or before + 2, numbers[first - 1] or first
            found.append(gap(begin, max(begin, end)))
        before = last
        if source:
            found.append(f'[lines {numbers[first]}-{numbers[last]} as in {source}]')
        elif first < count:
            number = f'{numbers[first]}\u2192' if numbers[first] else ''
            found.append(number + '\n'.join([shown[at] for at in run]))
    return '\n'.join(found)


def _runs(
    numbers: Sequence[int], shown: Mapping[int, str], sources: Mapping[int, str]
) -> Iterator[tuple[str, list[int]]]:
    """Indexes of lines that follow one another and have the same source."""

    def run(item: tuple[int, int]) -> tuple[int, int | None, str]:
        rank, at = item
        return at - rank, numbers[at] - at if numbers[at] else None, sources.get(at, '')

    for (_, _, source), group in groupby(enumerate(shown), run):
        yield source, [at for _, at in group]
