"""Two ways to stop work that takes too long.

Native code runs in a thread that can be abandoned (`Hand`). Python's `re` holds the interpreter
lock, so only a signal interrupts it (`interrupted`), and only in the main thread of a process.
"""

from __future__ import annotations

import os
import signal
import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar('T')


class OverdueError(Exception):
    """The work took too long and was stopped, or its thread was abandoned."""


class PanicError(Exception):
    """The work ended with an exception that is no `Exception`, as a panic of native code is."""


class Hand:
    """A thread that works for one caller. After a fork, or when it hangs, a new one is started."""

    def __init__(self) -> None:
        self._process = -1

    def within(self, seconds: float, work: Callable[[], T]) -> T:
        """The result of the work. Raises what it raises, PanicError or OverdueError."""
        if self._process != os.getpid():
            self._orders: SimpleQueue[tuple[Callable[[], object], SimpleQueue[Any]]] = SimpleQueue()
            threading.Thread(target=_work, args=(self._orders,), daemon=True, name='scan').start()
        self._process = -1  # until it has answered: it may never end
        answers: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()
        self._orders.put((work, answers))
        try:
            result, error = answers.get(timeout=seconds)
        except Empty:
            raise OverdueError from None
        self._process = os.getpid()
        if isinstance(error, Exception):
            raise error
        if error is not None:
            raise PanicError from error
        return result  # type: ignore[return-value]  # there is one where there is no error


def _work(orders: SimpleQueue[tuple[Callable[[], object], SimpleQueue[Any]]]) -> None:
    while True:
        work, answers = orders.get()
        try:
            answers.put((work(), None))
        except BaseException as error:
            answers.put((None, error))


def interrupted(seconds: float, work: Callable[[], T]) -> T:
    """The result of the work. Raises OverdueError after that much processor time of this process,
    and ValueError outside of the main thread.

    Processor time, so that a busy machine stops nothing. The signal repeats, because an exception
    raised in a destructor is lost.
    """
    before = signal.signal(signal.SIGVTALRM, _overdue)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.1)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _overdue(*_: object) -> NoReturn:
    raise OverdueError
