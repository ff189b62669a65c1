"""Copilot CLI's sessions: `<root>/session-state/<session-id>/events.jsonl`.

Older clients wrote `<root>/session-state/<session-id>.jsonl`, the oldest another form.

The format is GitHub's own schema of session events (`copilot-sdk`, generated from
`session-events.schema.json`). One object a line: `{type, data, id, timestamp, parentId, agentId?}`;
`agentId` is there only for what a sub-agent did.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from learn_core.agents.agent import Agent, Transcript
from learn_core.agents.entry import (
    BY_AGENT,
    UNREADABLE,
    Entry,
    Image,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    answered,
    compacted,
    dropped,
    interrupted,
    name_of,
    noted,
    silent,
)
from learn_core.agents.lines import joined, mapping, objects, read_objects, string, time_of, twice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from learn_core.agents.agent import File
    from learn_core.agents.entry import Block
    from learn_core.agents.index import Index

_OLD_FORM = 'form before Copilot CLI 1.0.11'
_FOLDER, _OLD_FOLDER = 'session-state', 'history-session-state'
_EVENTS = 'events.jsonl'
_EXIT_CODE = re.compile(r'exit(?:ed)? (?:with )?(?:exit )?code:? (-?\d{1,9})>?\s*\Z')
_ANSWER = re.compile(r'User (?:responded|selected): (?P<words>.*)', re.DOTALL)
_SILENT_TOOLS = frozenset({'report_intent'})
_NOTIFICATION = re.compile(r'</?system_notification>')
_NOTICES = {'session.error', 'session.warning', 'subagent.failed', 'session.task_complete'}
_SHELLS = re.compile('(read_|write_)?(bash|powershell)')


class Copilot(Agent):
    """GitHub Copilot CLI."""

    name = 'copilot'
    home = 'COPILOT_HOME', '~/.copilot'
    folders = {_FOLDER: 1, _OLD_FOLDER: 0}  # noqa: RUF012

    def sessions(self, files: Iterable[File]) -> Iterator[Transcript]:
        """Those that have events."""
        for file in files:
            folder = file.path.parent.name
            if folder == _OLD_FOLDER:
                yield replace(self._transcript(file.path), unreadable=_OLD_FORM)
            elif folder == _FOLDER or file.path.name == _EVENTS:
                yield self._transcript(file.path)

    def recognises(self, file: Path, start: bytes) -> Transcript | None:
        """By the session's start, or by the name of its logs."""
        is_ours = b'"copilotVersion"' in start or file.name == _EVENTS
        return self._transcript(file) if is_ours else None

    def read(self, transcript: Transcript) -> Iterator[Entry]:
        """The entries of a session, or those of one of its sub-agents."""
        agent, file = transcript.subagent, transcript.files[0]
        state = _State(agent.agent_id if agent else '')
        lines = twice(lambda: read_objects(file), file)
        for _, fields in lines():
            _survey(state, fields)
        for at, fields in lines():
            for entry in _entries(state, fields):
                yield entry._replace(
                    at=at,
                    uuid=string(fields.get('id')),
                    parent=string(fields.get('parentId')),
                    time=time_of(fields.get('timestamp')),
                    cwd=state.cwd,
                    branch=state.branch,
                )

    def subagents(self, transcript: Transcript, index: Index) -> list[Transcript]:
        """Those in the same file, by the tool call that started each."""
        found = []
        for agent_id in index.nested:
            agent = index.subagent(agent_id)
            agent = agent._replace(call=agent.call or agent_id, places=index.places(agent_id))
            found.append(replace(transcript, subagent=agent))
        return found

    def _transcript(self, file: Path) -> Transcript:
        session_id = file.parent.name if file.name == _EVENTS else file.stem
        changed = 0.0
        with suppress(OSError):
            changed = file.stat().st_mtime
        return Transcript(agent=self.name, session_id=session_id, files=(file,), changed=changed)


@dataclass
class _State:
    """The state between entries, and what the first pass found."""

    agent_id: str
    cwd: str = ''
    branch: str = ''
    tools: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


def _survey(state: _State, fields: Mapping[str, object]) -> None:
    """The first pass: the tools that were called, and the calls that the person refused."""
    kind, data = string(fields.get('type')), mapping(fields.get('data'))
    result = mapping(data.get('result'))
    if kind == 'tool.execution_start':
        state.tools[_id(data)] = string(data.get('toolName'))
    elif kind == 'permission.completed' and 'by-user' in string(result.get('kind')):
        state.refused[_id(data)] = string(result.get('feedback'))


def _entries(state: _State, fields: Mapping[str, object]) -> Iterator[Entry]:
    kind, data = string(fields.get('type')), mapping(fields.get('data'))
    agent, identity = string(fields.get('agentId')), string(fields.get('id'))
    if not fields:
        yield dropped(UNREADABLE)
    elif agent != state.agent_id:
        yield Entry('', dropped='entry of a sub-agent', agent=agent, call=agent)
    elif identity and identity in state.seen:
        yield dropped('entry that comes again')
    elif kind in {'session.start', 'session.resume', 'session.context_changed'}:
        yield _context(state, kind, data)
    elif kind == 'user.message':
        yield _user(state, data)
    elif kind == 'assistant.message':
        yield _assistant(state, data)
    elif kind == 'tool.execution_start':
        yield _call(data, string(data.get('toolName')))
    elif kind == 'tool.execution_complete':
        yield from _result(state, data)
    else:
        yield from _told(kind, data)
    state.seen.add(identity)


