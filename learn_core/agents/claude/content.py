"""The content of a message -> blocks.

Content is a string, a block, or a list of either. A field that is missing or has another type is
ignored; nothing here raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.agents.entry import Image, Text, Thinking, ToolCall, ToolResult, Unknown
from learn_core.agents.values import mapping, string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learn_core.agents.entry import Block


_FILES = frozenset({'image', 'document'})
_TOOL_USES = frozenset({'tool_use', 'server_tool_use', 'mcp_tool_use'})
_SAID = ('text', 'title', 'url', 'tool_name', 'stdout', 'stderr', 'error_code', 'content')


def blocks_of(content: object) -> list[Block]:
    """The blocks of a message's content."""
    if isinstance(content, str):
        return [Text(content)]
    items = content if isinstance(content, list) else [content]
    return [
        _block(item) if isinstance(item, dict) else Text(item)
        for item in items
        if isinstance(item, dict | str)
    ]


def _block(fields: Mapping[str, object]) -> Block:
    kind = string(fields.get('type'))
    if kind in _TOOL_USES:
        return ToolCall(string(fields.get('id')), string(fields.get('name')), _parameters(fields))
    if kind == 'tool_result' or kind.endswith('_tool_result'):
        return _tool_result(fields)
    if kind in {'thinking', 'redacted_thinking'}:
        return Thinking(string(fields.get('thinking')))
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
    """The texts and titles of its content; encrypted parts are left out."""
    content = fields.get('content')
    identity, is_error = string(fields.get('tool_use_id')), fields.get('is_error') is True
    if isinstance(content, str):
        return ToolResult(identity, content, (), is_error)
    texts: list[str] = []
    images: list[Image] = []
    for item in content if isinstance(content, list) else [content]:
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, dict):
            shown = _file(item) if string(item.get('type')) in _FILES else Text(_said(item))
            if isinstance(shown, Image):
                images.append(shown)
            else:
                texts.append(shown.text)
    return ToolResult(
        tool_use_id=identity,
        text='\n'.join(text for text in texts if text),
        images=tuple(images),
        is_error=is_error,
    )


def _said(item: Mapping[str, object]) -> str:
    return '\n'.join(filter(None, (string(item.get(key)) for key in _SAID)))


def _file(fields: Mapping[str, object]) -> Image | Text:
    """An image or a document; a document may be plain text."""
    source = mapping(fields.get('source'))
    data = string(source.get('data'))
    if string(source.get('type')) == 'text':
        return Text(data)
    media_type = string(source.get('media_type'))
    return Image(media_type, len(data) * 3 // 4 - data[-2:].count('='))
