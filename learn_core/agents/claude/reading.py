"""The files of a session -> its entries, each once and in order.

A log is read twice: repeated entries, rewound attempts and queued prompts that never arrived are
known only at its end.
"""

from __future__ import annotations

import re
from collections import deque
from contextlib import suppress
from itertools import groupby, islice
from typing import TYPE_CHECKING

from learn_core.agents.claude.entries import by_speaker, nested_entry, parse_entry
from learn_core.agents.claude.tree import Tree
from learn_core.agents.entry import Entry, Text, ToolCall, ToolResult
from learn_core.agents.lines import (
    mapping,
    objects_at,
    open_log,
    read_objects,
    string,
    time_of,
    twice,
)
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from learn_core.agents.agent import SubAgent, Transcript

LONGEST_OUTPUT = 16_000_000  # bytes

_COPY = 'entry that comes again'
_FIRST_LINES = 50  # in which a file's first time is looked for
_FILE_BITS = 44  # of a place, above its byte in the file: which file of the session it is in
_CLOSE = 16  # entries behind a result in which its call is looked for
_MOST_LINES = 30  # of a result that may deliver a queued prompt, whatever it says
_PERSISTED = '<persisted-output>'
_HEAD = 4_000  # characters of a result in which its path is named
_SAVED_TO = re.compile(
    r'[Ff]ull output saved to: {0,8}(?:[^\n]*[/\\])?(?P<session>[^/\\\n]+)'
    r'[/\\]tool-results[/\\](?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)[ \t]*(?:\r?\n|\Z)'
)


def reader(transcript: Transcript) -> Callable[[], Iterator[Entry]]:
    """Reads a session or a sub-agent. Raises LearnError if a file cannot be opened."""
    agent, files = transcript.subagent, transcript.files
    if len(files) > 1:
        files = tuple(sorted(files, key=_first_time))
    logs = [_session_log(file) for file in transcript.files]
    tree, queued = Tree(), dict[str, None]()

    def entries() -> Iterator[Entry]:
        if agent is not None and agent.places:
            yield from _nested_entries(files, agent)
            return
        for number, file in enumerate(files):
            for at, fields in read_objects(file):
                yield parse_entry(fields, number << _FILE_BITS | at)

    def read() -> Iterator[Entry]:
        again: Callable[[], Iterable[Entry]] = entries
        if not tree:
            again = twice(entries, *files)
            for entry in again():
                tree.add(entry)
                _queue(queued, entry)
        for entry in in_order(_known(again(), tree, queued)):
            full = with_outputs(entry, logs, transcript.session_id)
            yield from by_speaker(full)

    return read


def _known(entries: Iterable[Entry], tree: Tree, queued: dict[str, None]) -> Iterator[Entry]:
    """The entries with what the first pass found. A prompt whose text is still queued was never
    delivered, and is a message.
    """
    for position, (entry, is_abandoned) in enumerate(tree.abandoned(entries)):
        if tree.comes_again(position):
            yield entry._replace(dropped=entry.dropped or _COPY, blocks=(), report_of='')
        elif entry.type == 'queue-operation':
            waits = any(text in queued for text in _texts(entry))
            yield (
                entry._replace(type='user', subtype='', dropped='', queued=True) if waits else entry
            )
        else:
            yield entry._replace(abandoned=True) if is_abandoned else entry


def _first_time(file: Path) -> str:
    lines = islice(read_objects(file), _FIRST_LINES)
    return next(filter(None, (time_of(fields.get('timestamp')) for _, fields in lines)), '')


def _session_log(file: Path) -> Path:
    """The log of a file's session: a sub-agent's file may be in the session's folder."""
    above = [parent.parent for parent in file.parents if parent.name == 'subagents']
    return above[-1] if above else file


