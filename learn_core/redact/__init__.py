"""Text in, `Redacted` out: the only room that makes one.

A secret becomes `[REDACTED:<kind>:<n>]`: the kind is its rule's name, and within a run the same
secret has the same number, so that a reader sees what is equal and can't learn what it was.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, NewType, cast

from learn_core.errors import RedactionError
from learn_core.redact.engine import scanner
from learn_core.redact.engine.scanner import cache_folder, warm
from learn_core.redact.judge import classify, names, values
from learn_core.redact.judge.contexts import decoded
from learn_core.redact.known import forms as encodings
from learn_core.redact.known.values import Local, known_values
from learn_core.redact.spans import Span, apart, outside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from learn_core.redact.engine.scanner import Finding

__all__ = ['Local', 'Redacted', 'Redactor', 'cache_folder', 'known_values', 'warm']

Redacted = NewType('Redacted', str)

CHARACTERS_PER_SCAN = 1_000_000
KNOWN = 'local-secret'

_NEIGHBOURS = 3  # texts to each side into which a rule of the engine's may reach
_MOST_ROUNDS = 8
_PLACEHOLDER = re.compile(r'\[REDACTED:[a-z0-9-]+:\d+\]')
_MARKUP = re.compile(r'<[^>]*>|&[^;\s]{1,10};')
_BASE64 = re.compile(r'[A-Za-z0-9+/_-]*={0,2}')


class Redactor:
    """Replaces secrets, and counts what it replaced by kind.

    `known` are values that are secret on this machine, `allow` regular expressions: what one of
    them is found in is never replaced. Raises RedactionError if it can't scan: then nothing may be
    written.
    """

    def __init__(self, known: Iterable[str] = (), *, allow: Iterable[str] = ()) -> None:
        self.counts: Counter[str] = Counter()
        self._numbers: dict[str, int] = {}
        self._allow = [re.compile(pattern) for pattern in allow]
        self._engine = scanner.load()
        forms = {form: value for value in known for form in reversed(encodings.forms(value))}
        self._forms = list(forms.items())
        self._literals = scanner.load_literals(list(forms)) if forms else None

    def beside(self) -> Redactor:
        """One with the same knowledge that counts for itself: for what is said, but not sent."""
        other = Redactor()
        other._allow, other._forms, other._literals = self._allow, self._forms, self._literals
        return other

    def line(self, text: str) -> Redacted:
        """A line for a log or a person; where it can't be redacted, what says so in its place."""
        try:
            return self.text(text)
        except RedactionError:
            return Redacted('(a line that could not be searched for secrets)')

    def text(self, text: str) -> Redacted:
        """Plain text, redacted. Redacting again changes nothing."""
        return self._replaced(text, _PLACEHOLDER)

    def markup(self, text: str) -> Redacted:
        """Rendered XML, redacted between its tags and entities, which stay whole."""
        return self._replaced(text, _MARKUP)

    def named(self, name: str, text: str) -> Redacted:
        """A text whose name may tell that all of it is a secret, as `api_key` does."""
        clean = self.text(text)
        if clean != text or not self._is_told_by(name, text):
            return clean
        return Redacted(self._placeholder(names.kind_of(name), text))

    def texts(self, items: Sequence[tuple[str, str]]) -> list[Redacted]:
        """Pairs of name and text, each as `named` gives it, in their order.

        Many are scanned at once; one by one only those in which, or beside which, something is.
        """
        plain = [text for _, text in items]
        telling = {name for name in {name for name, _ in items} if names.strength(name)}
        touched = {
            at
            for at, (name, text) in enumerate(items if telling else ())
            if name in telling and self._is_told_by(name, text)
        }
        ends = list(accumulate(map(len, plain)))
        first = 0
        while first < len(items):
            room = ends[first] - len(plain[first]) + CHARACTERS_PER_SCAN
            last = max(first + 1, bisect_right(ends, room))
            touched.update(first + at for at in self._touched(plain[first:last]))
            first = last
        clean = cast('list[Redacted]', plain)
        for at in sorted(touched):
            clean[at] = self.named(*items[at])
        return clean

    def json(self, value: object, *, keep: str = '') -> Redacted:
        """A JSON document, redacted by its decoded strings, never across two of them.

        The values under the key `keep` stay as they are, for a hash is no secret.
        """
        strings = list(_strings(value, '', keep))
        clean = iter(self.texts(strings))
        return Redacted(json.dumps(_rebuilt(value, keep, clean), ensure_ascii=False, indent=2))

    def _touched(self, texts: Sequence[str]) -> set[int]:
        """Which texts may hold a secret, looked for in all of them at once."""
        found = self._engine.scan_many(texts)
        touched = {
            number
            for number, scan in found.within.items()
            if any(True for one in scan.findings for _ in self._judged(scan.seen, one))
        }
        reached = [
            (number, number)
            for number, scan in found.within.items()
            if not all(one.is_ours for one in scan.findings)
        ]
        if self._literals is not None:
            known = self._literals.scan_many(texts)
            touched.update(known.within)
        for first, last in found.across + reached:
            touched.update(range(first - _NEIGHBOURS, last + 1 + _NEIGHBOURS))
        return touched & set(range(len(texts)))

    def _is_told_by(self, name: str, text: str) -> bool:
        strength = names.strength(name)
        return (
            strength > names.Strength.NOTHING
            and values.is_secret(text, strength, quoted=True)
            and not self._is_allowed(text)
        )

    def _replaced(self, text: str, keep: re.Pattern[str]) -> Redacted:
        for _ in range(_MOST_ROUNDS):  # what was replaced may lay bare what it hid
            spans = self._spans(text)
            if not spans:
                break
            again = self._round(text, spans, keep)
            if again == text:
                break
            text = again
        return Redacted(text)

    def _round(self, text: str, spans: list[Span], keep: re.Pattern[str]) -> str:
        kept = [match.span() for match in _PLACEHOLDER.finditer(text)]
        if keep is not _PLACEHOLDER:
            kept = _union(kept + [match.span() for match in keep.finditer(text)])
        pieces, at = [], 0
        for left, right, kind in outside(apart(spans), kept):
            if text[left:right].isspace():
                continue
            pieces += [text[at:left], self._placeholder(kind, text[left:right])]
            at = right
        return ''.join([*pieces, text[at:]])

    def _spans(self, text: str) -> list[Span]:
        findings, seen = self._engine.scan(text)
        spans = [span for one in findings for span in self._judged(seen, one)]
        if self._literals is not None:
            spans += [self._of_known(text, one) for one in self._literals.scan(text).findings]
        if self._allow:
            spans = [span for span in spans if not self._is_allowed(text[span.start : span.end])]
        return spans

    def _judged(self, text: str, one: Finding) -> Iterator[Span]:
        """What of a finding is secret. What stands in base64 is judged by what it means."""
        if not one.is_ours:
            yield from classify.trusted(text, one.start, one.end, one.rule)
        elif not one.encoded:
            yield from classify.secrets_in(text, one.start, one.end, one.rule)
        else:
            clear = decoded(text[one.start : one.end])
            for span in self._spans(clear)[:1] if clear else ():
                yield Span(one.start, one.end, span.kind)

    def _of_known(self, text: str, one: Finding) -> Span:
        """A known value; with all of the base64 that it is a part of, if that is its form."""
        form, value = self._forms[int(one.rule)]
        start, end = one.start, one.end
        if form not in value and _BASE64.fullmatch(form):
            run = _BASE64.match(text, end)
            end = run.end() if run else end
            while start and (text[start - 1].isalnum() or text[start - 1] in '+/_-'):
                start -= 1
        return Span(start, end, KNOWN)

    def _is_allowed(self, secret: str) -> bool:
        return any(pattern.search(secret) for pattern in self._allow)

    def _placeholder(self, kind: str, secret: str) -> str:
        self.counts[kind] += 1
        number = self._numbers.setdefault(secret, len(self._numbers) + 1)
        return f'[REDACTED:{kind}:{number}]'


def _union(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _strings(value: object, name: str, keep: str) -> Iterator[tuple[str, str]]:
    """Every string of a document with the key that it stands under, keys included, in order."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _strings(item, name, keep)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield '', str(key)
            if key != keep:
                yield from _strings(item, str(key), keep)


def _rebuilt(value: object, keep: str, clean: Iterator[Redacted]) -> object:
    """The document with the strings of `_strings` in their places."""
    if isinstance(value, str):
        return next(clean)
    if isinstance(value, (list, tuple)):
        return [_rebuilt(item, keep, clean) for item in value]
    if isinstance(value, dict):
        return {
            next(clean): item if key == keep else _rebuilt(item, keep, clean)
            for key, item in value.items()
        }
    return value
