"""Rule 9: pieces + budget -> files, each within the budget and proved by parsing it back.

The budget holds for the whole file: wrapper, meta lines and all. Every piece ends in `>` and a
newline, so that each is counted once, in groups, and sums are exact.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from learn_core.errors import LearnError
from learn_core.preprocess.measures import tag_of
from learn_core.preprocess.xml.read import read_pieces
from learn_core.preprocess.xml.render import CLOSING, OPENING
from learn_core.preprocess.xml.split import split, too_small
from learn_core.preprocess.xml.tokens import count_piece, count_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from learn_core.redact import Redacted, Redactor

ROOM_WORTH_FILLING = 0.04  # of the budget: more than that is not left empty at the end of a file
_GROUP = 8_000  # characters that are counted together


class Filled(NamedTuple):
    """A finished file, and how many of its tokens are in which tags, the wrapper's in none."""

    text: Redacted
    tokens: int
    by_tag: Mapping[str, int]


class Filler:
    """Fills the files of one log with its pieces, in their order, and gives each to `emit`."""

    def __init__(
        self,
        header: str,
        redactor: Redactor,
        max_tokens: int,
        emit: Callable[[Filled], None],
        *,
        regrown: bool = False,
    ) -> None:
        """`regrown` says that redaction made the pieces' file too large before.

        Raises LearnError if the budget can't hold the header.
        """
        self._before = OPENING + header
        self._redactor = redactor
        self._max_tokens = max_tokens
        self._emit = emit
        self._regrown = regrown
        self._wrapper = count_tokens(self._before) + count_tokens(CLOSING)
        self._budget = max_tokens - self._wrapper
        if self._budget <= 0:
            raise too_small(max_tokens)
        self._left = self._budget
        self._texts: list[str] = []
        self._by_tag: Counter[str] = Counter()

    def place(self, pieces: Iterable[str], counts: Iterable[int]) -> None:
        """The next pieces and their tokens, 0 for those that are too many to be counted.

        Raises LearnError if the budget can't hold a piece's tags and some text.
        """
        for piece, tokens in zip(pieces, counts, strict=True):
            self._place(piece, tokens)

    def _place(self, piece: str, tokens: int) -> None:
        if 0 < tokens <= self._left:
            self._add(piece, tokens)
            return
        parts = _crossing(piece, tokens, self._left, self._budget, self._redactor)
        for text, cost in parts:
            if cost > self._left:
                self.finish()
            self._add(text, cost)

    def _add(self, text: str, tokens: int) -> None:
        self._texts.append(text)
        self._by_tag[tag_of(text)] += tokens
        self._left -= tokens

    def finish(self) -> None:
        """The file that is being filled, if there is something in it. Raises LearnError."""
        pieces, tokens = ''.join(self._texts), self._max_tokens - self._left
        by_tag = self._by_tag
        self._texts, self._left, self._by_tag = [], self._budget, Counter()
        if not pieces:
            return
        plain = self._before + pieces + CLOSING
        text = self._redactor.markup(plain)
        if text != plain:
            tokens, by_tag = count_tokens(text), _tokens_by_tag(text, self._redactor)
        if tokens <= self._max_tokens:
            prove(text)
            self._emit(Filled(text, tokens, by_tag))
        elif self._regrown:  # pragma: no cover - redaction of what is redacted changes nothing
            raise too_small(self._max_tokens)
        else:
            self._refill(text)

    def _refill(self, text: str) -> None:
        """A secret that lies across pieces is only seen whole: its parts are split redacted."""
        header = self._before.removeprefix(OPENING)
        again = Filler(header, self._redactor, self._max_tokens, self._emit, regrown=True)
        for piece in read_pieces(text, self._redactor):
            if piece.tag != 'meta':
                whole = piece.whole()
                again.place([whole], [count_piece(whole)])
        again.finish()


def groups(pieces: Iterable[str]) -> Iterator[list[str]]:
    """Pieces that are counted together."""
    waiting, size = list[str](), 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size > _GROUP:
            yield waiting
            waiting, size = [], 0
    if waiting:
        yield waiting


def _tokens_by_tag(text: str, redactor: Redactor) -> Counter[str]:
    by_tag: Counter[str] = Counter()
    for piece in read_pieces(text, redactor):
        by_tag[piece.tag] += 0 if piece.tag == 'meta' else count_piece(piece.whole())
    return +by_tag


def prove(text: str) -> None:
    """Parses a file back with expat. Raises LearnError if it is not well-formed."""
    try:
        expat.ParserCreate().Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise LearnError(
            f'a preprocessed session is no well-formed XML ({error}); please report this defect'
        ) from error


def _crossing(
    piece: str, whole: int, left: int, budget: int, redactor: Redactor
) -> list[tuple[str, int]]:
    """A piece that finds not enough room: as a whole if little is left empty by that.

    `whole` are its tokens, 0 if they are too many to be counted.
    """
    worth_filling = left > budget * ROOM_WORTH_FILLING
    if 0 < whole <= budget and not worth_filling:
        return [(piece, whole)]
    # a secret that lies across the texts of a piece is only seen before the piece is split
    (parts,) = read_pieces(OPENING + redactor.markup(piece) + CLOSING, redactor)
    return split(parts, left if worth_filling else budget, budget)
