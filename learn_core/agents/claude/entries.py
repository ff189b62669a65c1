"""A JSON object of a log -> an `Entry`; the fields of the format are read here.

The format is undocumented and keeps changing. A field that is missing or has another type is
ignored; nothing here raises.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.agents.claude.content import blocks_of
from learn_core.agents.claude.notes import attached, link_facts, system_facts, system_text
from learn_core.agents.entry import BY_PROGRAM, COMPACT, Entry, Note
from learn_core.agents.tally import BRIDGE
from learn_core.agents.values import mapping, name_of, reason, string, time_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from learn_core.agents.entry import Block

_SPEAKERS = frozenset({'user', 'assistant'})
_NO_PERSON = {'sdk': BY_PROGRAM, 'system': 'system'}
_NOTHING: dict[str, object] = {}
_AROUND = ('sessionId', 'gitBranch', 'cwd', 'timestamp')
_OWN_NAMES = {'continued-in': 'continued-in'}  # entries without a subtype
_KEPT = frozenset({'summary', 'system', 'continued-in'})
_BOOKKEEPING = re.compile(
    'agent-name|ai-title|attachment|bridge-session|custom-title|file-history-snapshot|last-prompt'
    '|mode|permission-mode|pr-link|progress|queue-operation'
)


def parse_entry(fields: Mapping[str, object], at: int = 0) -> Entry:
    """An entry out of one JSON object, with the log's own `type`.

    `subtype` of a `user` entry is who wrote it, where the log says so.
    """
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
    message, outcome = get('message'), get('toolUseResult')
    inner = message if type(message) is dict else _NOTHING
    return common._replace(
        blocks=tuple(_spoken(fields, message)),
        subtype='' if common.type == 'assistant' else _author(fields),
        time=time_of(get('timestamp')),
        report_of=string(outcome.get('agentId')) if type(outcome) is dict else '',
        model=string(inner.get('model')),
        message_id=string(inner.get('id')),
        is_meta=get('isMeta') is True,
        is_api_error=get('isApiErrorMessage') is True,
    )


def _author(fields: Mapping[str, object]) -> str:
    """Who wrote a `user` entry, as far as the log says."""
    if fields.get('isCompactSummary') is True:
        return COMPACT
    origin = origin_of(fields.get('origin'))
    source = fields.get('promptSource')
    if isinstance(source, str) and source in _NO_PERSON:
        return origin if origin not in {'', 'human'} else _NO_PERSON[source]
    if origin:
        return origin
    return BY_PROGRAM if string(fields.get('entrypoint')).startswith('sdk') else ''


def origin_of(origin: object) -> str:
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
    get = fields.get
    role = string(get('role')) or string(mapping(get('message')).get('role'))
    if role in _SPEAKERS and common.type in {'', 'message'}:
        return parse_entry({**fields, 'type': role}, common.at)
    attachment = mapping(get('attachment'))
    inner = string(attachment.get('type'))
    known = (get('subtype'), get('operation'), inner, _OWN_NAMES.get(common.type))
    subtype = next(filter(None, map(string, known)), '')
    entry = common._replace(
        blocks=tuple(_noted(common.type, fields, attachment)),
        subtype=subtype,
        parent=common.parent or string(get('logicalParentUuid')),
        time=time_of(get('timestamp')),
        is_meta=get('isMeta') is True,
    )
    if inner == 'queued_command':
        return entry._replace(type='user', subtype=_queued_by(attachment), queued=True)
    return entry if _is_kept(entry) else entry._replace(dropped=_reason(common.type, subtype))


def _is_kept(entry: Entry) -> bool:
    return entry.type in _KEPT or (entry.type == 'attachment' and bool(entry.blocks))


def _queued_by(attachment: Mapping[str, object]) -> str:
    """Who wrote what was delivered while the agent worked; without an origin the client did,
    except in older logs, which have the queue's mode instead.
    """
    mode = string(attachment.get('commandMode'))
    is_prompt = mode == 'prompt' and attachment.get('isMeta') is not True
    return origin_of(attachment.get('origin')) or ('' if is_prompt else mode or 'queued')


def _reason(kind: str, subtype: str) -> str:
    """Why an entry is dropped whole."""
    why = reason(kind, _BOOKKEEPING)
    return f'{why} {name_of(subtype)}' if subtype and _BOOKKEEPING.fullmatch(kind) else why


def _spoken(fields: Mapping[str, object], message: object) -> list[Block]:
    content = message.get('content') if isinstance(message, dict) else message
    blocks = blocks_of(fields.get('content') if content is None else content)
    plan = fields.get('planContent')
    return [*blocks, Note('plan', plan)] if isinstance(plan, str) and plan else blocks


def _noted(
    kind: str, fields: Mapping[str, object], attachment: Mapping[str, object]
) -> Iterator[Block]:
    """The notes in an entry that the client wrote."""
    if kind == 'summary':
        yield Note('summary', string(fields.get('summary')))
    elif kind == 'system':
        yield Note('system', system_text(fields), tuple(system_facts(fields)))
    elif kind == 'attachment':
        yield from attached(attachment)
    elif kind == 'continued-in':
        yield Note('system', '', (('session', string(fields.get('continuedInSessionId'))),))
    elif kind == 'queue-operation' and string(fields.get('operation')) == 'enqueue':
        yield from blocks_of(fields.get('content'))
    elif kind == 'pr-link':
        yield Note('pr-link', '', tuple(link_facts(fields)))
