"""Redacts every string of the entries, before any of them is shortened.

Terminal control sequences are removed first: a colour inside a token would hide the token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.agents import (
    Entry,
    Image,
    Note,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Unknown,
)
from learn_core.preprocess.rules.words import plain as without_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from learn_core.agents import Block
    from learn_core.redact import Redactor

    Visit = Callable[[str, str], str]
    """Takes the name of a string (a parameter's name, else empty) and the string; returns the
    replacement."""

_TOO_DEEP = '[nested deeper]'
_DEEPEST = 30  # levels of a parameter's value; deeper values are dropped


def redacted(entries: Sequence[Entry], redactor: Redactor) -> Sequence[Entry]:
    """The entries, with each string that may be written redacted on its own."""
    found: list[tuple[str, str]] = []
    deep, ends = [], []
    for entry in entries:
        deep.append(_collect(entry, found))
        ends.append(len(found))
    plain = [text for _, text in found]
    clean = redactor.texts([(name, without_controls(text)) for name, text in found])
    if clean == plain and not any(deep):
        return entries
    done, begin = [], 0
    for entry, end, is_deep in zip(entries, ends, deep, strict=True):
        mine = clean[begin:end]
        is_new = is_deep or mine != plain[begin:end]
        done.append(_visited(entry, _each(mine)) if is_new else entry)
        begin = end
    return done


def _each(texts: Iterable[str]) -> Visit:
    """A visitor that returns these texts in order and ignores its arguments."""
    given = iter(texts)
    return lambda _name, _text: next(given)


def _collect(entry: Entry, found: list[tuple[str, str]]) -> bool:
    """Collects what `_visited` visits, in its order; returns whether a value is nested too deep.

    Most entries contain nothing to redact, so they need not be rebuilt.
    """
    is_deep = False
    for block in entry.blocks:
        if isinstance(block, ToolCall):
            is_deep |= _collect_use(block, found)
        elif isinstance(block, Image):
            found.append(('', block.media_type))
        elif not isinstance(block, Unknown):
            found.append(('', block.text))
            if isinstance(block, ToolResult):
                found += [('', image.media_type) for image in block.images]
            elif isinstance(block, Note):
                found += [('', value) for _, value in block.facts]
    if entry.subtype:
        found.append(('', entry.subtype))
    return is_deep


def _collect_use(use: ToolCall, found: list[tuple[str, str]]) -> bool:
    found.append(('', use.name))
    is_deep = False
    for key, value in use.parameters.items():
        found.append(('', key))
        if isinstance(value, str):
            found.append((key, value))
        elif isinstance(value, list | dict):
            is_deep |= _collect_nested(value, found)
    return is_deep


def _collect_nested(value: object, found: list[tuple[str, str]]) -> bool:
    """Collects the strings of a value; returns whether it is nested too deep to be kept."""

    def visit(name: str, text: str) -> str:
        found.append((name, text))
        return text

    return _value(value, visit, _DEEPEST) != value


def _visited(entry: Entry, visit: Visit) -> Entry:
    """The entry with each of its strings replaced by what `visit` returns for it."""
    blocks = tuple([_block(block, visit) for block in entry.blocks])
    if not entry.subtype:
        return entry._replace(blocks=blocks)
    return entry._replace(blocks=blocks, subtype=visit('', entry.subtype))


def _block(block: Block, visit: Visit) -> Block:
    match block:
        case Text(text):
            return Text(visit('', text))
        case Thinking(text):
            return Thinking(visit('', text))
        case ToolCall(identity, name, parameters):
            return ToolCall(identity, visit('', name), _mapping(parameters, visit, _DEEPEST))
        case ToolResult():
            clean = visit('', block.text)
            shown = tuple(_image(image, visit) for image in block.images)
            return block._replace(text=clean, images=shown)
        case Image():
            return _image(block, visit)
        case Note(kind, text, facts):
            clean = visit('', text)
            return Note(kind, clean, tuple((name, visit('', value)) for name, value in facts))
    return block


def _image(image: Image, visit: Visit) -> Image:
    return image._replace(media_type=visit('', image.media_type))


def _mapping(values: Mapping[str, object], visit: Visit, levels: int) -> dict[str, object]:
    done = {}
    for key, value in values.items():
        name = visit('', key)
        done[name] = visit(key, value) if isinstance(value, str) else _value(value, visit, levels)
    return done


def _value(value: object, visit: Visit, levels: int) -> object:
    if isinstance(value, str):
        return visit('', value)
    if not isinstance(value, list | dict):
        return value
    if not levels:
        return _TOO_DEEP
    if isinstance(value, list):
        return [_value(item, visit, levels - 1) for item in value]
    return _mapping(value, visit, levels - 1)
