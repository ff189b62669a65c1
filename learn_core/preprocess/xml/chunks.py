"""Rule 9: pieces + budget -> files, each within the budget and proved by parsing it back.

The budget holds for the whole file: wrapper, meta lines and all. Every piece ends in `>` and a
newline, so the tokens of a file are the sum of those of its pieces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from learn_core.errors import LearnError
from learn_core.preprocess.xml.read import read_session
from learn_core.preprocess.xml.render import CLOSING, OPENING
from learn_core.preprocess.xml.split import piece_of, split, too_small
from learn_core.preprocess.xml.tokens import count_piece, count_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.redact import Redacted, Redactor

ROOM_WORTH_FILLING = 0.04  # of the budget: more than that is not left empty at the end of a file


class Filled(NamedTuple):
    """A finished file."""

    text: Redacted
    tokens: int


def filled(
    pieces: Iterable[str], header: str, redactor: Redactor, max_tokens: int
) -> Iterator[Filled]:
    """The files of one transcript, in the order of its pieces.

    Raises LearnError if the budget cannot hold the header, or a piece's tags and some text.
    """
    filler = _Filler(header, redactor, max_tokens)
    for piece in pieces:
        yield from filler.add(piece)
    yield from filler.finish()


class _Filler:
    """The file that is being filled. `has_grown`: redaction made its pieces' file too large."""

    def __init__(
        self, header: str, redactor: Redactor, max_tokens: int, *, has_grown: bool = False
    ) -> None:
        self._header = header
        self._redactor = redactor
        self._max_tokens = max_tokens
        self._has_grown = has_grown
        self._budget = max_tokens - count_tokens(OPENING + header) - count_tokens(CLOSING)
        if self._budget <= 0:
            raise too_small(max_tokens)
        self._left = self._budget
        self._texts: list[str] = []

    def add(self, piece: str) -> Iterator[Filled]:
        """Places a piece, and yields the files that are full because of it."""
        tokens = count_piece(piece)
        parts = [(piece, tokens)]
        if not 0 < tokens <= self._left:
            parts = _crossing(piece, tokens, self._left, self._budget, self._redactor)
        for text, cost in parts:
            if cost > self._left:
                yield from self.finish()
            self._texts.append(text)
            self._left -= cost

    def finish(self) -> Iterator[Filled]:
        """Yields the file that is being filled, if there is something in it."""
        pieces, tokens = ''.join(self._texts), self._max_tokens - self._left
        self._texts, self._left = [], self._budget
        if not pieces:
            return
        plain = OPENING + self._header + pieces + CLOSING
        text = self._redactor.markup(plain)
        if text != plain:
            tokens = count_tokens(text)
        if tokens <= self._max_tokens:
            prove(text)
            yield Filled(text, tokens)
        elif self._has_grown:  # pragma: no cover - redacting again changes nothing
            raise too_small(self._max_tokens)
        else:
            yield from self._refill(text)

    def _refill(self, text: str) -> Iterator[Filled]:
        """The same in more files: a secret across pieces is only seen in the whole file."""
        again = _Filler(self._header, self._redactor, self._max_tokens, has_grown=True)
        for element in read_session(text):
            if element.tag != 'meta':
                yield from again.add(piece_of(element).whole())
        yield from again.finish()


def prove(text: str) -> None:
    """Parses a file back with expat. Raises LearnError if it is not well-formed."""
    try:
        expat.ParserCreate().Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise LearnError(
            f'a preprocessed session is not well-formed XML ({error}); please report this defect'
        ) from error


def _crossing(
    piece: str, whole: int, left: int, budget: int, redactor: Redactor
) -> list[tuple[str, int]]:
    """A piece that does not fit: as a whole if that leaves little room empty, else in parts.

    `whole` are its tokens, 0 if it is too long to be counted.
    """
    worth_filling = left > budget * ROOM_WORTH_FILLING
    if 0 < whole <= budget and not worth_filling:
        return [(piece, whole)]
    # a secret across the texts of a piece is only seen before the piece is split
    (element,) = read_session(OPENING + redactor.markup(piece) + CLOSING)
    return split(piece_of(element, redactor.text), left if worth_filling else budget, budget)
