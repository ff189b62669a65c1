"""Redacts every string of the entries, before any of them is shortened.

Terminal control sequences are removed first: a colour inside a token would hide the token.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from learn_core.agents import Entry, Note, ToolCall, ToolResult, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from learn_core.redact import Redactor

_DEEPEST = 30  # levels of a block's values; deeper ones are dropped
_TOO_DEEP = '\0[nested deeper]'  # with a control character, so that it differs from what is written
_OWN = {ToolCall: 1, ToolResult: 1, Note: 1, Unknown: 1}  # leading fields that are not the log's

# CSI, OSC and other strings up to their end, and the rest of ECMA-48
_CONTROL = re.compile(
    r'(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]'
    r'|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)?'
    r'|\x1b[ -/]*[0-~]?'
    r'|[\x00-\x08\x0e-\x1a]'
)
_ANY_CONTROL = re.compile(r'[\x00-\x08\x0e-\x1b\x80-\x9f]')


def redacted(entries: Sequence[Entry], redactor: Redactor) -> Sequence[Entry]:
    """The entries, with each string that may be written redacted on its own."""
    found: list[tuple[str, str]] = []
    ends = []
    for entry in entries:
        for block in entry.blocks:
            for value in block[_OWN.get(type(block), 0) :]:
                _collect('', value, found, _DEEPEST)
        if entry.subtype:
            found.append(('', entry.subtype))
        ends.append(len(found))
    plain = [text for _, text in found]
    clean = redactor.texts([(name, without_controls(text)) for name, text in found])
    if clean == plain:
        return entries
    done, begin = [], 0
    for entry, end in zip(entries, ends, strict=True):
        is_new = clean[begin:end] != plain[begin:end]  # of most entries nothing is
        done.append(_rebuilt(entry, iter(clean[begin:end])) if is_new else entry)
        begin = end
    return done


def without_controls(text: str) -> str:
    """The text without terminal control sequences: colours, cursor moves, titles."""
    return _CONTROL.sub('', text) if _ANY_CONTROL.search(text) else text


def _collect(name: str, value: object, found: list[tuple[str, str]], levels: int) -> None:
    """Collects the strings of a value, each with its name: a parameter's, else empty."""
    if isinstance(value, str):
        found.append((name, value))
    elif isinstance(value, list | tuple | dict) and not levels:
        found.append(('', _TOO_DEEP))
    elif isinstance(value, dict):
        for key, inner in value.items():
            found.append(('', key))
            _collect(key, inner, found, levels - 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            _collect('', inner, found, levels - 1)


def _rebuilt(entry: Entry, texts: Iterator[str]) -> Entry:
    """The entry with these texts in place of those that were collected."""
    blocks: list[Any] = []
    for block in entry.blocks:
        own = _OWN.get(type(block), 0)
        values = [_replaced(value, texts, _DEEPEST) for value in block[own:]]
        blocks.append(type(block)(*block[:own], *values))
    return entry._replace(blocks=tuple(blocks), subtype=entry.subtype and next(texts))


def _replaced(value: Any, texts: Iterator[str], levels: int) -> Any:
    if isinstance(value, str):
        return next(texts)
    if not isinstance(value, list | tuple | dict):
        return value
    if not levels:
        return next(texts)
    if isinstance(value, dict):
        return {next(texts): _replaced(inner, texts, levels - 1) for inner in value.values()}
    inner = [_replaced(one, texts, levels - 1) for one in value]
    return inner if isinstance(value, list) else getattr(value, '_make', tuple)(inner)
