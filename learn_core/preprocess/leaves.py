"""The strings of an entry -> the same, redacted: whole, before anything of them is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.transcript import Entry, Image, Note, Text, Thinking, ToolResult, ToolUse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learn_core.redact import Redactor
    from learn_core.transcript import Block

_LONGEST_SECRET = 500  # characters of a value without other words around it
_DEEPEST = 30  # levels of a parameter's value; what lies deeper is only counted on to be long


def redacted(entry: Entry, redactor: Redactor) -> Entry:
    """The entry with every string that may be written redacted by itself."""
    return entry._replace(
        blocks=tuple(_block(block, redactor) for block in entry.blocks),
        subtype=redactor.text(entry.subtype) if entry.subtype else '',
        origin=redactor.text(entry.origin) if entry.origin else '',
    )


def _block(block: Block, redactor: Redactor) -> Block:
    match block:
        case Text(text):
            return Text(redactor.text(text))
        case Thinking(text):
            return Thinking(redactor.text(text))
        case ToolUse(identity, name, parameters):
            values = _mapping(parameters, redactor, _DEEPEST)
            return ToolUse(redactor.text(identity), redactor.text(name), values)
        case ToolResult():
            return block._replace(
                tool_use_id=redactor.text(block.tool_use_id),
                text=redactor.text(block.text),
                images=tuple(_image(image, redactor) for image in block.images),
            )
        case Image():
            return _image(block, redactor)
        case Note(kind, text, facts):
            clean = tuple((name, str(redactor.text(value))) for name, value in facts)
            return Note(kind, redactor.text(text), clean)
    return block


def _image(image: Image, redactor: Redactor) -> Image:
    return image._replace(media_type=redactor.text(image.media_type))


def _mapping(values: Mapping[str, object], redactor: Redactor, levels: int) -> dict[str, object]:
    return {
        redactor.text(key): _named(key, value, redactor)
        if isinstance(value, str)
        else _value(value, redactor, levels)
        for key, value in values.items()
    }


def _named(key: str, value: str, redactor: Redactor) -> str:
    """A string that its key alone may tell to be a secret, as `api_key` does."""
    clean = redactor.text(value)
    if clean != value or not value or len(value) > _LONGEST_SECRET:
        return clean
    assigned = redactor.text(f'{key}={value}')
    return assigned.removeprefix(f'{key}=')


def _value(value: object, redactor: Redactor, levels: int) -> object:
    if isinstance(value, str):
        return redactor.text(value)
    if not isinstance(value, list | dict):
        return value
    if not levels:
        return '[nested deeper]'
    if isinstance(value, list):
        return [_value(item, redactor, levels - 1) for item in value]
    return _mapping(value, redactor, levels - 1)
