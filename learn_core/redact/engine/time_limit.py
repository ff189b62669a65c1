"""Three ways to stop work that takes too long.

Native code runs in a thread that can be abandoned (`Hand`). Python's `re` holds the interpreter
lock: in the main thread a signal interrupts it (`interrupted`), elsewhere it runs in a process that
can be killed (`Child`).
"""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing import get_context
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

T = TypeVar('T')

_SECONDS_TO_START = 60.0  # for a child process: it loads the engine


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
            self._begin()
        answers: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()
        self._orders.put((work, answers))
        try:
            result, error = answers.get(timeout=seconds)
        except Empty:
            self._process = -1
            raise OverdueError from None
        except BaseException:  # interrupted while it works: it may never end
            self._process = -1
            raise
        if isinstance(error, Exception):
            raise error
        if error is not None:
            raise PanicError from error
        return result  # type: ignore[return-value]  # there is one where there is no error

    def _begin(self) -> None:
        self._process = os.getpid()
        self._orders: SimpleQueue[tuple[Callable[[], object], SimpleQueue[Any]]] = SimpleQueue()
        threading.Thread(target=_work, args=(self._orders,), daemon=True, name='scan').start()


def _work(orders: SimpleQueue[tuple[Callable[[], object], SimpleQueue[Any]]]) -> None:
    while True:
        work, answers = orders.get()
        try:
            answers.put((work(), None))
        except BaseException as error:
            answers.put((None, error))


def can_interrupt() -> bool:
    """Whether `interrupted` works here: in the main thread, where the system has timers."""
    return hasattr(signal, 'setitimer') and (threading.current_thread() is threading.main_thread())


def interrupted(seconds: float, work: Callable[[], T]) -> T:
    """The result of the work. Raises OverdueError after that much processor time of this process.

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


class Child:
    """A process that works for the threads of this one, one call at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pipe: Connection | None = None

    def ask(self, seconds: float, function: Callable[..., object], *arguments: object) -> Any:
        """The result of a function that can be pickled. Raises what it raises; OverdueError if it
        takes longer, or if the process dies.
        """
        with self._lock:
            pipe = self._pipe or self._begin()
            try:
                pipe.send((function, arguments))
                is_in_time = pipe.poll(seconds + _SECONDS_TO_START)
                result, error = pipe.recv() if is_in_time else (None, OverdueError())
            except (EOFError, OSError):
                is_in_time, result, error = False, None, OverdueError()
            if not is_in_time:
                self._process.kill()
                self._pipe = None
        if error is not None:
            raise error
        return result

    def _begin(self) -> Connection:
        context = get_context('spawn')  # a thread must not fork
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other,), daemon=True)
        self._process.start()
        other.close()
        return self._pipe


def _serve(pipe: Connection) -> None:
    while True:
        try:
            function, arguments = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send((function(*arguments), None))
        except Exception as error:
            pipe.send((None, error))
