"""Faults that the stand-in was told to make: errors, slow answers, answers that are cut off."""

from __future__ import annotations

import json
import os
import socket
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learn_demo.exchange import DOCUMENTATION

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

_RESETS = struct.pack('ii', 1, 0)  # do linger, for no time at all: closing sends a reset


def _nothing() -> None:
    """What happens meanwhile, as a rule."""


@dataclass(kw_only=True)
class Fault:
    """The next `times` requests that fit are served badly.

    With a `status` they get that answer, after the real one was made (`after_effect`) or in
    place of it. Every answer, the real one too, may be late, or end after some bytes of its body
    (`cut_after_bytes`); with `reset_after_bytes` the connection is torn after as many bytes of the
    whole answer (a negative number: all but as many), with `drip_seconds` each byte comes as long
    after the one before. `meanwhile` is called before the request has its effect, or after it
    (`after_effect`), and before the answer.
    """

    times: int = 1
    path_contains: str = ''
    method: str | None = None
    body_contains: str = ''
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    after_effect: bool = False
    delay_seconds: float = 0.0
    cut_after_bytes: int | None = None
    reset_after_bytes: int | None = None
    drip_seconds: float = 0.0
    meanwhile: Callable[[], None] = _nothing

    def fits(self, method: str, path: str, body: bytes) -> bool:
        """Is this a request that the fault waits for?"""
        return (
            self.times > 0
            and self.path_contains in path
            and self.method in (None, method)
            and self.body_contains.encode() in body
        )

    @property
    def spoils(self) -> bool:
        """Is the answer another one than GitHub's?"""
        return self.status is not None or self.cuts

    @property
    def cuts(self) -> bool:
        """Does the answer end early, and the connection with it?"""
        return self.cut_after_bytes is not None or self.reset_after_bytes is not None

    def content(self) -> bytes:
        """The body of the bad answer: GitHub's form of an error unless it was given."""
        if self.body is not None:
            return self.body.encode()
        value = {
            'message': 'Something went wrong',
            'documentation_url': DOCUMENTATION,
            'status': str(self.status),
        }
        return json.dumps(value).encode()

    def deliver(self, answer: bytes, connection: socket.socket, closing: threading.Event) -> None:
        """Sends the whole answer the way the fault wants it, until `closing`. Raises OSError."""
        if self.reset_after_bytes is not None:
            connection.sendall(answer[: self.reset_after_bytes])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETS)
            os.close(connection.detach())  # a plain close would wait for the server's own files
        elif self.drip_seconds:
            for at in range(len(answer)):
                connection.sendall(answer[at : at + 1])
                if closing.wait(self.drip_seconds):
                    return
        else:
            connection.sendall(answer)
