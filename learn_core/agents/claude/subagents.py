"""The transcripts of a session's sub-agents, from all places where they are kept.

Newer clients write `<session-id>/subagents/**/agent-<id>.jsonl` with an `agent-<id>.meta.json`
beside it, older ones `agent-<id>.jsonl` beside the session, and some only nest an agent's messages
in the `agent_progress` entries of the session itself.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import orjson

from learn_core.agents.claude.entries import nested_entry
from learn_core.agents.lines import objects_at, open_log, read_objects
from learn_core.agents.values import mapping, string
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from learn_core.agents.entry import Entry
    from learn_core.agents.transcript import Index, SubAgent, Transcript

_PLAIN_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]*')
_LONGEST_META = 1_000_000  # bytes; it holds a type and a description
_FILE_BITS = 44  # of a place, above its byte in the file: which file of the session it is in


def place_of(file: int, at: int) -> int:
    """The place of a line: the number of its file among the session's, and its first byte."""
    return (file << _FILE_BITS) | at


def subagents(transcript: Transcript, index: Index) -> list[Transcript]:
    """The sub-agents of a session, sorted by id, none twice. A file that cannot be read is left to
    its reader to report.
    """
    files: dict[str, Path] = {}
    for log in transcript.files:
        files = {**_files(log, transcript.session_id), **files}
    found = []
    for agent_id in sorted(files.keys() | index.nested.keys()):
        path = files.get(agent_id)
        kind, description = _meta(path) if path else ('', '')
        places = () if path else index.nested[agent_id]
        agent = index.subagent(agent_id, kind, description, places)
        at = (path,) if path else transcript.files
        found.append(replace(transcript, files=at, subagent=agent))
    return found


def nested_entries(files: Sequence[Path], agent: SubAgent) -> Iterator[Entry]:
    """The messages of an agent that has no file, and finally its report. Raises LearnError."""
    for number, places in groupby(dict.fromkeys(agent.places), lambda place: place >> _FILE_BITS):
        first = place_of(number, 0)
        for fields in objects_at(files[number], (place - first for place in places)):
            of_progress = string(mapping(fields.get('data')).get('agentId'))
            of_report = string(mapping(fields.get('toolUseResult')).get('agentId'))
            entry = nested_entry(fields)
            if entry.blocks and agent.agent_id in {of_progress, of_report}:
                yield entry


def _files(log: Path, session_id: str) -> dict[str, Path]:
    nested = _glob(log.with_name(log.stem) / 'subagents', '**/agent-*.jsonl')
    if _PLAIN_NAME.fullmatch(session_id) and session_id != log.stem:
        nested += _glob(log.with_name(session_id) / 'subagents', '**/agent-*.jsonl')
    flat = [path for path in _glob(log.parent, 'agent-*.jsonl') if path.name != log.name]
    mine = [path for path in flat if _first_session(path) == session_id]
    files: dict[str, Path] = {}
    for path in nested + mine:
        files.setdefault(path.stem.removeprefix('agent-'), path)
    return files


def _glob(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    except OSError:
        return []


def _first_session(path: Path) -> str:
    """The session id of the first entry that has one; empty if the file cannot be read."""
    with suppress(LearnError):
        for _, fields in read_objects(path, Counter()):
            if found := string(fields.get('sessionId')):
                return found
    return ''


def _meta(path: Path) -> tuple[str, str]:
    """Type and description out of `agent-<id>.meta.json`."""
    with suppress(LearnError, OSError, orjson.JSONDecodeError):
        with open_log(path.with_name(f'{path.stem}.meta.json')) as file:
            fields = mapping(orjson.loads(file.read(_LONGEST_META)))
        kind = string(fields.get('agentType')) or string(fields.get('type'))
        return kind, string(fields.get('description'))
    return '', ''
