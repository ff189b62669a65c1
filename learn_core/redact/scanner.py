"""The engine that finds secrets, with its rules; it never asks a network.

The plain `Scanner` is used on purpose: a detection policy would obey a `kingfisher:ignore` comment
in the text, so that a log could switch redaction off.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from learn_core.errors import RedactionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kingfisher_sdk import Finding as EngineFinding
    from kingfisher_sdk import Scanner

SECONDS_PER_SCAN = 60.0


class Finding(NamedTuple):
    """A secret's place in a text, in characters, and the kind of secret."""

    start: int
    end: int
    kind: str


def load() -> Callable[[str], list[Finding]]:
    """A function that finds the secrets in a text.

    Loading costs 0.3 s from the rule cache and several seconds without. Raises RedactionError if
    the engine can't be loaded; the function raises it if a scan fails or takes too long.
    """
    engine = _engine()

    def scan(text: str) -> list[Finding]:
        data = text.encode(
            'utf-8', 'replace'
        )  # a lone surrogate becomes one byte, as one character
        try:
            found = engine.scan(data, timeout=SECONDS_PER_SCAN)
        except (RuntimeError, TimeoutError, ValueError) as error:
            raise RedactionError(
                f'the scan for secrets failed ({type(error).__name__}); nothing was written or sent'
            ) from error
        return _in_characters(found, data) if found else []

    return scan


def cache_folder() -> Path:
    """Where the compiled rules lie: a folder of ours in the user's cache folder."""
    base = os.environ.get('XDG_CACHE_HOME') or str(Path('~/.cache').expanduser())
    return Path(base) / 'learn-hook' / 'rules'


@lru_cache(maxsize=1)
def _engine() -> Scanner:
    try:
        from kingfisher_sdk import Rules, Scanner

        return Scanner(Rules(cache_dir=_usable_cache()))
    except Exception as error:
        raise RedactionError(
            f'the secret scanner does not load ({type(error).__name__}), so nothing can be sent; '
            'install learn-hook again'
        ) from error


def _usable_cache() -> Path | None:
    """The cache folder, made private, or None where the home is missing or read-only."""
    try:
        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder


def _in_characters(found: list[EngineFinding], data: bytes) -> list[Finding]:
    """The engine counts bytes of UTF-8; Python slices characters."""
    findings = []
    for one in found:
        start, end = one.location['start_offset'], one.location['end_offset']
        before = len(data[:start].decode('utf-8', 'replace'))
        inside = len(data[start:end].decode('utf-8', 'replace'))
        findings.append(Finding(before, before + inside, _kind(one.rule_id)))
    return findings


def _kind(rule: str) -> str:
    """`betterleaks.github-pat` is a github-pat."""
    name = rule.rpartition('.')[2].lower()
    return ''.join(letter if letter.isalnum() else '-' for letter in name).strip('-') or 'secret'
