"""Faults that the stand-in was told to make: errors, slow answers, answers that are cut off."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learn_core.demo.exchange import DOCUMENTATION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(kw_only=True)
class Fault:
    """The next `times` requests that fit are served badly.

    With a `status` they get that answer, after the real one was made (`after_effect`) or in
    place of it. Every answer, the real one too, may be late or end after some bytes. `meanwhile` is
    what somebody else does just after such a request was served.
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
    meanwhile: Callable[[], None] | None = None
    cut_after_bytes: int | None = None

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
        return self.status is not None or self.cut_after_bytes is not None

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
