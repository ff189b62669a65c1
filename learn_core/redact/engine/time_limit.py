"""Native work that may hang or panic, done in a thread that can be left behind."""

from __future__ import annotations

import os
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

T = TypeVar('T')


class OverdueError(Exception):
    """The work took too long; its thread is left to itself."""


class PanicError(Exception):
    """The work ended with what is no ordinary exception."""


class Hand:
    """A thread that works for one caller. After a fork, or when it hangs, a new one takes over."""

    def __init__(self) -> None:
        self._process = -1

    def within(self, seconds: float, work: Callable[[], T]) -> T:
        """What the work gives. Raises what it raises, PanicError or OverdueError."""
        if self._process != os.getpid():
            self._begin()
        answers: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()
        self._orders.put((work, answers))
        try:
            result, error = answers.get(timeout=seconds)
        except Empty:
            self._process = -1
            raise OverdueError from None
        if isinstance(error, Exception):
            raise error
        if error is not None:
            raise PanicError from error
        return result  # type: ignore[return-value]  # there is one where there is no error

    def _begin(self) -> None:
        self._process = os.getpid()
        self._orders: SimpleQueue[tuple[Callable[[], object], SimpleQueue[Any]]] = SimpleQueue()
        Thread(target=_work, args=(self._orders,), daemon=True, name='scan').start()


def _work(orders: SimpleQueue[tuple[Callable[[], object], SimpleQueue[Any]]]) -> None:
    while True:
        work, answers = orders.get()
        try:
            answers.put((work(), None))
        except BaseException as error:
            answers.put((None, error))
