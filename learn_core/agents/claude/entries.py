"""A JSON object of a log -> an `Entry`: the only place that knows the fields of the format.

The format is not documented and goes on changing. Every field may be missing or of another type;
what can't be used is as if it were not there, and nothing here raises.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents.claude.blocks import Block, Note, blocks_of, mapping, string

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Entry(NamedTuple):
    """One entry of a log. Strings that the log does not give are empty.

    `type` is the log's own, but for attachments and progress, where `subtype` says which.
    `origin` is who wrote a prompt where that is known: of what was typed while the agent worked
    (`queued`) `human`, `peer` or `auto-continuation`, of others `sdk` or `system`. `agent` is the
    sub-agent that an entry comes from, `call` the tool use that started it, `report_of` the one
    whose report it is. `at` is where its line begins in the log, in bytes. `abandoned` is not in
    the log: its reader finds it out.
    """

    type: str
    blocks: tuple[Block, ...] = ()
    subtype: str = ''
    uuid: str = ''
    parent: str = ''
    time: str = ''
    session_id: str = ''
    branch: str = ''
    cwd: str = ''
    agent: str = ''
    call: str = ''
    report_of: str = ''
    model: str = ''
    message_id: str = ''
    origin: str = ''
    at: int = 0
    is_meta: bool = False
    is_compact_summary: bool = False
    is_sidechain: bool = False
    is_api_error: bool = False
    queued: bool = False
    abandoned: bool = False


_TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)')
_SPEAKERS = frozenset({'user', 'assistant'})
_NO_PERSON = frozenset({'sdk', 'system'})
_STRINGS = ('uuid', 'parentUuid', 'sessionId', 'gitBranch', 'cwd', 'agentId')
_NOTHING: dict[str, object] = {}
_AROUND = ('sessionId', 'gitBranch', 'cwd', 'timestamp')


def parse_entry(fields: Mapping[str, object], at: int = 0) -> Entry:
    """An entry out of one JSON object."""
    get = fields.get
    kind = string(get('type'))
    uuid, parent, session_id, branch, cwd, agent = [
        value if type(value := get(key)) is str else '' for key in _STRINGS
    ]
    if kind not in _SPEAKERS:
        around = Entry(kind, (), '', uuid, parent, '', session_id, branch, cwd, agent, at=at)
        return _progress(fields, around) if kind == 'progress' else _bookkept(fields, around)
    message, outcome = get('message'), get('toolUseResult')
    inner = message if type(message) is dict else _NOTHING
    return Entry(
        kind,
        tuple(_spoken(fields, message)),
        '',
        uuid,
        parent,
        time_of(fields),
        session_id,
        branch,
        cwd,
        agent,
        '',
        string(outcome.get('agentId')) if type(outcome) is dict else '',
        string(inner.get('model')),
        string(inner.get('id')),
        _source(get('promptSource')),
        at,
        get('isMeta') is True,
        get('isCompactSummary') is True,
        get('isSidechain') is True,
        get('isApiErrorMessage') is True,
    )


def nested_entry(fields: Mapping[str, object]) -> Entry:
    """The message inside an `agent_progress` entry, with what only the entry around it knows; of
    another entry, the report of the sub-agent, which is the outcome of its call.
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


def time_of(fields: Mapping[str, object]) -> str:
    """An entry's timestamp (ISO 8601), empty if it has none that is well-formed."""
    stamp = fields.get('timestamp')
    return stamp if isinstance(stamp, str) and _TIME.fullmatch(stamp) else ''


def _progress(fields: Mapping[str, object], around: Entry) -> Entry:
    """A step of a tool, a hook or a sub-agent: nothing of it is kept but whose it is."""
    data = mapping(fields.get('data'))
    return around._replace(
        subtype=string(data.get('type')),
        agent=string(data.get('agentId')) or around.agent,
        call=string(fields.get('parentToolUseID')),
        is_sidechain=fields.get('isSidechain') is True,
    )


