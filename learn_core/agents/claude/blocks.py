"""What an entry says -> blocks: a message's content, and what the client wrote.

Content is a string, a block, or a list of either. A field that is missing or has another type is
ignored; nothing here raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.agents.entry import Image, Note, Text, Thinking, ToolCall, ToolResult, Unknown
from learn_core.agents.lines import joined, mapping, string

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from learn_core.agents.entry import Block

_FILES = frozenset({'image', 'document'})
_TOOL_USES = frozenset({'tool_use', 'server_tool_use', 'mcp_tool_use'})
_SAID = ('text', 'title', 'url', 'tool_name', 'stdout', 'stderr', 'error_code', 'content')
_RUNNING = frozenset({'', 'pending', 'running'})
_HOOKS = ('hook_', 'async_hook')
_HOOK_IS_FINE = frozenset({'hook_success', 'hook_additional_context', 'hook_progress'})
_HOOK_WORDS = (
    *('blockingError', 'message', 'stopReason', 'reason', 'decision', 'command'),
    *('content', 'stderr', 'stdout'),
)
_TASK_WORDS = ('description', 'deltaSummary', 'summary', 'error')


def blocks_of(content: object) -> list[Block]:
    """The blocks of a message's content."""
    items = content if isinstance(content, list) else [content]
    return [
        _block(item) if isinstance(item, dict) else Text(item)
        for item in items
        if isinstance(item, dict | str)
    ]


def _block(fields: Mapping[str, object]) -> Block:
    kind = string(fields.get('type'))
    if kind in _TOOL_USES:
        given = fields.get('input')
        parameters = given if isinstance(given, dict) else {} if given is None else {'input': given}
        return ToolCall(string(fields.get('id')), string(fields.get('name')), parameters)
    if kind == 'tool_result' or kind.endswith('_tool_result'):
        return _tool_result(fields)
    if kind in {'thinking', 'redacted_thinking'}:
        return Thinking(string(fields.get('thinking')))
    if kind in _FILES:
        return _file(fields)
    text = fields.get('text')
    return Text(text) if isinstance(text, str) else Unknown(kind)


def _tool_result(fields: Mapping[str, object]) -> ToolResult:
    """The texts and titles of its content; encrypted parts are left out."""
    content = fields.get('content')
    texts: list[str] = []
    images: list[Image] = []
    for item in content if isinstance(content, list) else [content]:
        if isinstance(item, dict) and item.get('type') in ('image', 'document'):
            shown = _file(item)
            images += [shown] if isinstance(shown, Image) else []
            texts += [shown.text] if isinstance(shown, Text) else []
        elif isinstance(item, dict):
            texts += [string(item.get(key)) for key in _SAID]
        else:
            texts.append(string(item))
    return ToolResult(
        tool_use_id=string(fields.get('tool_use_id')),
        text=joined(texts),
        images=tuple(images),
        is_error=fields.get('is_error') is True,
    )


def _file(fields: Mapping[str, object]) -> Image | Text:
    """An image or a document; a document may be plain text."""
    source = mapping(fields.get('source'))
    data = string(source.get('data'))
    if source.get('type') == 'text':
        return Text(data)
    return Image(string(source.get('media_type')), len(data) * 3 // 4 - data[-2:].count('='))


def noted(kind: str, fields: Mapping[str, object]) -> Iterator[Block]:
    """The blocks of an entry that the client wrote."""
    if kind == 'summary':
        yield Note('summary', string(fields.get('summary')))
    elif kind == 'system':
        yield Note('system', _system_text(fields), tuple(_system_facts(fields)))
    elif kind == 'attachment':
        yield from _attached(mapping(fields.get('attachment')))
    elif kind == 'continued-in':
        yield Note('system', '', (('session', string(fields.get('continuedInSessionId'))),))
    elif kind == 'queue-operation' and fields.get('operation') == 'enqueue':
        yield from blocks_of(fields.get('content'))
    elif kind == 'pr-link':
        number, names = fields.get('prNumber'), {'url': 'prUrl', 'repository': 'prRepository'}
        facts = [(name, string(fields.get(key))) for name, key in names.items()]
        is_link = type(number) is int
        yield Note('pr-link', '', (('number', str(number)), *facts) if is_link else ())


def _system_text(fields: Mapping[str, object]) -> str:
    """The words of a system entry: its content, the complaints of hooks, or the API's answer."""
    said = [fields.get('content'), fields.get('stopReason')]
    complaints = fields.get('hookErrors')
    said += complaints if isinstance(complaints, list) else []
    for key in ('error', 'cause'):
        error = mapping(fields.get(key))
        said += [error.get(name) for name in ('type', 'code', 'message')]
        said.append(mapping(mapping(error.get('error')).get('error')).get('message'))
    return joined(said)


def _system_facts(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Numbers of a compaction and of a failed request."""
    for key in ('compactMetadata', 'microcompactMetadata'):
        found = mapping(fields.get(key))
        if trigger := string(found.get('trigger')):
            yield 'trigger', trigger
        if isinstance(found.get('preTokens'), int):
            yield 'tokens_before', str(found['preTokens'])
    status = mapping(fields.get('error')).get('status')
    if isinstance(status, int):
        yield 'status', str(status)


def _attached(attachment: Mapping[str, object]) -> Iterator[Block]:
    """Most attachments are reminders and have none."""
    kind = string(attachment.get('type'))
    if kind == 'queued_command':
        yield from blocks_of(attachment.get('prompt'))
    elif kind == 'plan_file_reference':
        yield Note('plan', string(attachment.get('planContent')))
    elif kind.startswith(_HOOKS) and kind not in _HOOK_IS_FINE:
        # what a hook refused and why, or how it failed
        is_fine = attachment.get('exitCode') == 0 or attachment.get('decision') == 'allow'
        text = _words(attachment, _HOOK_WORDS)
        if text and not is_fine:
            yield Note('system', text, _facts(attachment, ('hookName', 'exitCode')))
    elif kind == 'task_status' and string(attachment.get('status')) not in _RUNNING:
        facts = _facts(attachment, ('status', 'taskType', 'taskId'))
        yield Note('system', _words(attachment, _TASK_WORDS), facts)
    elif kind == 'max_turns_reached':
        yield Note('system', '', (('turns', str(attachment.get('maxTurns'))),))


def _facts(fields: Mapping[str, object], keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
    found = ((key, fields.get(key)) for key in keys)
    return tuple(
        (key, str(value))
        for key, value in found
        if (isinstance(value, str) and value) or type(value) is int
    )


def _words(fields: Mapping[str, object], keys: tuple[str, ...]) -> str:
    """The texts of these fields, each a string, a list of them, or an object that holds them."""
    said: list[object] = []
    for key in keys:
        value = fields.get(key)
        if isinstance(value, dict):
            said += [value.get(inner) for inner in keys]
        else:
            said += value if isinstance(value, list) else [value]
    return joined(dict.fromkeys(map(string, said)))
