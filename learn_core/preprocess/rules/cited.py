"""Rule 5: the lines of a file or a search that the session cites or edits soon after."""

from __future__ import annotations

import re
from collections import deque
from posixpath import basename
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents import Text, Thinking, ToolCall, tool
from learn_core.preprocess.rules.parameters import changes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from learn_core.agents import Entry

ENTRIES_AHEAD = 30
BYTES_AHEAD = 4_000_000
AROUND = 3  # lines kept on both sides
MOST_CITATIONS = 200  # of each sort in one entry: each is looked for in each result
MOST_LINES = 40  # that are kept of one result because they are cited

_SHORTEST_QUOTE = 10  # characters
_LONGEST_RANGE = 40  # lines of a range that are kept
_PLACE = re.compile(
    r'(?<![\w.@+-])([\w.@+-]{0,120}\w\.\w{1,10}):(\d{1,6})(?:\s?[-\u2013]\s?(\d{1,6}))?'
)
_ANY_PLACE = re.compile(r'\.\w{1,10}:\d')
_LINE = re.compile(r'\b[Ll]ines?\s?(\d{1,6})(?:\s?(?:-|\u2013|to)\s?L?(\d{1,6}))?')
_QUOTE = re.compile(r'`([^`\n]{10,300})`')
_FENCE = re.compile(r'```[^\n`]{0,80}\n(.*?)```', re.DOTALL)


class Citations(NamedTuple):
    """What an entry cites: places (file name or nothing, first and last line), quoted lines, and
    the files that it edits with the text at the place of the edit.
    """

    places: tuple[tuple[str, int, int], ...] = ()
    quotes: tuple[str, ...] = ()
    edits: tuple[tuple[str, str], ...] = ()


def with_citations(
    entries: Iterable[Entry], agent: str
) -> Iterator[tuple[Entry, Sequence[Citations]]]:
    """Each entry with what the next 30 entries, or 4 MB, cite."""
    window: deque[Entry] = deque()
    ahead: deque[Citations] = deque()
    for entry in entries:
        window.append(entry)
        ahead.append(citations_of(entry, agent))
        while len(window) > ENTRIES_AHEAD or abs(entry.at - window[0].at) > BYTES_AHEAD:
            ahead.popleft()
            yield window.popleft(), ahead
    while window:
        ahead.popleft()
        yield window.popleft(), ahead


def citations_of(entry: Entry, agent: str) -> Citations:
    """What the words and the edits of an entry cite."""
    places: list[tuple[str, int, int]] = []
    quotes: list[str] = []
    edits: list[tuple[str, str]] = []
    for block in entry.blocks:
        if isinstance(block, Text | Thinking):
            places += _places(block.text)
            quotes += _quotes(block.text)
        elif isinstance(block, ToolCall):
            edits += _edits(block, agent)
    most = MOST_CITATIONS
    return Citations(tuple(places[:most]), tuple(quotes[:most]), tuple(edits[:most]))


def cited_lines(
    path: str, numbers: Sequence[int], lines: Sequence[str], ahead: Iterable[Citations]
) -> list[int]:
    """Indexes of the lines that are cited, those that are cited first in front.

    `path` is the file that is shown, and `numbers` are those of its lines, 0 for a line that is
    none of a file; both are empty for results of other kinds.
    """
    cites = [one for one in ahead if any(one)]
    if not cites:
        return []
    name, body = _name(path), '\n'.join(lines)
    found = (at for one in cites for at in _lines_of(one, name, body, numbers))
    return list(dict.fromkeys(found))[:MOST_LINES]


def _lines_of(one: Citations, name: str, body: str, numbers: Sequence[int]) -> Iterator[int]:
    for where, first, last in one.places:
        if where in {name, ''}:
            some = range(max(first, 1), min(last, first + _LONGEST_RANGE) + 1)
            yield from (numbers.index(number) for number in some if number in numbers)
        elif not name:
            yield from _lines_at(body, f'{where}:{first}:')
    for quote in one.quotes:
        yield from _lines_at(body, quote)
    for file, old in one.edits:
        if file == name and old:
            yield from _lines_at(body, old, min(old.count('\n'), 2) + 1)


def with_neighbours(found: Sequence[int], count: int, room: int) -> set[int]:
    """The cited lines and, while there is room for so many lines in all, three around each."""
    kept = set(found)
    for at in found:
        around = range(max(0, at - AROUND), min(count, at + AROUND + 1))
        if len(kept.union(around)) <= room:
            kept.update(around)
    return kept


def _lines_at(body: str, text: str, count: int = 1) -> range:
    """Indexes of the lines at the first place of a text, none if it has no place."""
    at = body.find(text)
    if at < 0:
        return range(0)
    begin = body.count('\n', 0, at)
    return range(begin, begin + count)


def _places(text: str) -> Iterator[tuple[str, int, int]]:
    if _ANY_PLACE.search(text):  # quick, and mostly there is none
        for place in _PLACE.finditer(text):
            yield place[1], int(place[2]), int(place[3] or place[2])
    if 'ine' in text:
        for line in _LINE.finditer(text):
            yield '', int(line[1]), int(line[2] or line[1])


def _quotes(text: str) -> Iterator[str]:
    if '`' not in text:
        return
    for quote in _QUOTE.finditer(text):
        yield quote[1].strip()
    for fence in _FENCE.finditer(text):
        for line in fence[1].split('\n', 40)[:40]:
            if len(line.strip()) >= _SHORTEST_QUOTE:
                yield line.strip()


def _edits(call: ToolCall, agent: str) -> Iterator[tuple[str, str]]:
    known = tool(agent, call.name)
    path = call.parameters.get(known.path) if known.does == 'edit' else None
    if isinstance(path, str):
        for change in changes_of(call, known):
            yield _name(path), change[0]


def _name(path: str) -> str:
    return basename(path.replace('\\', '/'))
