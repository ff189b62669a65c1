"""A JSON object of a log -> an `Entry`: the only place that knows the fields of the format.

The format is not documented and goes on changing. Every field may be missing or of another type;
what can't be used is as if it were not there, and nothing here raises.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Text(NamedTuple):
    """Words of the entry's author."""

    text: str


class Thinking(NamedTuple):
    """What the model thought; empty where the log has a signature only."""

    text: str


class ToolUse(NamedTuple):
    """A call of a tool; `parameters` are JSON values as the log has them."""

    id: str
    name: str
    parameters: Mapping[str, object]


class Image(NamedTuple):
    """An image or a document: its type, and the size of the data in bytes."""

    media_type: str
    size: int


class ToolResult(NamedTuple):
    """What a tool gave back; its texts joined by newlines."""

    tool_use_id: str
    text: str
    images: tuple[Image, ...] = ()
    is_error: bool = False


class Note(NamedTuple):
    """What the client wrote: `kind` is `system`, `summary` or `plan`; facts are name and value."""

    kind: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()


class Unknown(NamedTuple):
    """A block of a type that is not known (yet)."""

    type: str


Block = Text | Thinking | ToolUse | ToolResult | Image | Note | Unknown


class Entry(NamedTuple):
    """One entry of a log. Strings that the log does not give are empty.

    `type` is the log's own, but for attachments and progress, where `subtype` says which.
    `origin` is, for what was typed while the agent worked (`queued`), who typed it: `human`,
    `peer`, `auto-continuation`, or nothing.
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
    model: str = ''
    message_id: str = ''
    origin: str = ''
    is_meta: bool = False
    is_compact_summary: bool = False
    is_sidechain: bool = False
    is_api_error: bool = False
    queued: bool = False


_TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)')
_SPEAKERS = frozenset({'user', 'assistant'})
_FILES = frozenset({'image', 'document'})
_TOOL_USES = frozenset({'tool_use', 'server_tool_use', 'mcp_tool_use'})


def parse_entry(fields: Mapping[str, object]) -> Entry:
    """An entry out of one JSON object."""
    message = _mapping(fields, 'message')
    kind = string(fields, 'type')
    role = string(fields, 'role') or string(message, 'role')
    if not kind or (kind == 'message' and role in _SPEAKERS):
        kind = role
    attachment = _mapping(fields, 'attachment')
    return Entry(
        type=kind,
        blocks=tuple(_blocks(kind, fields)),
        subtype=_subtype(fields, attachment),
        uuid=string(fields, 'uuid'),
        parent=string(fields, 'parentUuid'),
        time=time_of(fields),
        session_id=string(fields, 'sessionId'),
        branch=string(fields, 'gitBranch'),
        cwd=string(fields, 'cwd'),
        agent=string(fields, 'agentId'),
        model=string(message, 'model') or string(fields, 'model'),
        message_id=string(message, 'id'),
        origin=string(_mapping(attachment, 'origin'), 'kind'),
        is_meta=fields.get('isMeta') is True,
        is_compact_summary=fields.get('isCompactSummary') is True,
        is_sidechain=fields.get('isSidechain') is True,
        is_api_error=fields.get('isApiErrorMessage') is True,
        queued=string(attachment, 'type') == 'queued_command',
    )


def string(fields: Mapping[str, object], key: str) -> str:
    """The string under a key, empty if there is none."""
    value = fields.get(key)
    return value if isinstance(value, str) else ''


def time_of(fields: Mapping[str, object]) -> str:
    """An entry's timestamp (ISO 8601), empty if it has none that is well-formed."""
    stamp = string(fields, 'timestamp')
    return stamp if _TIME.fullmatch(stamp) else ''


