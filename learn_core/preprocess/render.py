"""Rules 8 and 12: an entry -> pieces of XML 1.0.

A piece is one element of `<session>`. Its text is kept apart from its tags until it is known
whether it must be split. Every piece ends in `>` and a newline, so token counts of pieces add up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from learn_core.preprocess import cuts
from learn_core.transcript import Entry, Image, Note, Text, Thinking, ToolResult, ToolUse

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator

    from learn_core.transcript import Block

OPENING = '<session>\n'
CLOSING = '</session>\n'

_LONGEST_ATTRIBUTE = 120  # characters; longer ones are no names, and tags can't be split
_ATTRIBUTE_END = 45  # characters
_FORBIDDEN = re.compile('[^\\t\\n\\r -\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]')
_PART = re.compile(' part="[^"]*"')
_PLAIN_BOUNDARY = 'Conversation compacted'  # says no more than its subtype


class Leaf(NamedTuple):
    """A text that may be split, already escaped, between two tags (or nothing)."""

    text: str
    open: str = ''
    close: str = ''


class Piece(NamedTuple):
    """One element: its tag, attributes as written, and texts; `before_end` stands after these."""

    tag: str
    attributes: str
    leaves: tuple[Leaf, ...]
    before_end: str = ''

    def written(self, body: str, part: str = '') -> str:
        """The element with a body; with `part` such as `2/3` if it is one of several."""
        attributes = _with_part(self.attributes, part) if part else self.attributes
        if not body:
            return f'  <{self.tag}{attributes} />\n'
        return f'  <{self.tag}{attributes}>{body}{self.before_end}</{self.tag}>\n'

    def whole(self) -> str:
        """The element with all of its texts."""
        return self.written(''.join(leaf.open + leaf.text + leaf.close for leaf in self.leaves))


def _with_part(attributes: str, part: str) -> str:
    """With the part marked; of an element that is a part already, the part of that part."""
    found = _PART.search(attributes)
    if found:
        return f'{attributes[: found.end() - 1]} {part}{attributes[found.end() - 1 :]}'
    return f'{attributes} part="{part}"'


def meta(*attributes: tuple[str, str]) -> str:
    """A `<meta>` line."""
    return Piece('meta', attributes_of(attributes), ()).whole()


def render(entry: Entry, tools: dict[str, str], left_out: Counter[str]) -> Iterator[Piece]:
    """The pieces of an entry, in its order; `tools` learns which tool an id belongs to."""
    for block in entry.blocks:
        if isinstance(block, ToolUse):
            tools[block.id] = block.name
            yield _tool_use(block, left_out)
        elif isinstance(block, ToolResult):
            result = cuts.cut_result(block, tools.get(block.tool_use_id, ''), left_out)
            yield _tool_result(result, left_out)
        elif isinstance(block, Image):
            yield Piece('image', attributes_of(_image_facts(block)), ())
        elif piece := _words(entry, block, left_out):
            yield piece


def escape(text: str, left_out: Counter[str]) -> str:
    """Text as XML: what has a meaning there is escaped, what XML forbids becomes U+FFFD.

    A carriage return is written as a reference, for parsers turn it into a newline. A `>` needs
    one only where it would end a CDATA section.
    """
    text, forbidden = _FORBIDDEN.subn('\ufffd', text)
    if forbidden:
        left_out['characters that XML forbids'] += forbidden
    text = text.replace('&', '&amp;').replace('<', '&lt;')
    return text.replace(']]>', ']]&gt;').replace('\r', '&#13;')


def _words(entry: Entry, block: Block, left_out: Counter[str]) -> Piece | None:
    if isinstance(block, Note):
        return _note(entry, block, left_out)
    if not isinstance(block, Text | Thinking) or not block.text:
        return None
    attributes: list[tuple[str, str]] = []
    tag = 'thinking' if isinstance(block, Thinking) else _speaker(entry, attributes)
    return Piece(tag, attributes_of(attributes), (Leaf(escape(block.text, left_out)),))


def _speaker(entry: Entry, attributes: list[tuple[str, str]]) -> str:
    """The tag for words, and in `attributes` what is to be known of them."""
    if entry.type == 'assistant':
        attributes += _flags(entry)
        return 'assistant'
    if entry.is_compact_summary:
        attributes.append(('compact', 'true'))
        return 'summary'
    if entry.queued or entry.type == 'queue-operation':
        attributes.append(('queued', 'true'))
        if entry.origin not in {'', 'human'}:
            attributes.append(('origin', entry.origin))
    attributes += _flags(entry)
    return 'user'


def _flags(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.is_meta:
        yield 'meta', 'true'
    if entry.is_api_error:
        yield 'api_error', 'true'
    if entry.is_sidechain and not entry.agent:
        yield 'sidechain', 'true'


def _note(entry: Entry, note: Note, left_out: Counter[str]) -> Piece | None:
    facts = list(note.facts)
    if note.kind == 'system':
        facts.insert(0, ('subtype', entry.subtype or entry.type))
    text = '' if note.text == _PLAIN_BOUNDARY else note.text
    if not text and note.kind != 'system':
        return None
    leaves = (Leaf(escape(text, left_out)),) if text else ()
    return Piece(note.kind, attributes_of(facts), leaves)


def _tool_use(use: ToolUse, left_out: Counter[str]) -> Piece:
    leaves = tuple(
        Leaf(
            text=escape(cuts.cut_parameter(name, value, left_out), left_out),
            open=f'\n    <param{attributes_of([("name", name)])}>',
            close='</param>',
        )
        for name, value in use.parameters.items()
    )
    return Piece('tool_use', attributes_of([('name', use.name), ('id', use.id)]), leaves, '\n  ')


def _tool_result(result: ToolResult, left_out: Counter[str]) -> Piece:
    attributes = [('tool', result.tool_use_id)]
    if result.is_error:
        attributes.append(('is_error', 'true'))
    if cuts.is_refusal(result):
        attributes.append(('rejected', 'true'))
    leaves = [Leaf(escape(result.text, left_out), open='\n')] if result.text else []
    leaves += [
        Leaf('', open=f'\n    <image{attributes_of(_image_facts(image))} />')
        for image in result.images
    ]
    return Piece('tool_result', attributes_of(attributes), tuple(leaves), '\n  ')


def _image_facts(image: Image) -> list[tuple[str, str]]:
    return [('media_type', image.media_type), ('bytes', str(image.size))]


def attributes_of(facts: Iterable[tuple[str, str]]) -> str:
    """Attributes as they are written, each with a space before it."""
    return ''.join(f' {name}="{_quoted(value)}"' for name, value in facts)


def _quoted(value: str) -> str:
    if len(value) > _LONGEST_ATTRIBUTE:
        value = cuts.ends(value, _ATTRIBUTE_END)
    value = _FORBIDDEN.sub('\ufffd', value).replace('&', '&amp;').replace('<', '&lt;')
    value = value.replace('>', '&gt;').replace('"', '&quot;').replace('\r', '&#13;')
    return value.replace('\n', '&#10;').replace('\t', '&#9;')
