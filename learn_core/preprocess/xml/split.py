"""Rule 9 within an element: splits one that is too large for a file; nothing is dropped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from learn_core.errors import LearnError
from learn_core.preprocess.xml.render import attributes_of, escape
from learn_core.preprocess.xml.tokens import LONGEST_STRETCH, count_tokens, encoded, encoding

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.preprocess.xml.read import Element

_WIDEST_PART = '99999/99999'  # costs at least as much as any part that is written
_LONGEST_ENTITY = 6  # characters, `&quot;`
_PART = re.compile(' part="[^"]*"')


class Leaf(NamedTuple):
    """A text that may be split, already escaped, with the tags around it (or none)."""

    text: str
    open: str = ''
    close: str = ''


class Piece(NamedTuple):
    """One element: its tag, attributes as written, texts, and `before_end` after the texts."""

    tag: str
    attributes: str
    leaves: tuple[Leaf, ...]
    before_end: str = ''

    def written(self, body: str, part: str = '') -> str:
        """The element with a body; `part` is such as `2/3` for one of several."""
        attributes = self.attributes
        if part and (found := _PART.search(attributes)):  # a part of a part has both numbers
            attributes = f'{attributes[: found.end() - 1]} {part}{attributes[found.end() - 1 :]}'
        elif part:
            attributes += f' part="{part}"'
        if not body:
            return f'<{self.tag}{attributes} />\n'
        return f'<{self.tag}{attributes}>{body}{self.before_end}</{self.tag}>\n'

    def whole(self) -> str:
        """The element with all of its texts."""
        return self.written(''.join(leaf.open + leaf.text + leaf.close for leaf in self.leaves))


def piece_of(element: Element, redact: Callable[[str], str] = str) -> Piece:
    """An element as it is written, each text and attribute redacted on its own."""

    def attributes(of: Element) -> str:
        return attributes_of((name, redact(value)) for name, value in of.attributes.items())

    is_block = element.tag == 'tool_result' and ('\n' in element.text or bool(element.children))
    leaves = []
    if element.text:
        begin = '\n' if is_block and element.attributes.get('part', '1/').startswith('1/') else ''
        leaves.append(Leaf(begin + escape(redact(element.text))))
    for child in element.children:
        opening = f'\n<{child.tag}{attributes(child)}'
        if child.tag == 'image' and not child.text:
            leaves.append(Leaf('', f'{opening} />'))
        else:
            leaves.append(Leaf(escape(redact(child.text)), f'{opening}>', f'</{child.tag}>'))
    before_end = '\n' if element.children or is_block else ''
    return Piece(element.tag, attributes(element), tuple(leaves), before_end)


def split(piece: Piece, first: int, budget: int) -> list[tuple[str, int]]:
    """The parts of a piece and their tokens: at most `first` for the first, `budget` for others.

    A part that does not fit in the first file goes to the next. Raises LearnError if the budget
    does not hold the piece's tags and some text.
    """
    bodies = _bodies(piece, first, budget)
    parts = [f'{number}/{len(bodies)}' for number in range(1, len(bodies) + 1)]
    texts = map(piece.written, bodies, parts if len(bodies) > 1 else [''])
    return [(text, count_tokens(text)) for text in texts]


def too_small(tokens: int) -> LearnError:
    """The error for a budget that cannot hold what must stay together."""
    return LearnError(
        f'a file of {tokens} tokens cannot hold a piece of this session; '
        'set a larger learn-hook.maxTokens'
    )


def _bodies(piece: Piece, first: int, budget: int) -> list[str]:
    """The body of each part."""
    tags = count_tokens(piece.written('x', _WIDEST_PART))
    room = first - tags
    bodies: list[str] = []
    body: list[str] = []
    for leaf in piece.leaves:
        around = count_tokens(leaf.open) + count_tokens(leaf.close) + 2
        at = 0
        while True:
            length, tokens = _stretch(leaf.text, at, room - around)
            end = at + length
            if length or (not leaf.text and room >= around):
                body.append(leaf.open + leaf.text[at:end] + leaf.close)
                room -= around + tokens
                if end == len(leaf.text):
                    break
            elif not body and room == budget - tags:
                raise too_small(budget)
            if body:
                bodies.append(''.join(body))
            at, body, room = end, [], budget - tags
    return [*bodies, ''.join(body)]


def _stretch(text: str, at: int, room: int) -> tuple[int, int]:
    """The longest stretch of an escaped text that fits in `room` tokens, and its tokens; entities
    stay whole, and it ends behind a newline if that wastes little room.
    """
    if room <= 0:
        return 0, 0
    longest = min(len(text) - at, LONGEST_STRETCH)
    size = min(6 * room, longest)
    tokens = encoded(text[at : at + size])
    while len(tokens) <= room and size < longest:
        size = min(2 * size, longest)
        tokens = encoded(text[at : at + size])
    if len(tokens) <= room and at + size == len(text):
        return size, len(tokens)
    cut = encoding().decode_bytes(tokens[:room]).decode('utf-8', 'ignore')
    entity = cut.rfind('&', max(0, len(cut) - _LONGEST_ENTITY))
    length = entity if entity >= 0 and cut.find(';', entity) < 0 else len(cut)
    newline = cut.rfind('\n', length - length // 50, length)
    return newline + 1 if newline > 0 else length, min(len(tokens), room)
