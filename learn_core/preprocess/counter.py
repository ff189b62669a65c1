"""A forked process that counts tokens, so that two cores work on one log.

Only the tokenizer and the scanner give up the interpreter's lock, and counting is over half of the
work: threads were measured and gained nothing. The process holds nothing but its two pipes, and
ends with them. If it dies, who asked counts alone.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import warnings
from array import array
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SIZE = 8  # bytes of the length before each message
_AT_ONCE = 1 << 16  # bytes that are written at once
_BETWEEN = '\0'  # no text of XML holds it


class Counter:
    """Asked and answered by tickets; what is asked first is counted first."""

    def __init__(self, count: Callable[[str], int]) -> None:
        theirs, ours = os.pipe(), os.pipe()
        with warnings.catch_warnings():
            # newer Pythons warn of a fork beside threads; the scanner's is not asked there
            warnings.simplefilter('ignore', DeprecationWarning)
            self._pid = os.fork()
        if not self._pid:  # pragma: no cover - the other process, which coverage does not follow
            _serve(count, theirs[0], ours[1])
        os.close(theirs[0])
        os.close(ours[1])
        self._questions = theirs[1]
        os.set_blocking(self._questions, False)
        self._answers = os.fdopen(ours[0], 'rb', 0)
        self._ready = select.poll()
        self._ready.register(self._answers, select.POLLIN)
        self._ready.register(self._questions, select.POLLOUT)
        self._asked = 0
        self._read = 0
        self._kept: dict[int, list[int]] = {}
        self._is_alive = True
        atexit.register(self.close)

    def ask(self, texts: list[str]) -> int:
        """A ticket for the counts of these texts."""
        self._asked += 1
        message = memoryview(_framed(_BETWEEN.join(texts).encode()))
        while self._is_alive and message:
            for descriptor, _ in self._ready.poll():
                if descriptor == self._answers.fileno():  # else both wait for the other to read
                    self._read_one()
                else:
                    message = message[self._write(message) :]
        return self._asked

    def answer(self, ticket: int) -> list[int] | None:
        """The counts of a ticket, in the order of its texts; None if nobody counts any more."""
        while self._is_alive and self._read < ticket:
            self._read_one()
        return self._kept.pop(ticket, None)

    def _write(self, message: memoryview) -> int:
        try:
            return os.write(self._questions, message[:_AT_ONCE])
        except BlockingIOError:
            return 0
        except OSError:
            self._is_alive = False
            return 0

    def _read_one(self) -> None:
        data = _receive(self._answers)
        if data is None:
            self._is_alive = False
            return
        self._read += 1
        self._kept[self._read] = array('q', data).tolist()

    def close(self) -> None:
        """Ends the process. In a fork of the one that made it, nothing happens but the closing."""
        self._is_alive = False
        self._answers.close()
        with suppress(OSError):
            os.close(self._questions)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(_SIZE, 'little') + data


def _receive(pipe: IO[bytes]) -> bytes | None:
    """The next message; None at the end."""
    with suppress(OSError):
        size = _read(pipe, _SIZE)
        length = int.from_bytes(size, 'little')
        data = _read(pipe, length)
        if len(size) == _SIZE and len(data) == length:
            return data
    return None


def _read(pipe: IO[bytes], size: int) -> bytes:
    """As many bytes, fewer only at the end."""
    data = b''
    while len(data) < size and (more := pipe.read(size - len(data))):
        data += more
    return data


def _serve(
    count: Callable[[str], int], questions: int, answers: int
) -> None:  # pragma: no cover - in the other process, which coverage does not follow
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.closerange(0, min(questions, answers))
        os.closerange(min(questions, answers) + 1, max(questions, answers))
        os.closerange(max(questions, answers) + 1, os.sysconf('SC_OPEN_MAX'))
        with os.fdopen(questions, 'rb') as asked, os.fdopen(answers, 'wb') as answered:
            while (data := _receive(asked)) is not None:
                counts = [count(text) for text in data.decode().split(_BETWEEN)]
                answered.write(_framed(array('q', counts).tobytes()))
                answered.flush()
    finally:
        os._exit(0)