def _context(state: _State, kind: str, data: Mapping[str, object]) -> Entry:
    """Where the session is from here on."""
    context = mapping(data.get('context')) or data
    state.cwd = string(context.get('cwd')) or state.cwd
    state.branch = string(context.get('branch')) or state.branch
    return Entry('', dropped=kind, repository=string(context.get('repository')))


def _user(state: _State, data: Mapping[str, object]) -> Entry:
    """A person's message has no source; `parentAgentTaskId` does not matter."""
    source = string(data.get('source'))
    if data.get('isAutopilotContinuation') is True:
        source = 'autopilot'
    words = string(data.get('content'))
    types = [string(one.get('mimeType')) for one in objects(data.get('attachments'))]
    images = [Image(kind, 0) for kind in types if kind.startswith('image/')]
    entry = Entry('user', (*([Text(words)] if words else []), *images))
    entry = entry._replace(queued=data.get('delivery') == 'steering')
    if state.agent_id:
        return entry._replace(type='system', subtype=BY_AGENT)
    if source in {'', 'user'}:
        return entry
    by = 'peer' if source.startswith('agent-') else source
    return entry._replace(type='system', subtype=by, is_meta=source.startswith('skill-'))


def _assistant(state: _State, data: Mapping[str, object]) -> Entry:
    """Text and reasoning; its tool requests are in events of their own, unless they never ran."""
    thought, said = string(data.get('reasoningText')), string(data.get('content'))
    blocks: list[Block] = [Thinking(thought)] if thought.strip() else []
    blocks += [Text(said)] if said.strip() else []
    for request in objects(data.get('toolRequests')):
        has_event = bool(_id(request)) and _id(request) in state.tools
        if (name := string(request.get('name'))) and not has_event:
            blocks += _call(request, name).blocks
    return Entry('assistant', tuple(blocks), model=string(data.get('model')))


def _id(data: Mapping[str, object]) -> str:
    return string(data.get('toolCallId'))


def _call(data: Mapping[str, object], name: str) -> Entry:
    if name in _SILENT_TOOLS:
        return dropped(f'tool {name}')
    given = data.get('arguments')
    parameters = given if isinstance(given, dict) else {'input': given} if given else {}
    call = ToolCall(_id(data), name, parameters)
    return Entry('assistant', (call,), model=string(data.get('model')))


def _result(state: _State, data: Mapping[str, object]) -> Iterator[Entry]:
    tool = state.tools.get(_id(data), '')
    error = mapping(data.get('error'))
    text = string(mapping(data.get('result')).get('content')) or string(error.get('message'))
    answer = _ANSWER.fullmatch(text) if tool == 'ask_user' else None
    if tool in _SILENT_TOOLS:
        yield dropped(f'tool {tool}')
    elif answer is not None:
        yield from answered(_id(data), answer['words'])
    else:
        yield Entry('user', (_tool_result(state, data, tool, text),))


def _tool_result(state: _State, data: Mapping[str, object], tool: str, text: str) -> ToolResult:
    code = _EXIT_CODE.search(text[-200:]) if _SHELLS.fullmatch(tool) else None
    feedback = state.refused.get(_id(data))
    why = string(mapping(data.get('error')).get('code'))
    is_refused = why in {'denied', 'rejected'} and 'hook' not in text
    return ToolResult(
        tool_use_id=_id(data),
        text=joined((text, feedback if feedback != text else '')),
        is_error=data.get('success') is False or (code is not None and code[1] != '0'),
        is_rejected=is_refused or feedback is not None,
        is_answer=bool(feedback),
    )


def _told(kind: str, data: Mapping[str, object]) -> Iterator[Entry]:
    """Client events that report an outcome; all others are dropped."""
    error = data.get('error')
    if kind == 'abort':
        yield interrupted(string(data.get('reason')))
    elif kind == 'session.compaction_complete':
        yield from compacted(string(data.get('summaryContent')))
    elif kind == 'permission.completed':
        kind = string(mapping(data.get('result')).get('kind'))
        yield dropped(f'permission {name_of(kind)}')
    elif kind == 'system.notification':
        text = _NOTIFICATION.sub('', string(data.get('content'))).strip()
        yield noted('notification', text, or_else='notification')
    elif kind in _NOTICES:
        words = joined((data.get('message'), data.get('summary'), error))
        yield noted(kind, words, or_else=kind)
    elif kind == 'hook.end' and data.get('success') is False:
        yield noted('hook', string(error) or string(mapping(error).get('message')), or_else='hook')
    else:
        yield silent('copilot', kind)
