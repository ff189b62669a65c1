"""A JSON object of a log -> an `Entry`; the fields of the format are read here.

The format is undocumented and keeps changing. A field that is missing or has another type is
ignored; nothing here raises.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.agents.claude.blocks import blocks_of, noted
from learn_core.agents.entry import BY_PROGRAM, COMPACT, UNREADABLE, Entry, Note
from learn_core.agents.index import BRIDGE
from learn_core.agents.values import mapping, name_of, reason, string, time_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPEAKERS = frozenset({'user', 'assistant'})
_NO_PERSON = {'sdk': BY_PROGRAM, 'system': 'system'}
_NOTHING: dict[str, object] = {}
_AROUND = ('sessionId', 'gitBranch', 'cwd', 'timestamp')
_KEPT = frozenset({'summary', 'system', 'continued-in'})
_BOOKKEEPING = re.compile(
    'agent-name|ai-title|attachment|bridge-session|custom-title|file-history-snapshot|last-prompt'
    '|mode|permission-mode|pr-link|progress|queue-operation'
)


def parse_entry(fields: Mapping[str, object], at: int = 0) -> Entry:
    """An entry out of one JSON object, with the log's own `type`.

    `subtype` of a `user` entry is who wrote it, where the log says so.
    """
    if not fields:
        return Entry('', dropped=UNREADABLE, at=at)
    get = fields.get
    kind = string(get('type'))
    common = Entry(
        type=kind,
        uuid=string(get('uuid')),
        parent=string(get('parentUuid')),
        session_id=string(get('sessionId')),
        branch=string(get('gitBranch')),
        cwd=string(get('cwd')),
        agent=string(get('agentId')),
        at=at,
        is_sidechain=get('isSidechain') is True,
        source=BRIDGE if kind == 'bridge-session' else '',
    )
    if kind == 'progress':
        return _progress(fields, common)
    common = common._replace(time=time_of(get('timestamp')), is_meta=get('isMeta') is True)
    return _message(fields, common) if kind in _SPEAKERS else _other(fields, common)


def nested_entry(fields: Mapping[str, object]) -> Entry:
    """The message inside an `agent_progress` entry, with what only the entry around it knows.

    Of any other entry: the report of the sub-agent, which is the outcome of its call.
    """
    data = mapping(fields.get('data'))
    message = data.get('message')
    if isinstance(message, dict):
        around = {key: fields[key] for key in _AROUND if key in fields}
        return parse_entry({**around, **message, 'agentId': data.get('agentId')})
    words = {'content': mapping(fields.get('toolUseResult')).get('content')}
    return parse_entry(
        {'type': 'assistant', 'message': words, 'timestamp': fields.get('timestamp')}
    )


def _message(fields: Mapping[str, object], common: Entry) -> Entry:
    get = fields.get
    message, outcome, plan = get('message'), get('toolUseResult'), get('planContent')
    inner = message if type(message) is dict else _NOTHING
    content = inner.get('content') if inner is message else message
    blocks = blocks_of(get('content') if content is None else content)
    if isinstance(plan, str) and plan:
        blocks.append(Note('plan', plan))
    return common._replace(
        blocks=tuple(blocks),
        subtype='' if common.type == 'assistant' else _author(fields),
        report_of=string(outcome.get('agentId')) if type(outcome) is dict else '',
        model=string(inner.get('model')),
        message_id=string(inner.get('id')),
        is_api_error=get('isApiErrorMessage') is True,
    )


def _author(fields: Mapping[str, object]) -> str:
    """Who wrote a `user` entry, as far as the log says."""
    if fields.get('isCompactSummary') is True:
        return COMPACT
    origin = _origin(fields.get('origin'))
    source = _NO_PERSON.get(string(fields.get('promptSource')), '')
    if origin and (origin != 'human' or not source):
        return origin
    return source or (BY_PROGRAM if string(fields.get('entrypoint')).startswith('sdk') else '')


def _origin(origin: object) -> str:
    """`human`, `peer`, `task-notification`, …; empty if the log does not say."""
    return string(mapping(origin).get('kind')) if isinstance(origin, dict) else string(origin)


def _progress(fields: Mapping[str, object], common: Entry) -> Entry:
    """A step of a tool, a hook or a sub-agent; only the sub-agent's id is kept."""
    data = mapping(fields.get('data'))
    subtype = string(data.get('type'))
    return common._replace(
        subtype=subtype,
        agent=string(data.get('agentId')) or common.agent,
        call=string(fields.get('parentToolUseID')) if subtype == 'agent_progress' else '',
        dropped=_reason(common.type, subtype),
    )


def _other(fields: Mapping[str, object], common: Entry) -> Entry:
    """An entry of the client, or a message whose type is in another field."""
    get, kind = fields.get, common.type
    role = string(get('role')) or string(mapping(get('message')).get('role'))
    if role in _SPEAKERS and kind in {'', 'message'}:
        return parse_entry({**fields, 'type': role}, common.at)
    attachment = mapping(get('attachment'))
    inner = string(attachment.get('type'))
    own_name = 'continued-in' if kind == 'continued-in' else ''
    known = (get('subtype'), get('operation'), inner, own_name)
    entry = common._replace(
        blocks=tuple(noted(kind, fields)),
        subtype=next(filter(None, map(string, known)), ''),
        parent=common.parent or string(get('logicalParentUuid')),
    )
    if inner == 'queued_command':
        return entry._replace(type='user', subtype=_queued_by(attachment), queued=True)
    is_kept = kind in _KEPT or (kind == 'attachment' and bool(entry.blocks))
    return entry if is_kept else entry._replace(dropped=_reason(kind, entry.subtype))


def _queued_by(attachment: Mapping[str, object]) -> str:
    """Who wrote what was delivered while the agent worked; without an origin the client did,
    except in older logs, which have the queue's mode instead.
    """
    mode = string(attachment.get('commandMode'))
    is_prompt = mode == 'prompt' and attachment.get('isMeta') is not True
    return _origin(attachment.get('origin')) or ('' if is_prompt else mode or 'queued')


def _reason(kind: str, subtype: str) -> str:
    """Why an entry is dropped whole."""
    why = reason(kind, _BOOKKEEPING)
    return f'{why} {name_of(subtype)}' if subtype and _BOOKKEEPING.fullmatch(kind) else why
