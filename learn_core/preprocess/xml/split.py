"""Rule 9, inside an entry: a piece that is too large for its file -> parts of it, none dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from learn_core.errors import LearnError
from learn_core.preprocess.xml.tokens import LONGEST_STRETCH, count_tokens, encoded, encoding

if TYPE_CHECKING:
    from learn_core.preprocess.xml.read import Piece

_WIDEST_PART = '99999/99999'  # costs at least as much as any part that is written
_LONGEST_ENTITY = 6  # characters, `&quot;`


class Stretch(NamedTuple):
    """A part of a text: how many characters it has and what they cost."""

    length: int
    tokens: int


def split(piece: Piece, first: int, budget: int) -> list[tuple[str, int]]:
    """The parts of a piece and their tokens: at most `first` for the first, `budget` for others.

    A part that finds no room in the first file goes to the next. Raises LearnError if the budget
    does not hold the piece's tags and some text.
    """
    slack = 0
    while True:
        bodies = _bodies(piece, first, budget, slack)
        counted = []
        for number, body in enumerate(bodies, 1):
            text = piece.written(body, f'{number}/{len(bodies)}' if len(bodies) > 1 else '')
            counted.append((text, count_tokens(text)))
        if all(tokens <= budget for _, tokens in counted):
            return counted
        # texts could cost more together than each by itself, though none was found that do
        slack = 4 * slack + 4  # pragma: no cover


def stretch(text: str, at: int, room: int) -> Stretch:
    """As much of an escaped text as costs at most `room` tokens; no entity is cut in two."""
    if room <= 0:
        return Stretch(0, 0)
    longest = min(len(text) - at, LONGEST_STRETCH)
    size = min(6 * room, longest)
    tokens = encoded(text[at : at + size])
    while len(tokens) <= room and size < longest:
        size = min(2 * size, longest)
        tokens = encoded(text[at : at + size])
    if len(tokens) <= room and at + size == len(text):
        return Stretch(size, len(tokens))
    cut = encoding().decode_bytes(tokens[:room]).decode('utf-8', 'ignore')
    length = _at_newline(cut, _outside_entity(cut, len(cut)))
    return Stretch(length, min(len(tokens), room))


def too_small(tokens: int) -> LearnError:
    """A budget that can't hold what must stand together."""
    return LearnError(
        f'a file of {tokens} tokens can not hold a piece of this session; '
        'set a larger learn-hook.maxTokens'
    )


def _bodies(piece: Piece, first: int, budget: int, slack: int) -> list[str]:
    """What stands in each part."""
    tags = count_tokens(piece.written('x', _WIDEST_PART)) + slack
    room = first - tags
    bodies: list[str] = []
    body: list[str] = []
    for leaf in piece.leaves:
        around = count_tokens(leaf.open) + count_tokens(leaf.close) + 2
        at = 0
        while True:
            taken = stretch(leaf.text, at, room - around)
            end = at + taken.length
            if taken.length or (not leaf.text and room >= around):
                body.append(leaf.open + leaf.text[at:end] + leaf.close)
                room -= around + taken.tokens
                if end == len(leaf.text):
                    break
            elif not body and room == budget - tags:
                raise too_small(budget)
            if body:
                bodies.append(''.join(body))
            at, body, room = end, [], budget - tags
    return [*bodies, ''.join(body)]


def _outside_entity(text: str, length: int) -> int:
    begin = text.rfind('&', max(0, length - _LONGEST_ENTITY), length)
    return begin if begin >= 0 and text.find(';', begin, length) < 0 else length


def _at_newline(text: str, length: int) -> int:
    """Behind the last newline, if little room is lost by that."""
    newline = text.rfind('\n', length - length // 50, length)
    return newline + 1 if newline > 0 else length
