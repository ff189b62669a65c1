"""Rules 8 and 12: the blocks of an entry -> pieces of XML 1.0.

A piece is one element of `<session>`, as it is written. Every piece ends in `>` and a newline, so
token counts of pieces add up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents import Entry, Image, Note, Text, Thinking, ToolCall
from learn_core.preprocess.rules import cuts
from learn_core.preprocess.rules.results import Shaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.agents import Block, ToolResult

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


def render(entry: Entry, blocks: Iterable[Block | Shaped], at: str = '') -> Iterator[Rendered]:
    """What is left of an entry's blocks, in their order. Nothing is cut here.

    `at` is the time that the first of them bears, empty for none.
    """
    always = ' abandoned="true"' if entry.abandoned else ''
    state = always + (f' at="{at}"' if at else '')
    for block in blocks:
        if isinstance(block, Shaped):
            result = block.result
            short = result._replace(text=block.short, images=())
            yield Rendered(
                _tool_result(result, state),
                _tool_result(short, state) if block.short else '',
                block.needs,
                answers=result.tool_use_id,
            )
        elif isinstance(block, ToolCall):
            yield Rendered(_tool_use(block, state), calls=block.id)
        elif text := _said(entry, block, state):
            yield Rendered(text)
        else:
            continue
        state = always


def escape(text: str) -> str:
    """Text as XML: what has a meaning there is escaped, what XML forbids becomes U+FFFD.

    A carriage return is written as a reference, for parsers turn it into a newline. A `>` needs
    one only where it would end a CDATA section.
    """
    if not text.replace('\n', '').replace('\t', '').isprintable():  # which is quick to tell
        text = _FORBIDDEN.sub('\ufffd', text)
    text = text.replace('&', '&amp;').replace('<', '&lt;')
    return text.replace(']]>', ']]&gt;').replace('\r', '&#13;')


def _said(entry: Entry, block: Block, state: str) -> str:
    match block:
        case Image():
            return f'<image{_image_facts(block)}{state} />\n'
        case Thinking(text) if text:
            return f'<thinking{state}>{escape(text)}</thinking>\n'
        case Text(text) if text:
            tag, attributes = _speaker(entry)
            return f'<{tag}{attributes}{state}>{escape(text)}</{tag}>\n'
        case Note(kind, text, facts):
            by = [('subtype', entry.subtype or entry.type)] if kind == 'system' else []
            opening = f'<{kind}{attributes_of([*by, *facts])}{state}'
            if text and text != _PLAIN_BOUNDARY:
                return f'{opening}>{escape(text)}</{kind}>\n'
            return f'{opening} />\n' if by else ''
    return ''


def _speaker(entry: Entry) -> tuple[str, str]:
    """The tag of words and its attributes."""
    if entry.type == 'summary':
        return 'summary', ' compact="true"'
    is_answer = entry.type == 'assistant'
    marks = {
        'queued': entry.queued and not is_answer,
        'meta': entry.is_meta,
        'api_error': entry.is_api_error,
        'sidechain': is_answer and entry.is_sidechain and not entry.agent,
        'interrupted': entry.subtype == 'interrupted',
    }
    flags = ''.join([f' {name}="true"' for name, is_set in marks.items() if is_set])
    if entry.type in {'assistant', 'user'}:
        return entry.type, flags
    by = [] if entry.subtype in {'', 'meta', 'interrupted'} else [('subtype', entry.subtype)]
    return 'system', attributes_of(by) + flags


def _tool_use(use: ToolCall, state: str) -> str:
    identity = f' id="{use.id}"' if use.id else ''
    opening = f'<tool_use name="{_quoted(use.name)}"{identity}{state}'
    if not use.parameters:
        return f'{opening} />\n'
    parameters = [
        f'\n<param name="{_quoted(name)}">{escape(str(value))}</param>'
        for name, value in use.parameters.items()
    ]
    return f'{opening}>{"".join(parameters)}\n</tool_use>\n'


def _tool_result(result: ToolResult, state: str) -> str:
    opening = '<tool_result'
    opening += f' tool="{result.tool_use_id}"' if result.tool_use_id else ''
    opening += ' is_error="true"' if result.is_error else ''
    opening += ' rejected="true"' if result.is_rejected else ''
    images = ''.join([f'\n<image{_image_facts(image)} />' for image in result.images])
    if not result.text and not images:
        return f'{opening}{state} />\n'
    text = escape(result.text)
    if '\n' not in text and not images:
        return f'{opening}{state}>{text}</tool_result>\n'
    text = f'\n{text}' if text else ''
    return f'{opening}{state}>{text}{images}\n</tool_result>\n'


def _image_facts(image: Image) -> str:
    return f' media_type="{_quoted(image.media_type)}" bytes="{image.size}"'


def attributes_of(facts: Iterable[tuple[str, str]]) -> str:
    """Attributes as they are written, each with a space before it."""
    return ''.join([f' {name}="{_quoted(value)}"' for name, value in facts])


def _quoted(value: str) -> str:
    if _PLAIN_NAME.fullmatch(value):
        return value
    if len(value) > _LONGEST_ATTRIBUTE:
        value = cuts.ends(value, _ATTRIBUTE_END)
    value = escape(value).replace('>', '&gt;').replace('"', '&quot;')
    return value.replace('\n', '&#10;').replace('\t', '&#9;')
