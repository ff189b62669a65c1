"""Grows texts that keep redaction busy, for as long as it is given.

    python -m benchmarks.fuzz_redaction [SECONDS]

Starts from pieces that rules begin with, repeats, joins and mutates them, keeps those that take
longest by character, and fails if one takes more than a bound that grows with its length alone.
"""

from __future__ import annotations

import random
import sys
import time
from typing import TYPE_CHECKING

from learn_core.redact import Redactor
from learn_core.redact.engine.time_limit import OverdueError, interrupted
from tests.redact.engine.test_rules import EXAMPLES
from tests.redact.secrets import filled

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 200_000  # characters
KEPT = 60
SECONDS_PER_MB = 40.0  # of processor time, 1 second more for any text


def grown(texts: Sequence[str], chance: random.Random) -> str:
    """A text made of one or two others."""
    one, other = chance.choice(texts), chance.choice(texts)
    at, end = sorted(chance.randrange(len(one) + 1) for _ in range(2))
    made = chance.choice(
        (
            lambda: one[:at] + one[at:end] * chance.randrange(2, 2_000) + one[end:],
            lambda: one[:at] + other + one[at:],
            lambda: (one + other) * chance.randrange(2, 200),
            lambda: one[:at] + chance.choice('\\\n"\'=:-_ an0/+<>|\x1b%&') * 50 + one[end:],
        )
    )()
    return made[:LONGEST]


def main(words: Sequence[str]) -> int:
    """Prints the slowest text; exits with 1 if one is over the bound."""
    seconds = float(words[0]) if words else 120.0
    chance, redactor = random.Random(time.time_ns()), Redactor()
    texts = [filled(text)[0] for both in EXAMPLES.values() for text in both['finds'] if text]
    slowest: list[tuple[float, str]] = [(0.0, text) for text in texts]
    end, tried = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        text = grown([text for _, text in slowest], chance)
        bound = 1 + SECONDS_PER_MB * len(text) / 1e6
        begin = time.process_time()
        try:
            interrupted(bound, lambda text=text: redactor.fresh().text(text))  # type: ignore[misc]
        except OverdueError:
            print(f'over {bound:.1f} s, {len(text)} characters: {text[:200]!r}')
            return 1
        tried += 1
        took = (time.process_time() - begin) / (len(text) + 1000)
        slowest = sorted([*slowest, (took, text)], key=lambda one: -one[0])[:KEPT]
    took, text = slowest[0]
    print(f'{tried} texts; the slowest takes {took * 1e6:.2f} s a MB: {text[:80]!r}')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
