"""The events of a Copilot CLI session -> its entries.

The format is GitHub's own schema of session events (`copilot-sdk`, generated from
`session-events.schema.json`). One object a line: `{type, data, id, timestamp, parentId, agentId?}`;
`agentId` is there only for what a sub-agent did.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learn_core.agents.entry import (
    ANSWERED,
    BY_AGENT,
    INTERRUPTION,
    UNREADABLE,
    Entry,
    Image,
    Note,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from learn_core.agents.lines import read_objects, twice
from learn_core.agents.values import mapping, name_of, objects, reason, string, time_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from learn_core.agents.entry import Block
    from learn_core.agents.transcript import Transcript

_EXIT_CODE = re.compile(r'exit(?:ed)? (?:with )?(?:exit )?code:? (-?\d{1,9})>?\s*\Z')
_ANSWER = re.compile(r'User (?:responded|selected): (?P<words>.*)', re.DOTALL)
_SILENT_TOOLS = frozenset({'report_intent'})
_NOTIFICATION = re.compile(r'</?system_notification>')
_DROPPED = re.compile(
    r'assistant\.(intent|turn_end|turn_start|usage)|hook\.(end|start)|permission\.requested'
    r'|session\.(compaction_start|info|mode_changed|model_change|permissions_changed|plan_changed'
    r'|shutdown|truncation|usage_checkpoint|workspace_file_changed)|skill\.invoked'
    r'|subagent\.(completed|started)|system\.message'
)
_NOTICES = {'session.error', 'session.warning', 'subagent.failed', 'session.task_complete'}
_SHELLS = re.compile('(read_|write_)?(bash|powershell)')


@dataclass
class _State:
    """The state between entries, and what the first pass found."""

    agent_id: str
    session_id: str
    cwd: str = ''
    branch: str = ''
    tools: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


def read(transcript: Transcript) -> Iterator[Entry]:
    """The entries of a session, or those of one of its sub-agents. Raises LearnError."""
    agent, file = transcript.subagent, transcript.files[0]
    state = _State(agent.agent_id if agent else '', transcript.session_id)
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
                session_id=state.session_id,
                cwd=state.cwd,
                branch=state.branch,
            )


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
        yield Entry('', dropped=UNREADABLE)
    elif agent != state.agent_id:
        yield Entry('', dropped='entry of a sub-agent', agent=agent, call=agent)
    elif identity and identity in state.seen:
        yield Entry('', dropped='entry that comes again')
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
    state.session_id = string(data.get('sessionId')) or state.session_id
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
        return Entry('', dropped=f'tool {name}')
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
        yield Entry('', dropped=f'tool {tool}')
    elif answer is not None:
        yield Entry('user', (ToolResult(_id(data), ANSWERED),))
        yield Entry('user', (Text(answer['words']),), subtype='answer')
    else:
        yield Entry('user', (_tool_result(state, data, tool, text),))


def _tool_result(state: _State, data: Mapping[str, object], tool: str, text: str) -> ToolResult:
    code = _EXIT_CODE.search(text[-200:]) if _SHELLS.fullmatch(tool) else None
    feedback = state.refused.get(_id(data))
    why = string(mapping(data.get('error')).get('code'))
    is_refused = why in {'denied', 'rejected'} and 'hook' not in text
    return ToolResult(
        tool_use_id=_id(data),
        text='\n'.join(filter(None, (text, feedback if feedback != text else ''))),
        is_error=data.get('success') is False or (code is not None and code[1] != '0'),
        is_rejected=is_refused or feedback is not None,
        is_answer=bool(feedback),
    )


def _told(kind: str, data: Mapping[str, object]) -> Iterator[Entry]:
    """Client events that report an outcome; all others are dropped."""
    if kind == 'abort':
        why = string(data.get('reason'))
        by_person = why in {'', 'user_initiated', 'user initiated'}
        text = INTERRUPTION if by_person else f'[Turn aborted: {why}]'
        yield Entry('system', (Text(text),), subtype='interrupted')
    elif kind == 'session.compaction_complete':
        yield Entry('system', (Note('system', ''),), subtype='compact_boundary')
        if summary := string(data.get('summaryContent')):
            yield Entry('summary', (Text(summary),), subtype='compact')
    elif kind == 'permission.completed':
        result = string(mapping(data.get('result')).get('kind'))
        yield Entry('', dropped=f'permission {name_of(result)}')
    else:
        subtype, text = _notice(kind, data)
        dropped = subtype or reason(kind, _DROPPED)
        note = Entry('system', (Note('system', text),), subtype=subtype)
        yield note if text else Entry('', dropped=dropped)


def _notice(kind: str, data: Mapping[str, object]) -> tuple[str, str]:
    """The subtype and the words of an event that says something; both empty for the others."""
    if kind == 'system.notification':
        return 'notification', _NOTIFICATION.sub('', string(data.get('content'))).strip()
    if kind in _NOTICES:
        words = (data.get('message'), data.get('summary'), data.get('error'))
        return kind, '\n'.join(filter(None, map(string, words)))
    if kind == 'hook.end' and data.get('success') is False:
        error = data.get('error')
        return 'hook', string(error) or string(mapping(error).get('message'))
    return '', ''
