"""Replaces secrets with placeholders.

A secret becomes `[REDACTED:<kind>:<n>]`: the kind is the name of its rule, and the same secret has
the same number throughout a session, so that a reader sees which secrets are equal.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from bisect import bisect_right
from collections import Counter
from copy import copy
from importlib.metadata import version
from itertools import accumulate, islice
from typing import TYPE_CHECKING, NewType, cast

from learn_core.errors import RedactionError
from learn_core.redact.engine.block import block_of
from learn_core.redact.judge import names
from learn_core.redact.known.literals import Literals
from learn_core.redact.known.values import lasting
from learn_core.redact.search import Search
from learn_core.redact.spans import Span, apart, outside, union
from learn_core.redact.splits import views, without_splits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Redacted = NewType('Redacted', str)

CHARACTERS_PER_SCAN = 1_000_000
KNOWN = 'local-secret'

_NEIGHBOURS = 3  # texts to each side into which a rule of the engine may reach
_MOST_ROUNDS = 8
_PLACEHOLDER = re.compile(r'\[REDACTED:[a-z0-9-]+:\d+\]')
_MARKUP = re.compile(r'<[^<>]*>|&[^&;\s]{1,10};')


class Redactor:
    """Replaces secrets, and counts by kind what it replaced.

    `known` are the values that are secret on this machine. `allow` and `own` are regular
    expressions: of secrets that stay, and of further secrets. Raises RedactionError if a text
    cannot be searched; nothing may be written then.
    """

    def __init__(
        self, known: Iterable[str] = (), *, allow: Iterable[str] = (), own: Iterable[str] = ()
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._numbers: dict[str, int] = {}
        self._found: dict[str, str] = {}
        self._search = Search(tuple(allow), tuple(own))
        self._known = Literals(dict.fromkeys(known, KNOWN))
        self._repeats: list[Literals] = []

    def fresh(self, found: Mapping[str, str] | None = None) -> Redactor:
        """A redactor with the same settings whose numbers and counts start again.

        The values that this one found or was told, and `found`, those of others with their kinds,
        are secret there in every form and at every place.
        """
        other = copy(self)
        other.counts, other._numbers, other._found = Counter(), {}, {}
        other._repeats = []
        if found or self._found:
            other._known = Literals({**(found or {}), **self._found, **self._known.values})
        return other

    def learn(self, found: Mapping[str, str]) -> None:
        """From now on these values, with their kinds, are secret wherever they stand."""
        for value, kind in found.items():
            self._found.setdefault(value, kind)

    @property
    def rules(self) -> str:
        """A hash of the settings and of our version: other rules may find other secrets."""
        rules = json.dumps([version('learn-hook'), *map(sorted, self._search.settings)])
        return hashlib.sha256(rules.encode()).hexdigest()[:16]

    def found_values(self) -> dict[str, str]:
        """The replaced secrets that are secret everywhere, with their kinds."""
        return dict(self._found)

    def holds(self, text: str) -> bool:
        """Whether the text holds a known or found value in any form."""
        return bool(self._known_spans(text))

    def line(self, text: str) -> Redacted:
        """A line for a log or a person; a remark instead if it cannot be redacted."""
        try:
            return self.text(text)
        except RedactionError:
            return Redacted('(a line that could not be searched for secrets)')

    def text(self, text: str) -> Redacted:
        """Plain text, redacted. Redacting it again changes nothing."""
        return self._everywhere([self._replaced(text, _PLACEHOLDER)])[0]

    def markup(self, text: str) -> Redacted:
        """Rendered XML, redacted between its tags and entities, which stay whole."""
        return self._everywhere([self._replaced(text, _MARKUP)], _MARKUP)[0]

    def named(self, name: str, text: str) -> Redacted:
        """A text that is a secret as a whole if its name says so, as `api_key` does."""
        return self._everywhere([self._named(name, text)])[0]

    def texts(self, items: Sequence[tuple[str, str]]) -> list[Redacted]:
        """Pairs of name and text, each redacted as by `named`, in their order.

        A secret found in one of them is replaced in all. Many texts are scanned in one call; a text
        is redacted by itself only if it, or a neighbour, may hold a secret.
        """
        clean = cast('list[Redacted]', [text for _, text in items])
        told = self._search.told(items)
        distinct = list(dict.fromkeys(clean))
        touched: set[str] = set()
        for first, last in _blocks(distinct):
            touched.update(distinct[first + at] for at in self._touched(distinct[first:last]))
        for at in sorted({at for at, text in enumerate(clean) if text in touched} | told.keys()):
            name, text = items[at]
            clean[at] = self._named(told.get(at, name), text)
        return self._everywhere(clean)

    def json(self, value: object, *, keep: str = '') -> Redacted:
        """A JSON document, each of its strings redacted by itself; a key is a string as well.

        The values under the key `keep` stay as they are: a hash is not a secret.
        """
        items: list[tuple[str, str]] = []

        def collected(name: str, text: str) -> str:
            items.append((name, text))
            return text

        _walked(value, '', keep, collected)
        clean = iter(self.texts(items))
        rebuilt = _walked(value, '', keep, lambda *_: next(clean))
        return Redacted(json.dumps(rebuilt, ensure_ascii=False, indent=2))

    def _named(self, name: str, text: str) -> Redacted:
        clean = self._replaced(text, _PLACEHOLDER)
        if clean != text or not self._search.told([(name, text)]):
            return clean
        secret = text.strip()
        return Redacted(text.replace(secret, self._placeholder(names.kind_of(name), secret)))

    def _touched(self, texts: Sequence[str]) -> set[int]:
        """The numbers of the texts that may hold a secret."""
        block = block_of(texts)
        found, reached = self._search.touched(texts, block)
        for first, last in reached:
            found.update(range(first - _NEIGHBOURS, last + 1 + _NEIGHBOURS))
        found.update(self._known.touched(texts, block))
        near = {at: view.around() for at, view in views(texts).items()}
        if near:
            numbers, split = list(near), list(near.values())
            block = block_of(split)
            touched, _ = self._search.touched(split, block)
            found.update(numbers[at] for at in touched.union(self._known.touched(split, block)))
        return found & set(range(len(texts)))

    def _replaced(self, text: str, keep: re.Pattern[str]) -> Redacted:
        for _ in range(_MOST_ROUNDS):  # a replacement may uncover another secret
            spans = self._spans(text)
            again = self._round(text, spans, keep) if spans else text
            if again == text:
                break
            text = again
        return Redacted(text)

    def _spans(self, text: str) -> list[Span]:
        """The spans of secrets, also of those that colours or line ends split."""
        spans = self._spans_of(text)
        view = without_splits(text)
        if view is not None and (spans or self._spans_of(view.around())):
            spans += map(view.original, self._spans_of(view.text))
        return spans

    def _spans_of(self, text: str) -> list[Span]:
        return self._search.spans(text, self._known.spans(text))

    def _everywhere(
        self, texts: list[Redacted], keep: re.Pattern[str] = _PLACEHOLDER
    ) -> list[Redacted]:
        """The texts without the values that were found so far, in them or before."""
        if self._found:
            for first, last in _blocks(texts):
                block = texts[first:last]
                joined = block_of(block)
                for at in set().union(*(some.touched(block, joined) for some in self._literals())):
                    text = texts[first + at]
                    spans = [span for some in self._literals() for span in some.spans(text)]
                    allowed = self._search.allowed(text, spans)
                    texts[first + at] = Redacted(self._round(text, allowed, keep))
        return texts

    def _literals(self) -> list[Literals]:
        """The values found so far, in engines that are each at least twice as large as the next:
        loading an engine is slow, so the large ones are seldom loaded again.
        """
        known = sum(len(one.values) for one in self._repeats)
        if len(self._found) > known:
            values = dict(islice(self._found.items(), known, None))
            while self._repeats and len(self._repeats[-1].values) < 2 * len(values):
                values = {**self._repeats.pop().values, **values}
            self._repeats.append(Literals(values))
        return self._repeats

    def _known_spans(self, text: str) -> list[Span]:
        known = (self._known, *self._literals())
        return self._search.allowed(text, [span for some in known for span in some.spans(text)])

    def _round(self, text: str, spans: Sequence[Span], keep: re.Pattern[str]) -> str:
        kept = [match.span() for match in _PLACEHOLDER.finditer(text)]
        if keep is not _PLACEHOLDER:
            kept = union(kept + [match.span() for match in keep.finditer(text)])
        pieces, at = [], 0
        for left, right, kind in outside(apart(spans), kept):
            if text[left:right].isspace():
                continue
            pieces += [text[at:left], self._placeholder(kind, text[left:right])]
            at = right
        return ''.join([*pieces, text[at:]])

    def _placeholder(self, kind: str, secret: str) -> str:
        self.counts[kind] += 1
        number = self._numbers.setdefault(secret, len(self._numbers) + 1)
        if kind != KNOWN and secret not in self._found:
            self._found.update(dict.fromkeys(lasting(secret, kind), kind))
        return f'[REDACTED:{kind}:{number}]'


def _blocks(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Ranges of texts that are scanned in one call."""
    ends = list(accumulate(map(len, texts)))
    blocks, first = [], 0
    while first < len(texts):
        room = ends[first] - len(texts[first]) + CHARACTERS_PER_SCAN
        last = max(first + 1, bisect_right(ends, room))
        blocks.append((first, last))
        first = last
    return blocks


def _walked(value: object, name: str, keep: str, change: Callable[[str, str], str]) -> object:
    """A document with each string, which has the name of its key, changed in order; a key, which
    has none, as well. Values under the key `keep` stay.
    """
    if isinstance(value, str):
        return change(name, value)
    if isinstance(value, (list, tuple)):
        return [_walked(item, name, keep, change) for item in value]
    if isinstance(value, dict):
        return {
            change('', str(key)): item if key == keep else _walked(item, str(key), keep, change)
            for key, item in value.items()
        }
    return value


def compressed(text: Redacted) -> bytes:
    """The text as bytes; lone surrogates become `?`."""
    return zlib.compress(text.encode('utf-8', 'replace'), 1)


def decompressed(data: bytes) -> Redacted:
    """The text that was compressed."""
    return Redacted(zlib.decompress(data).decode())
