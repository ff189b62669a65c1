"""The files of a session -> its entries, each once and in order.

A log is read twice: repeated entries, rewound attempts, queued prompts that never arrived and
results before their calls are known only at its end.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from learn_core.agents.claude.entries import parse_entry
from learn_core.agents.claude.order import Order
from learn_core.agents.claude.outputs import with_outputs
from learn_core.agents.claude.pending import Pending
from learn_core.agents.claude.speakers import by_speaker
from learn_core.agents.claude.subagents import nested_entries, place_of
from learn_core.agents.claude.tree import Tree
from learn_core.agents.entry import UNREADABLE, Entry
from learn_core.agents.files import size_of_file
from learn_core.agents.lines import read_objects
from learn_core.agents.values import time_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from learn_core.agents.transcript import Transcript

SMALL = 16_000_000  # bytes of logs whose entries are kept between the two passes

_COPY = 'entry that comes again'
_FIRST_LINES = 50  # in which a file's first time is looked for


def read(transcript: Transcript) -> Iterator[Entry]:
    """The entries of a session or a sub-agent. Raises LearnError if a file cannot be opened."""
    agent, files = transcript.subagent, _by_time(transcript.files)
    ends = {file: size_of_file(file) for file in files}  # a log may grow meanwhile

    def entries() -> Iterator[Entry]:
        if agent is not None and agent.places:
            yield from nested_entries(files, agent)
            return
        for number, file in enumerate(files):
            yield from _entries(file, number, ends[file])

    yield from _read(entries, sum(ends.values()), transcript)


def _read(
    entries: Callable[[], Iterator[Entry]], size: int, transcript: Transcript
) -> Iterator[Entry]:
    kept = list(entries()) if size <= SMALL else None
    again = entries if kept is None else lambda: iter(kept)
    tree, pending, order = Tree(), Pending(), Order()
    for entry in again():
        tree.add(entry)
        pending.add(entry)
        order.add(entry)
    logs = [_session_log(file) for file in transcript.files]
    for entry in order.in_order(_known(again(), tree, pending)):
        full = with_outputs(entry, logs, transcript.session_id)
        yield from by_speaker(full)


def _known(entries: Iterable[Entry], tree: Tree, pending: Pending) -> Iterator[Entry]:
    for position, (entry, is_abandoned) in enumerate(tree.abandoned(entries)):
        if tree.comes_again(position):
            yield entry._replace(dropped=entry.dropped or _COPY, blocks=(), report_of='')
        elif entry.type == 'queue-operation':
            yield pending.take(entry)
        else:
            yield entry._replace(abandoned=True) if is_abandoned else entry


def _entries(file: Path, number: int, end: int) -> Iterator[Entry]:
    unreadable: Counter[str] = Counter()
    for at, fields in read_objects(file, unreadable, end):
        yield parse_entry(fields, place_of(number, at))
    yield from [Entry('', dropped=UNREADABLE)] * unreadable[UNREADABLE]


def _session_log(file: Path) -> Path:
    """The log of a file's session: a sub-agent's file may be in the session's folder."""
    above = [parent.parent for parent in file.parents if parent.name == 'subagents']
    return above[-1] if above else file


def _by_time(files: tuple[Path, ...]) -> list[Path]:
    return sorted(files, key=_first_time) if len(files) > 1 else list(files)


def _first_time(file: Path) -> str:
    for number, (_, fields) in enumerate(read_objects(file, Counter())):
        if (time := time_of(fields.get('timestamp'))) or number > _FIRST_LINES:
            return time
    return ''