def _nested_entries(files: Sequence[Path], agent: SubAgent) -> Iterator[Entry]:
    """The messages of an agent that has no file, and finally its report."""
    for number, places in groupby(dict.fromkeys(agent.places), lambda place: place >> _FILE_BITS):
        first = number << _FILE_BITS
        for fields in objects_at(files[number], (place - first for place in places)):
            of_progress = string(mapping(fields.get('data')).get('agentId'))
            of_report = string(mapping(fields.get('toolUseResult')).get('agentId'))
            entry = nested_entry(fields)
            if entry.blocks and agent.agent_id in {of_progress, of_report}:
                yield entry


def _queue(queued: dict[str, None], entry: Entry) -> None:
    """Adds the texts that the client queued, and takes those out that this entry delivers.

    Some never arrive: the person pressed escape, the session ended, or an older client logged no
    other copy. An entry with exactly its text delivers a prompt. A short word like "stop" occurs in
    many texts; in doubt it is kept, because a repeated prompt is better than a lost one.
    """
    if entry.type == 'queue-operation':
        queued.update(dict.fromkeys(_texts(entry)))
    elif queued and (entry.type == 'user' or entry.queued):
        for block in entry.blocks:
            if isinstance(block, Text | ToolResult):
                queued.pop(block.text.strip(), None)
                for line in block.text.split('\n', _MOST_LINES)[:_MOST_LINES]:
                    queued.pop(line.strip(), None)


def _texts(entry: Entry) -> list[str]:
    found = (block.text.strip() for block in entry.blocks if isinstance(block, Text))
    return [text for text in found if text]


def in_order(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The same entries; a result that stands before its call comes directly behind it, if that is
    close, because clients write both at the same millisecond. Words are never moved.
    """
    stream, ahead = iter(entries), deque[Entry]()
    unanswered: set[str] = set()
    behind: dict[int, list[Entry]] = {}  # the results that wait for an entry ahead
    while entry := ahead.popleft() if ahead else next(stream, None):
        calls = _calls(entry)
        unanswered |= calls
        results = [block.tool_use_id for block in entry.blocks if isinstance(block, ToolResult)]
        early = [result for result in results if result not in unanswered] if not calls else []
        unanswered.difference_update(results)
        if early:
            ahead.extend(islice(stream, _CLOSE - len(ahead)))
            places = [n for call in early for n, one in enumerate(ahead) if call in _calls(one)]
            if places:
                behind.setdefault(id(ahead[max(places)]), []).append(entry)
                continue
        yield entry
        yield from behind.pop(id(entry), ())


def _calls(entry: Entry) -> set[str]:
    return {block.id for block in entry.blocks if isinstance(block, ToolCall)}


def with_outputs(entry: Entry, logs: Sequence[Path], session_id: str) -> Entry:
    """The entry with each result in full that was too large for the log: newer clients write it to
    `<session-id>/tool-results/` and leave a preview with its path.
    """
    if not any(map(_is_preview, entry.blocks)):
        return entry
    folders = [
        folder for log in logs for folder in (log.with_name(session_id), log.with_suffix(''))
    ]
    blocks = (
        _in_full(block, folders) if isinstance(block, ToolResult) and _is_preview(block) else block
        for block in entry.blocks
    )
    return entry._replace(blocks=tuple(blocks))


def _is_preview(block: object) -> bool:
    return isinstance(block, ToolResult) and block.text.startswith(_PERSISTED)


def _in_full(result: ToolResult, folders: list[Path]) -> ToolResult:
    """The path is data from a log: only a plain file of the session's own folder is read, and none
    that a link leads to.
    """
    saved = _SAVED_TO.search(result.text[:_HEAD])
    for folder in folders:
        if saved is None or saved['session'] != folder.name:
            continue
        with suppress(LearnError, OSError):
            path = folder / 'tool-results' / saved['name']
            if path.resolve().parent == folder.resolve() / 'tool-results':
                with open_log(path) as file:
                    data = file.read(LONGEST_OUTPUT + 1)
                text = data[:LONGEST_OUTPUT].decode('utf-8', 'replace')
                rest = '\n... [the rest was not read] ...' if len(data) > LONGEST_OUTPUT else ''
                return result._replace(text=f'{text}{rest}')
    return result
