"""How much of what is planted is found, how much of what is harmless is left, and how fast.

    python -m benchmarks.redaction [SESSIONS]

SESSIONS is a folder of real logs to plant into and to measure on; without one the sample of the
demo stands in. Prints a report as Markdown, and exits with 1 where a promise is not kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.planted import FORMS, KEYS, MARKED, MORE_FORMS, NAMED, PLACES
from learn_core.redact import Redactor
from tests.redact.secrets import filled

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIANTS = 25
LEAST_FOUND = 0.99
MOST_ALARMS_PER_MB = 5.0
LEAST_SPEED = 60.0  # MB/s
GOLDEN = Path(__file__).with_name('redactions.json')


class Case(NamedTuple):
    """A text that holds a secret of a kind, and what of it must not be left."""

    kind: str
    text: str
    secrets: tuple[str, ...]


def cases() -> Iterator[Case]:
    """All kinds, each in as many variants."""
    for kind, (template, name) in {**MARKED, **NAMED}.items():
        forms = FORMS + (MORE_FORMS if kind in MARKED else ())
        for number in range(VARIANTS):
            secret, _ = filled(template, (kind, number))
            form = forms[number * 7 % len(forms)]
            yield Case(kind, form(name, secret), (secret,))
    for kind, (template, places) in PLACES.items():
        for number in range(VARIANTS):
            secret, _ = filled(template, (kind, number))
            yield Case(kind, places[number % len(places)].replace('§', secret), (secret,))
    for kind, label in KEYS.items():
        for number in range(VARIANTS):
            yield _key(kind, label, number)


def _key(kind: str, label: str, number: int) -> Case:
    body, lines = filled('{b64:64}\n{b64:64}\n{b64:64}\n{b64:36}', (kind, number))
    text = f'-----BEGIN {label}PRIVATE KEY-----\n{body}\n-----END {label}PRIVATE KEY-----\n'
    forms = (
        text,
        text.replace('\n', '\\n'),
        '{"private_key": "%s"}' % text.replace('\n', '\\n'),
        text.replace('\n', '\\\\n'),
        ''.join(f'{at:6}\t{line}\n' for at, line in enumerate(text.splitlines(), 1)),
        ''.join(f'+{line}\n' for line in text.splitlines()),
        ''.join(f'    {line}\n' for line in text.splitlines()),
        text[: len(text) // 2],
        f'KEY="{text}"',
    )
    chosen = forms[number % len(forms)]
    return Case(kind, chosen, tuple(line for line in lines if line in chosen))


def left(case: Case, around: str, redactor: Redactor) -> bool:
    """Is anything of the secret still there, in the middle of a real text?"""
    half = len(around) // 2
    clean = redactor.text(f'{around[:half]}\n{case.text}\n{around[half:]}')
    return any(secret in clean for secret in case.secrets) or clean.endswith(case.text)