def _mapping(fields: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = fields.get(key)
    return value if isinstance(value, dict) else {}


def _subtype(fields: Mapping[str, object], attachment: Mapping[str, object]) -> str:
    return (
        string(fields, 'subtype')
        or string(fields, 'operation')
        or string(attachment, 'type')
        or string(_mapping(fields, 'data'), 'type')
    )


def _blocks(kind: str, fields: Mapping[str, object]) -> Iterator[Block]:
    if kind in _SPEAKERS:
        yield from _spoken(fields)
    elif kind == 'summary':
        yield Note('summary', string(fields, 'summary'))
    elif kind == 'system':
        yield Note('system', _system_text(fields), tuple(_system_facts(fields)))
    elif kind == 'attachment':
        yield from _attached(_mapping(fields, 'attachment'))
    elif kind == 'continued-in':
        yield Note('system', '', (('session', string(fields, 'continuedInSessionId')),))
    elif kind == 'queue-operation' and string(fields, 'operation') == 'enqueue':
        yield from _content(fields.get('content'))


def _spoken(fields: Mapping[str, object]) -> Iterator[Block]:
    message = fields.get('message')
    content = message.get('content') if isinstance(message, dict) else message
    yield from _content(fields.get('content') if content is None else content)
    if plan := string(fields, 'planContent'):
        yield Note('plan', plan)


def _attached(attachment: Mapping[str, object]) -> Iterator[Block]:
    if string(attachment, 'type') == 'queued_command':
        yield from _content(attachment.get('prompt'))
    elif string(attachment, 'type') == 'plan_file_reference':
        yield Note('plan', string(attachment, 'planContent'))


def _content(content: object) -> Iterator[Block]:
    """Blocks out of a message's content: a string, a block, or a list of either."""
    for item in content if isinstance(content, list) else [content]:
        if isinstance(item, str):
            yield Text(item)
        elif isinstance(item, dict):
            yield _block(item)


def _block(fields: Mapping[str, object]) -> Block:
    kind = string(fields, 'type')
    if kind in _TOOL_USES:
        return ToolUse(string(fields, 'id'), string(fields, 'name'), _parameters(fields))
    if kind == 'tool_result' or kind.endswith('_tool_result'):
        return _tool_result(fields)
    if kind in {'thinking', 'redacted_thinking'}:
        return Thinking(string(fields, 'thinking'))
    if kind in _FILES:
        return _file(fields)
    text = fields.get('text')
    return Text(text) if isinstance(text, str) else Unknown(kind)


def _parameters(fields: Mapping[str, object]) -> Mapping[str, object]:
    given = fields.get('input')
    if isinstance(given, dict):
        return given
    return {} if given is None else {'input': given}


def _tool_result(fields: Mapping[str, object]) -> ToolResult:
    """Of a list, what has a text or a title; what is encrypted in it says nothing to a reader."""
    content = fields.get('content')
    texts: list[str] = []
    images: list[Image] = []
    for item in content if isinstance(content, list) else [content]:
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, dict):
            shown = _file(item) if string(item, 'type') in _FILES else Text(_said(item))
            if isinstance(shown, Image):
                images.append(shown)
            else:
                texts.append(shown.text)
    return ToolResult(
        tool_use_id=string(fields, 'tool_use_id'),
        text='\n'.join(text for text in texts if text),
        images=tuple(images),
        is_error=fields.get('is_error') is True,
    )


def _said(item: Mapping[str, object]) -> str:
    keys = ('text', 'title', 'url', 'tool_name', 'stdout', 'stderr', 'error_code', 'content')
    return '\n'.join(filter(None, (string(item, key) for key in keys)))


def _file(fields: Mapping[str, object]) -> Image | Text:
    """An image or a document; a document may be plain text."""
    source = _mapping(fields, 'source')
    data = string(source, 'data')
    if string(source, 'type') == 'text':
        return Text(data)
    return Image(string(source, 'media_type'), len(data) * 3 // 4 - data[-2:].count('='))


def _system_text(fields: Mapping[str, object]) -> str:
    """What a system entry says: its content, what hooks complained of, or what the API answered."""
    said = [string(fields, 'content'), string(fields, 'stopReason')]
    complaints = fields.get('hookErrors')
    if isinstance(complaints, list):
        said += [line for line in complaints if isinstance(line, str)]
    for key in ('error', 'cause'):
        trouble = _mapping(fields, key)
        said += [string(trouble, name) for name in ('type', 'code', 'message')]
        said += [string(_mapping(_mapping(trouble, 'error'), 'error'), 'message')]
    return '\n'.join(filter(None, said))


def _system_facts(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Numbers that are worth a reader's while: of a compaction and of a failed request."""
    for key in ('compactMetadata', 'microcompactMetadata'):
        found = _mapping(fields, key)
        if trigger := string(found, 'trigger'):
            yield 'trigger', trigger
        if isinstance(found.get('preTokens'), int):
            yield 'tokens_before', str(found['preTokens'])
    status = _mapping(fields, 'error').get('status')
    if isinstance(status, int):
        yield 'status', str(status)
