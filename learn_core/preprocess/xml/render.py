"""Rules 8 and 12: the blocks of an entry -> pieces of XML 1.0.

A piece is one element of `<session>`, as it is written. Every piece ends in `>` and a newline, so
token counts of pieces add up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents import Entry, Image, Note, Text, Thinking, ToolCall, ToolResult
from learn_core.preprocess.rules import cuts
from learn_core.preprocess.rules.results import Shaped

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator

    from learn_core.agents import Block

OPENING = '<session>\n'
CLOSING = '</session>\n'

_LONGEST_ATTRIBUTE = 120  # characters; longer ones are no names, and tags can't be split
_ATTRIBUTE_END = 45  # characters
_FORBIDDEN = re.compile('[^\\t\\n\\r -\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]')
_PLAIN_NAME = re.compile(r'[\w .:/@+-]{1,120}', re.ASCII)
_PLAIN_BOUNDARY = 'Conversation compacted'  # says no more than its subtype


def meta(*attributes: tuple[str, str]) -> str:
    """A `<meta>` line."""
    return f'<meta{attributes_of(attributes)} />\n'


class Rendered(NamedTuple):
    """One element as it is written, in its full form; `short` is the form that a file may have
    which holds the results `needs`.

    `calls` is the id of a tool call, `answers` that of the call whose result it is.
    """

    text: str
    short: str = ''
    needs: frozenset[str] = frozenset()
    calls: str = ''
    answers: str = ''


def render(
    entry: Entry, blocks: Iterable[Block | Shaped], left_out: Counter[str], at: str = ''
) -> Iterator[Rendered]:
    """What is left of an entry's blocks, in their order. Nothing is cut here.

    `at` is the time that the first of them bears, empty for none.
    """
    state = (' abandoned="true"' if entry.abandoned else '') + (f' at="{at}"' if at else '')
    for block in blocks:
        for piece in _rendered(entry, block, state, left_out):
            yield piece
            state = ' abandoned="true"' if entry.abandoned else ''


def _rendered(
    entry: Entry, block: Block | Shaped, state: str, left_out: Counter[str]
) -> Iterator[Rendered]:
    if isinstance(block, Shaped):
        result = block.result
        text = _tool_result(result, state, left_out)
        short = result._replace(text=block.short, images=()) if block.short else None
        yield Rendered(
            text,
            _tool_result(short, state, left_out) if short else '',
            block.needs,
            answers=result.tool_use_id,
        )
    elif isinstance(block, ToolCall):
        yield Rendered(_tool_use(block, state, left_out), calls=block.id)
    else:
        yield from (Rendered(text) for text in _said(entry, block, state, left_out))


def _said(entry: Entry, block: Block, state: str, left_out: Counter[str]) -> Iterator[str]:
    if isinstance(block, ToolResult):
        yield _tool_result(block, state, left_out)
    elif isinstance(block, Image):
        yield f'<image{_image_facts(block)}{state} />\n'
    elif isinstance(block, Note):
        yield from _note(entry, block, state, left_out)
    elif isinstance(block, Text | Thinking) and block.text:
        tag, attributes = _speaker(entry, block)
        yield f'<{tag}{attributes}{state}>{escape(block.text, left_out)}</{tag}>\n'


def escape(text: str, left_out: Counter[str]) -> str:
    """Text as XML: what has a meaning there is escaped, what XML forbids becomes U+FFFD.

    A carriage return is written as a reference, for parsers turn it into a newline. A `>` needs
    one only where it would end a CDATA section.
    """
    if not text.replace('\n', '').replace('\t', '').isprintable():  # which is quick to tell
        text, forbidden = _FORBIDDEN.subn('\ufffd', text)
        if forbidden:
            left_out['characters that XML forbids'] += forbidden
    text = text.replace('&', '&amp;').replace('<', '&lt;')
    return text.replace(']]>', ']]&gt;').replace('\r', '&#13;')


def _speaker(entry: Entry, block: Text | Thinking) -> tuple[str, str]:
    """The tag of words and its attributes."""
    if isinstance(block, Thinking):
        return 'thinking', ''
    if entry.type == 'assistant':
        return 'assistant', _flags(entry)
    if entry.type == 'summary':
        return 'summary', ' compact="true"'
    if entry.type == 'user':
        return 'user', _queued(entry) + _flags(entry)
    marks = ' interrupted="true"' if entry.subtype == 'interrupted' else ''
    by = '' if marks else entry.subtype
    facts = attributes_of([('subtype', by)]) if by and by != 'meta' else ''
    return 'system', facts + _queued(entry) + _flags(entry) + marks


def _queued(entry: Entry) -> str:
    return ' queued="true"' if entry.queued else ''


def _flags(entry: Entry) -> str:
    flags = ' meta="true"' if entry.is_meta else ''
    flags += ' api_error="true"' if entry.is_api_error else ''
    is_sidechain = entry.is_sidechain and not entry.agent and entry.type == 'assistant'
    return flags + (' sidechain="true"' if is_sidechain else '')


def _note(entry: Entry, note: Note, state: str, left_out: Counter[str]) -> Iterator[str]:
    facts = list(note.facts)
    if note.kind == 'system':
        facts.insert(0, ('subtype', entry.subtype or entry.type))
    text = '' if note.text == _PLAIN_BOUNDARY else note.text
    opening = f'<{note.kind}{attributes_of(facts)}{state}'
    if text:
        yield f'{opening}>{escape(text, left_out)}</{note.kind}>\n'
    elif note.kind == 'system':
        yield f'{opening} />\n'


def _tool_use(use: ToolCall, state: str, left_out: Counter[str]) -> str:
    identity = f' id="{use.id}"' if use.id else ''
    opening = f'<tool_use name="{_quoted(use.name)}"{identity}{state}'
    if not use.parameters:
        return f'{opening} />\n'
    parameters = [
        f'\n<param name="{_quoted(name)}">{escape(str(value), left_out)}</param>'
        for name, value in use.parameters.items()
    ]
    return f'{opening}>{"".join(parameters)}\n</tool_use>\n'


def _tool_result(result: ToolResult, state: str, left_out: Counter[str]) -> str:
    opening = '<tool_result'
    opening += f' tool="{result.tool_use_id}"' if result.tool_use_id else ''
    opening += ' is_error="true"' if result.is_error else ''
    opening += ' rejected="true"' if result.is_rejected else ''
    images = ''.join([f'\n<image{_image_facts(image)} />' for image in result.images])
    if not result.text and not images:
        return f'{opening}{state} />\n'
    if '\n' not in result.text and not images:
        return f'{opening}{state}>{escape(result.text, left_out)}</tool_result>\n'
    text = '\n' + escape(result.text, left_out) if result.text else ''
    return f'{opening}{state}>{text}{images}\n</tool_result>\n'


def _image_facts(image: Image) -> str:
    return f' media_type="{_quoted(image.media_type)}" bytes="{image.size}"'


def attributes_of(facts: Iterable[tuple[str, str]]) -> str:
    """Attributes as they are written, each with a space before it."""
    return ''.join(f' {name}="{_quoted(value)}"' for name, value in facts)


def _quoted(value: str) -> str:
    if _PLAIN_NAME.fullmatch(value):
        return value
    if len(value) > _LONGEST_ATTRIBUTE:
        value = cuts.ends(value, _ATTRIBUTE_END)
    value = _FORBIDDEN.sub('\ufffd', value).replace('&', '&amp;').replace('<', '&lt;')
    value = value.replace('>', '&gt;').replace('"', '&quot;').replace('\r', '&#13;')
    return value.replace('\n', '&#10;').replace('\t', '&#9;')
