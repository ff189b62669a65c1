"""Rule 9: pieces + budget -> files, each within the budget and proved by parsing it back.

The budget holds for the whole file: wrapper, meta lines and all. Every piece ends in `>` and a
newline, so the tokens of a file are the sum of those of its pieces. A tool call waits for its
result, so that both get into the same file where they fit; and a piece is written with references
only into a file that holds what they refer to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from learn_core.errors import LearnError
from learn_core.preprocess.xml.read import read_session
from learn_core.preprocess.xml.render import CLOSING, OPENING, Rendered
from learn_core.preprocess.xml.split import piece_of, split, too_small
from learn_core.preprocess.xml.tokens import count_piece, count_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from learn_core.redact import Redacted, Redactor

ROOM_WORTH_FILLING = 0.2  # of the budget: with more than that left, a piece is split to fill it

_MOST_WAITING = 40  # pieces that wait for results


class Filled(NamedTuple):
    """A finished file."""

    text: Redacted
    tokens: int


def filled(
    pieces: Iterable[Rendered],
    header: str,
    redactor: Redactor,
    max_tokens: int,
    begin_part: Callable[[], None] = lambda: None,
) -> Iterator[Filled]:
    """The files of one transcript, in the order of its pieces.

    `begin_part` is called whenever a file is finished. Raises LearnError if the budget cannot hold
    the header, or a piece's tags and some text.
    """
    filler = _Filler(header, redactor, max_tokens, begin_part)
    waiting: list[Rendered] = []
    unanswered: set[str] = set()
    for piece in pieces:
        waiting.append(piece)
        unanswered.add(piece.calls)
        unanswered -= {piece.answers, ''}
        if not unanswered or len(waiting) == _MOST_WAITING:
            yield from filler.add(waiting)
            waiting, unanswered = [], set()
    if waiting:
        yield from filler.add(waiting)
    yield from filler.finish()


class _Filler:
    """The file that is being filled."""

    def __init__(
        self, header: str, redactor: Redactor, max_tokens: int, begin_part: Callable[[], None]
    ) -> None:
        self._header = header
        self._redactor = redactor
        self._max_tokens = max_tokens
        self._begin_part = begin_part
        self._budget = max_tokens - count_tokens(OPENING + header) - count_tokens(CLOSING)
        if self._budget <= 0:
            raise too_small(max_tokens)
        self._left = self._budget
        self._texts: list[str] = []
        self._shown: set[str] = set()

    def add(self, group: Sequence[Rendered]) -> Iterator[Filled]:
        """Places pieces that belong together, and yields the files that are full because of it."""
        text, cost = self._form(group)
        if self._left < cost <= self._budget and len(group) > 1:
            yield from self.finish()
            text, cost = self._form(group)
        if cost <= self._left:
            self._place(text, cost)
            self._shown.update(piece.answers for piece in group)
        elif len(group) > 1:
            for piece in group:
                yield from self.add([piece])
        else:
            parts = _crossing(group[0].text, self._left, self._budget, self._redactor)
            for text, cost in parts:
                if cost > self._left:
                    yield from self.finish()
                self._place(text, cost)
            if len(parts) == 1:
                self._shown.add(group[0].answers)

    def _form(self, group: Sequence[Rendered]) -> tuple[str, int]:
        """The pieces as they may stand in this file, and their tokens."""
        shown = set(self._shown)
        texts = []
        for piece in group:
            texts.append(piece.short if piece.short and piece.needs <= shown else piece.text)
            shown.add(piece.answers)
        text = ''.join(texts)
        return text, count_piece(text) or self._max_tokens

    def _place(self, text: str, cost: int) -> None:
        self._texts.append(text)
        self._left -= cost

    def finish(self) -> Iterator[Filled]:
        """Yields the file that is being filled, if there is something in it."""
        pieces, tokens = ''.join(self._texts), self._max_tokens - self._left
        self._texts, self._left = [], self._budget
        self._shown.clear()
        self._begin_part()
        if not pieces:
            return
        plain = OPENING + self._header + pieces + CLOSING
        text = self._redactor.markup(plain)
        if text != plain:
            tokens = count_tokens(text)
        if tokens <= self._max_tokens:
            prove(text)
            yield Filled(text, tokens)
            return
        # a secret across pieces is only seen in the whole file: the same again in more files
        elements = (element for element in read_session(text) if element.tag != 'meta')
        again = (Rendered(piece_of(element).whole()) for element in elements)
        yield from filled(again, self._header, self._redactor, self._max_tokens, self._begin_part)


def prove(text: str) -> None:
    """Parses a file back with expat. Raises LearnError if it is not well-formed."""
    try:
        expat.ParserCreate().Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise LearnError(
            f'a preprocessed session is not well-formed XML ({error}); please report this defect'
        ) from error


def _crossing(piece: str, left: int, budget: int, redactor: Redactor) -> list[tuple[str, int]]:
    """A piece that does not fit: as a whole if that leaves little room empty, else in parts."""
    whole = count_piece(piece)
    worth_filling = left > budget * ROOM_WORTH_FILLING
    if 0 < whole <= budget and not worth_filling:
        return [(piece, whole)]
    # a secret across the texts of a piece is only seen before the piece is split
    (element,) = read_session(OPENING + redactor.markup(piece) + CLOSING)
    return split(piece_of(element, redactor.text), left if worth_filling else budget, budget)
