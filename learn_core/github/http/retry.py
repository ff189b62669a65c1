"""How long a request to GitHub may take, and how often it is retried."""

from __future__ import annotations

from dataclasses import dataclass
from random import SystemRandom


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Times in seconds."""

    connect: float = 10.0
    read: float = 30.0  # without a byte
    whole: float = 180.0  # request and answer
    pause: float = 0.5  # before the second try; doubled each time, and some more by chance
    longest_wait: float = 60.0  # of a rate limit; beyond it the run is put off
    tries: int = 4
    show_up: float = 45.0  # until a run that was started is in the list of runs

    def wait(self, tried: int, asked: float | None) -> float | None:
        """How long before the next try, at least as long as was `asked`; None: no more tries."""
        pause = self.pause * float(2 ** (tried - 1))
        wait = pause if asked is None else asked
        if tried >= self.tries or wait > self.longest_wait:
            return None
        return wait + pause * SystemRandom().random()


# while a person waits: a missing network is reported within seconds
IN_A_HURRY = Patience(connect=3, read=5, whole=8, tries=1)
