"""Text in, `Redacted` out: the only room that makes one.

A secret becomes `[REDACTED:<kind>:<n>]`: the kind is its rule's name, and within a run the same
secret has the same number, so that a reader sees what is equal and can't learn what it was.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, NewType

from learn_core.redact import scanner

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Redacted = NewType('Redacted', str)

_LONGEST_SECRET = 500  # characters of a value without other words around it
_BLOCK = 1_000_000  # characters

_PLACEHOLDER = re.compile(r'\[REDACTED:[a-z0-9-]+:\d+\]')
_MARKUP = re.compile(r'<[^>]*>|&[^;\s]{1,10};')


class Redactor:
    """Replaces secrets, and counts what it replaced by kind.

    Raises RedactionError if it can't scan: then nothing may be written.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._numbers: dict[tuple[str, str], int] = {}
        self._scan = scanner.load()

    def text(self, text: str) -> Redacted:
        """Plain text, redacted. Redacting again changes nothing."""
        return self._replaced(text, [])

    def named(self, name: str, text: str) -> Redacted:
        """A string that its name alone may tell to be a secret, as `api_key` does."""
        clean = self.text(text)
        if not name or clean != text or not text or len(text) > _LONGEST_SECRET:
            return clean
        return Redacted(self.text(f'{name}={text}').removeprefix(f'{name}='))

    def texts(self, items: Sequence[tuple[str, str]]) -> list[Redacted]:
        """What `named` gives for each item, in their order; scanned in blocks of about 1 MB."""
        done: list[Redacted] = []
        block: list[tuple[str, str]] = []
        size = 0
        for item in items:
            block.append(item)
            size += len(item[1])
            if size > _BLOCK:
                done += self._block(block)
                block, size = [], 0
        return done + self._block(block)

    def _block(self, items: list[tuple[str, str]]) -> list[Redacted]:
        joined = '\n'.join([f'{name}={text}' if name else text for name, text in items])
        if not self._scan(joined):
            return [Redacted(text) for _, text in items]
        return [self.named(name, text) for name, text in items]

    def markup(self, text: str) -> Redacted:
        """Rendered XML, redacted between its tags and entities, which stay whole."""
        if not self._scan(text):
            return Redacted(text)
        return self._replaced(text, [match.span() for match in _MARKUP.finditer(text)])

    def json(self, value: object, *, keep: str = '') -> Redacted:
        """A JSON document, redacted by its decoded strings, never across two of them.

        The values under the key `keep` stay as they are, for a hash is no secret.
        """
        redacted = self._value(value, keep)
        return Redacted(json.dumps(redacted, ensure_ascii=False, indent=2))

    def _value(self, value: object, keep: str) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (list, tuple)):
            return [self._value(item, keep) for item in value]
        if isinstance(value, dict):
            return {
                self.text(str(key)): item if key == keep else self._value(item, keep)
                for key, item in value.items()
            }
        return value

    def _replaced(self, text: str, kept: list[tuple[int, int]]) -> Redacted:
        findings = self._scan(text)
        if not findings:
            return Redacted(text)
        kept = kept + [match.span() for match in _PLACEHOLDER.finditer(text)]
        pieces, at = [], 0
        for start, end, kind in _apart(findings):
            for left, right in _outside(start, end, kept):
                if text[left:right].isspace():
                    continue
                pieces += [text[at:left], self._placeholder(kind, text[left:right])]
                at = right
        return Redacted(''.join([*pieces, text[at:]]))

    def _placeholder(self, kind: str, secret: str) -> str:
        self.counts[kind] += 1
        number = self._numbers.setdefault((kind, secret), len(self._numbers) + 1)
        return f'[REDACTED:{kind}:{number}]'


def _apart(findings: Iterable[scanner.Finding]) -> list[scanner.Finding]:
    """Overlapping findings as one, named after the one that begins first (the longer of two)."""
    merged: list[scanner.Finding] = []
    for finding in sorted(findings, key=lambda found: (found.start, -found.end, found.kind)):
        if merged and finding.start < merged[-1].end:
            merged[-1] = merged[-1]._replace(end=max(merged[-1].end, finding.end))
        else:
            merged.append(finding)
    return merged


def _outside(start: int, end: int, kept: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches of a finding that lie in none of the kept spans."""
    stretches, at = [], start
    for left, right in sorted(kept):
        if right <= at or left >= end:
            continue
        stretches.append((at, left))
        at = right
    stretches.append((at, end))
    return [(left, right) for left, right in stretches if left < right]
