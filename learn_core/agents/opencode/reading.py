"""A session of OpenCode -> its entries. One assistant message per step of the model."""

from __future__ import annotations

import re
from dataclasses import dataclass
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
from learn_core.agents.opencode.store import Message, iso, seconds, stored
from learn_core.agents.values import mapping, reason, string

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from learn_core.agents.transcript import Transcript

_DROPPED = re.compile('agent|file|patch|snapshot|step-finish|step-start')
_PENDING = frozenset({'pending', 'running'})
_REFUSED = 'The user rejected permission'
_ASKED = re.compile(r'User has answered your questions?: "')
_DATA_URL = re.compile(r'data:[^,]{0,200},')


@dataclass
class _State:
    """The state between entries; `busy_until` is when the model's last step ended."""

    cwd: str
    is_child: bool
    undone_from: str
    undone_part: str
    busy_until: float = 0.0


def session_of(transcript: Transcript) -> str:
    """The id of the session's row: a sub-agent's is its own."""
    return transcript.subagent.agent_id if transcript.subagent else transcript.session_id


def read(transcript: Transcript) -> Iterator[Entry]:
    """The entries of a session or of a child session. Raises LearnError."""
    session = stored(transcript.files[0], session_of(transcript))
    revert = mapping(session.info.get('revert'))
    state = _State(
        cwd=string(session.info.get('directory')),
        is_child=transcript.subagent is not None or bool(session.info.get('parentID')),
        undone_from=string(revert.get('messageID')),
        undone_part=string(revert.get('partID')),
    )
    at = 0
    for message in session.messages:
        time = iso(mapping(message.info.get('time')).get('created'))
        for entry in _message(state, message):
            at += 1
            yield entry._replace(at=at, time=time, session_id=transcript.session_id, cwd=state.cwd)
    yield from [Entry('', dropped=UNREADABLE)] * session.unreadable


def _message(state: _State, message: Message) -> Iterator[Entry]:
    info, times = message.info, mapping(message.info.get('time'))
    identity, is_user = string(info.get('id')), info.get('role') == 'user'
    queued = is_user and seconds(times.get('created')) < state.busy_until
    if not is_user:
        state.cwd = string(mapping(info.get('path')).get('cwd')) or state.cwd
        state.busy_until = max(state.busy_until, seconds(times.get('completed')))
    for part in message.parts:
        part_id = string(part.get('id'))
        undone = _is_undone(state, identity, part_id)
        for entry in _of_user(state, part, queued=queued) if is_user else _of_model(info, part):
            yield entry._replace(uuid=part_id or identity, abandoned=undone)
    yield from _how_it_ended(info)


def _is_undone(state: _State, message: str, part: str) -> bool:
    """Whether the person undid this; ids sort by time."""
    if not state.undone_from or message < state.undone_from:
        return False
    return message > state.undone_from or not state.undone_part or part >= state.undone_part


def _of_user(state: _State, part: Mapping[str, object], *, queued: bool) -> Iterator[Entry]:
    kind, text = string(part.get('type')), string(part.get('text'))
    if kind == 'text' and (part.get('synthetic') is True or part.get('ignored') is True):
        yield Entry('', dropped='synthetic text')
    elif kind == 'text':
        entry = Entry('user', (Text(text),), queued=queued)
        yield entry._replace(type='system', subtype=BY_AGENT) if state.is_child else entry
    elif kind == 'compaction':
        yield Entry('system', (Note('system', ''),), subtype='compact_boundary')
    elif kind == 'file' and string(part.get('mime')).startswith('image/'):
        yield Entry('user', (_image(part),))
    elif kind == 'subtask':
        words = string(part.get('prompt')) or string(part.get('description'))
        yield Entry('user', (Text(words),), queued=queued)
    else:
        yield Entry('', dropped=reason(kind, _DROPPED, 'part'))


def _of_model(info: Mapping[str, object], part: Mapping[str, object]) -> Iterator[Entry]:
    kind, text = string(part.get('type')), string(part.get('text'))
    common = Entry('assistant', model=string(info.get('modelID')))
    if kind == 'text' and info.get('summary') is True:
        yield Entry('summary', (Text(text),), subtype='compact')
    elif kind == 'text':
        yield common._replace(blocks=(Text(text),))
    elif kind == 'reasoning':
        yield common._replace(blocks=(Thinking(text),))
    elif kind == 'tool':
        yield from _tool(common, part)
    elif kind == 'retry':
        words = _error_words(mapping(part.get('error')))
        yield Entry('system', (Note('system', words),), subtype='retry')
    else:
        yield Entry('', dropped=reason(kind, _DROPPED, 'part'))


def _tool(common: Entry, part: Mapping[str, object]) -> Iterator[Entry]:
    """The call and its result, which are one part."""
    call, name = string(part.get('callID')), string(part.get('tool'))
    state = mapping(part.get('state'))
    yield common._replace(blocks=(ToolCall(call, name, mapping(state.get('input'))),))
    status, metadata = string(state.get('status')), mapping(state.get('metadata'))
    if status in _PENDING:
        return
    text = string(state.get('output')) or string(state.get('error'))
    answer = _answers(text) if name == 'question' else ''
    if answer:
        yield Entry('user', (ToolResult(call, ANSWERED),))
        yield Entry('user', (Text(answer),), subtype='answer')
    else:
        is_rejected = status == 'error' and text.startswith(_REFUSED)
        failed = status == 'error' or name == 'invalid' or metadata.get('exit') not in (None, 0)
        result = ToolResult(
            tool_use_id=call,
            text=text,
            is_error=failed,
            is_rejected=is_rejected,
            is_answer=is_rejected,
        )
        yield Entry('user', (result,))
    if child := string(metadata.get('sessionId')):
        yield Entry('', dropped='sub-agent started', agent=child, call=call)


def _answers(text: str) -> str:
    """The answers out of `"question"="answer", "…"="…". …`; empty if there are none."""
    found = _ASKED.match(text)
    pairs = text[found.end() :].rpartition('".')[0] if found else ''
    return '\n'.join(pair.partition('"="')[2] for pair in pairs.split('", "') if pair)


def _how_it_ended(info: Mapping[str, object]) -> Iterator[Entry]:
    """What stopped a message, if anything did."""
    error = mapping(info.get('error'))
    name = string(error.get('name'))
    if name == 'MessageAbortedError':
        yield Entry('system', (Text(INTERRUPTION),), subtype='interrupted')
    elif name:
        yield Entry('system', (Note('system', _error_words(error)),), subtype='error')


def _error_words(error: Mapping[str, object]) -> str:
    data = mapping(error.get('data'))
    words = (error.get('name'), error.get('message'), data.get('message'))
    return ': '.join(dict.fromkeys(filter(None, map(string, words))))


def _image(part: Mapping[str, object]) -> Image:
    url = string(part.get('url'))
    start = _DATA_URL.match(url)
    return Image(string(part.get('mime')), (len(url) - start.end()) * 3 // 4 if start else 0)
