"""The logs of a session's sub-agents, from all places where they are kept.

Newer clients write `<session-id>/subagents/**/agent-<id>.jsonl` with an `agent-<id>.meta.json`
beside it, older ones `agent-<id>.jsonl` beside the session, and some only nest an agent's messages
in the `agent_progress` entries of the session itself.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from learn_core.agents.claude.blocks import mapping, string
from learn_core.agents.claude.entries import nested_entry
from learn_core.agents.claude.lines import objects_at, open_log, read_objects
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from learn_core.agents.claude.entries import Entry
    from learn_core.agents.claude.index import AgentTraces

_PLAIN_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]*')
_LONGEST_META = 1_000_000  # bytes; it holds a type and a description


@dataclass(frozen=True, kw_only=True)
class AgentLog:
    """A sub-agent's log: a file, or the `places` (in bytes) in the session's own log where its
    messages are nested.

    `type` and `description` come from `meta.json` or from the tool use (`call`) that started it.
    """

    agent_id: str
    type: str
    description: str
    call: str
    path: Path | None
    places: tuple[int, ...] = ()


def agent_logs(log: Path, session_id: str, traces: AgentTraces) -> list[AgentLog]:
    """The sub-agents of a session, sorted by id, none twice. A file that can't be read is left to
    its reader to report.
    """
    files = _files(log, session_id)
    found = []
    for agent_id in sorted(files.keys() | traces.nested.keys()):
        path = files.get(agent_id)
        kind, description = _meta(path) if path else ('', '')
        call = traces.calls.get(agent_id)
        found.append(
            AgentLog(
                agent_id=agent_id,
                type=kind or (call.type if call else ''),
                description=description or (call.description if call else ''),
                call=call.id if call else '',
                path=path,
                places=() if path else traces.nested[agent_id],
            )
        )
    return found


def nested_entries(log: Path, agent: AgentLog) -> Iterator[Entry]:
    """The messages of an agent that has no file, and at last its report. Raises LearnError."""
    for fields in objects_at(log, dict.fromkeys(agent.places)):
        of_progress = string(mapping(fields.get('data')).get('agentId'))
        of_report = string(mapping(fields.get('toolUseResult')).get('agentId'))
        entry = nested_entry(fields)
        if entry.blocks and agent.agent_id in {of_progress, of_report}:
            yield entry


def lying_beside(log: Path, session_ids: Iterable[str]) -> frozenset[str]:
    """Those of the session ids that have a log of their own in the folder of this one."""
    return frozenset(
        found
        for found in session_ids
        if _PLAIN_NAME.fullmatch(found) and _is_file(log.with_name(f'{found}.jsonl'))
    )


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


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _first_session(path: Path) -> str:
    """The session id of the first entry that has one; empty if the file can't be read."""
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