def _bookkept(fields: Mapping[str, object], around: Entry) -> Entry:
    """An entry that neither speaks nor answers, or one whose type stands elsewhere."""
    get = fields.get
    role = string(get('role')) or string(mapping(get('message')).get('role'))
    if role in _SPEAKERS and around.type in {'', 'message'}:
        return parse_entry({**fields, 'type': role}, around.at)
    attachment = mapping(get('attachment'))
    return around._replace(
        type=around.type or role,
        blocks=tuple(_noted(around.type, fields, attachment)),
        subtype=string(get('subtype'))
        or string(get('operation'))
        or string(attachment.get('type')),
        parent=around.parent or string(get('logicalParentUuid')),
        time=time_of(fields),
        origin=string(mapping(attachment.get('origin')).get('kind')),
        is_meta=get('isMeta') is True,
        is_sidechain=get('isSidechain') is True,
        queued=string(attachment.get('type')) == 'queued_command',
    )


def _source(source: object) -> str:
    """Who wrote a prompt, if it was no person."""
    return source if isinstance(source, str) and source in _NO_PERSON else ''


def _spoken(fields: Mapping[str, object], message: object) -> list[Block]:
    content = message.get('content') if isinstance(message, dict) else message
    blocks = blocks_of(fields.get('content') if content is None else content)
    plan = fields.get('planContent')
    return [*blocks, Note('plan', plan)] if isinstance(plan, str) and plan else blocks


def _noted(
    kind: str, fields: Mapping[str, object], attachment: Mapping[str, object]
) -> Iterator[Block]:
    """What bookkeeping says that is worth keeping."""
    if kind == 'summary':
        yield Note('summary', string(fields.get('summary')))
    elif kind == 'system':
        yield Note('system', _system_text(fields), tuple(_system_facts(fields)))
    elif kind == 'attachment':
        yield from _attached(attachment)
    elif kind == 'continued-in':
        yield Note('system', '', (('session', string(fields.get('continuedInSessionId'))),))
    elif kind == 'queue-operation' and string(fields.get('operation')) == 'enqueue':
        yield from blocks_of(fields.get('content'))
    elif kind == 'pr-link':
        yield Note('pr-link', '', tuple(_link_facts(fields)))


def _attached(attachment: Mapping[str, object]) -> Iterator[Block]:
    if string(attachment.get('type')) == 'queued_command':
        yield from blocks_of(attachment.get('prompt'))
    elif string(attachment.get('type')) == 'plan_file_reference':
        yield Note('plan', string(attachment.get('planContent')))


def _system_text(fields: Mapping[str, object]) -> str:
    """What a system entry says: its content, what hooks complained of, or what the API answered."""
    said = [string(fields.get('content')), string(fields.get('stopReason'))]
    complaints = fields.get('hookErrors')
    if isinstance(complaints, list):
        said += [line for line in complaints if isinstance(line, str)]
    for key in ('error', 'cause'):
        trouble = mapping(fields.get(key))
        said += [string(trouble.get(name)) for name in ('type', 'code', 'message')]
        inner = mapping(mapping(trouble.get('error')).get('error'))
        said.append(string(inner.get('message')))
    return '\n'.join(filter(None, said))


def _system_facts(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Numbers that are worth a reader's while: of a compaction and of a failed request."""
    for key in ('compactMetadata', 'microcompactMetadata'):
        found = mapping(fields.get(key))
        if trigger := string(found.get('trigger')):
            yield 'trigger', trigger
        if isinstance(found.get('preTokens'), int):
            yield 'tokens_before', str(found['preTokens'])
    status = mapping(fields.get('error')).get('status')
    if isinstance(status, int):
        yield 'status', str(status)


def _link_facts(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    number = fields.get('prNumber')
    if isinstance(number, int) and not isinstance(number, bool):
        yield 'number', str(number)
        yield 'url', string(fields.get('prUrl'))
        yield 'repository', string(fields.get('prRepository'))
