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

from learn_core.errors import LearnError
from learn_core.transcript.entries import ToolResult, ToolUse, parse_entry, string
from learn_core.transcript.lines import read_lines, read_objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from learn_core.transcript.entries import Entry

_PLAIN_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]*')
_ABOUT_AGENTS = re.compile(rb'agent_progress|"agentId"|"name"\s*:\s*"(?:Task|Agent)"')
_CALLS = frozenset({'Task', 'Agent'})
_AROUND = ('sessionId', 'gitBranch', 'cwd', 'timestamp')
_LONGEST_META = 1_000_000  # bytes; it holds a type and a description


@dataclass(frozen=True, kw_only=True)
class AgentLog:
    """A sub-agent's log: a file, or the entries nested in the session's own log.

    `type` and `description` come from `meta.json` or from the call that started the agent.
    """

    agent_id: str
    type: str
    description: str
    path: Path | None
    nested: tuple[Entry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Started:
    """What a session's own log says of its agents."""

    calls: Mapping[str, tuple[str, str]]  # id of the tool use -> type, description
    call_of: Mapping[str, str]  # agent id -> id of the tool use
    nested: Mapping[str, tuple[Entry, ...]]  # agent id -> its messages


def agent_logs(log: Path, session_id: str) -> list[AgentLog]:
    """The sub-agents of a session, sorted by id, none twice. Raises LearnError if `log` can't be
    opened; an agent's file that can't be is left to its reader to report.
    """
    started = _started(log)
    files = _files(log, session_id)
    found = []
    for agent_id in sorted(files.keys() | started.nested.keys()):
        path = files.get(agent_id)
        kind, description = _meta(path) if path else ('', '')
        told = started.calls.get(started.call_of.get(agent_id, ''), ('', ''))
        found.append(
            AgentLog(
                agent_id=agent_id,
                type=kind or told[0],
                description=description or told[1],
                path=path,
                nested=() if path else started.nested[agent_id],
            )
        )
    return found


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
        for fields in read_objects(path, Counter()):
            if found := string(fields, 'sessionId'):
                return found
    return ''


def _meta(path: Path) -> tuple[str, str]:
    """Type and description out of `agent-<id>.meta.json`."""
    beside = path.with_name(f'{path.stem}.meta.json')
    with suppress(LearnError, OSError, orjson.JSONDecodeError):
        if beside.stat().st_size <= _LONGEST_META:
            fields = orjson.loads(b''.join(read_lines(beside)))
            if isinstance(fields, dict):
                kind = string(fields, 'agentType') or string(fields, 'type')
                return kind, string(fields, 'description')
    return '', ''


def _started(log: Path) -> _Started:
    calls: dict[str, tuple[str, str]] = {}
    call_of: dict[str, str] = {}
    nested: dict[str, dict[object, Entry]] = {}
    reports: dict[str, Entry] = {}
    for fields in read_objects(log, Counter(), _ABOUT_AGENTS):
        data = fields.get('data')
        if isinstance(data, dict) and data.get('type') == 'agent_progress':
            agent_id = string(data, 'agentId')
            call_of.setdefault(agent_id, string(fields, 'parentToolUseID'))
            for entry in _nested(fields, data):
                seen = nested.setdefault(agent_id, {})
                seen.setdefault(entry.uuid or len(seen), entry)
        else:
            _note_calls(fields, calls, call_of)
            _note_report(fields, reports)
    return _Started(
        calls=calls,
        call_of=call_of,
        nested={
            agent_id: (*entries.values(), *filter(None, [reports.get(agent_id)]))
            for agent_id, entries in nested.items()
        },
    )


def _nested(outer: Mapping[str, object], data: Mapping[str, object]) -> Iterator[Entry]:
    """The message inside an `agent_progress` entry, with what only the entry around it knows."""
    message = data.get('message')
    if isinstance(message, dict):
        around = {key: outer[key] for key in _AROUND if key in outer}
        yield parse_entry({**around, **message, 'agentId': data.get('agentId')})


def _note_calls(
    fields: Mapping[str, object], calls: dict[str, tuple[str, str]], call_of: dict[str, str]
) -> None:
    outcome = _outcome(fields)
    agent_id = string(outcome, 'agentId')
    for block in parse_entry(fields).blocks:
        if isinstance(block, ToolUse) and block.name in _CALLS:
            about = block.parameters
            calls[block.id] = (string(about, 'subagent_type'), string(about, 'description'))
        elif isinstance(block, ToolResult) and agent_id:
            call_of.setdefault(agent_id, block.tool_use_id)


def _note_report(fields: Mapping[str, object], reports: dict[str, Entry]) -> None:
    """The last words of an agent: the session holds them as the outcome of its call."""
    outcome = _outcome(fields)
    if agent_id := string(outcome, 'agentId'):
        words = {'content': outcome.get('content')}
        reports[agent_id] = parse_entry(
            {'type': 'assistant', 'message': words, 'timestamp': fields.get('timestamp')}
        )


def _outcome(fields: Mapping[str, object]) -> Mapping[str, object]:
    outcome = fields.get('toolUseResult')
    return outcome if isinstance(outcome, dict) else {}
