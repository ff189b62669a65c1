"""Finds secrets in texts, under a time limit.

The engine finds candidates, and Python judges them by `re`, which a hostile text may keep busy. So
judging has a limit of processor time, and works in the main thread of a process alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.errors import RedactionError
from learn_core.redact.engine import scanner, time_limit
from learn_core.redact.judge import findings, names, services, values
from learn_core.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    from learn_core.redact.engine.block import Block
    from learn_core.redact.engine.scanner import Finding

    T = TypeVar('T')

OWN = 'own-secret'
SECONDS = 20.0  # of processor time, for the judgement of one text or one block of texts
CHARACTERS_PER_SECOND = 500_000  # a tenth of its usual speed: a long text gets more time


class Search:
    """Finds secrets by the engine's rules, ours, and the person's `own` patterns.

    `allow` are patterns of secrets that are left alone. Every method raises RedactionError if the
    scan fails or takes too long.
    """

    def __init__(self, allow: tuple[str, ...], own: tuple[str, ...]) -> None:
        self.settings = allow, own
        self._allow = [re.compile(pattern) for pattern in allow]
        self._own = [re.compile(pattern) for pattern in own]
        self._engine = scanner.load()

    def spans(self, text: str, known: list[Span]) -> list[Span]:
        """Where secrets stand in a text, `known` among them, without those that are allowed."""
        return _limited(len(text), lambda: self._spans(text, known))

    def touched(self, texts: Sequence[str], block: Block) -> tuple[set[int], list[tuple[int, int]]]:
        """The numbers of the texts, which the block holds, in which a secret stands, and, as first
        and last, those that a rule of the engine reached, beside which a part of one may stand.
        """
        return _limited(len(block.data), lambda: self._touched(texts, block))

    def told(self, items: Sequence[tuple[str, str]]) -> dict[int, str]:
        """The numbers of the items, name and text, whose text is a secret, and the name that says
        so: their own, or that of a label beside them.
        """
        given = {name for name, _ in items}
        telling = {name for name in given if names.strength(name)}
        wanted = telling | (given & names.LOOKED_AT)
        if not wanted:
            return {}
        few = [(at, item) for at, item in enumerate(items) if item[0] in wanted]
        said = [one for one in few if one[1][0] in telling]
        said += names.labelled(few)
        said += [one for at, _ in few for one in names.printed(items, at)]
        size = sum(len(text) for _, (_, text) in said)
        return _limited(
            size, lambda: {at: name for at, (name, text) in said if self._is_told(name, text)}
        )

    def allowed(self, text: str, spans: list[Span]) -> list[Span]:
        """The spans without those that are allowed."""
        return _limited(len(text), lambda: self._allowed(text, spans)) if self._allow else spans

    def _spans(self, text: str, known: list[Span]) -> list[Span]:
        found, seen = self._engine.scan(text)
        spans = [span for one in found for span in self._judged(seen, one)]
        return self._allowed(text, [*spans, *known, *self._of_own(text)])

    def _touched(
        self, texts: Sequence[str], block: Block
    ) -> tuple[set[int], list[tuple[int, int]]]:
        found = self._engine.scan_many(block)
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
        if self._own:
            touched.update(at for at, text in enumerate(texts) if any(self._of_own(text)))
        return touched, found.across + reached

    def _is_told(self, name: str, text: str) -> bool:
        """Whether the whole text is a secret that the name tells."""
        is_secret = values.is_secret(text.strip(), names.strength(name), quoted=True)
        return is_secret and bool(self._allowed(text, [Span(0, len(text), '')]))

    def _allowed(self, text: str, spans: list[Span]) -> list[Span]:
        return [
            span
            for span in spans
            if not any(pattern.search(text[span.start : span.end]) for pattern in self._allow)
        ]

    def _judged(self, text: str, one: Finding) -> Iterator[Span]:
        """The secrets in a finding. Base64 is judged by what it decodes to."""
        if not one.is_ours:
            yield from services.trusted(text, one.start, one.end, one.rule)
        elif not one.encoded:
            yield from findings.secrets_in(text, one.start, one.end, one.rule)
        else:
            clear = values.decoded(text[one.start : one.end])
            for span in self._spans(clear, [])[:1] if clear else ():
                yield Span(one.start, one.end, span.kind)

    def _of_own(self, text: str) -> Iterator[Span]:
        """Matches of the person's own patterns; of a pattern with groups, its first group."""
        for pattern in self._own:
            for match in pattern.finditer(text):
                start, end = match.span(1 if pattern.groups else 0)
                if start < end:
                    yield Span(start, end, OWN)


def _limited(size: int, work: Callable[[], T]) -> T:
    try:
        return time_limit.interrupted(SECONDS + size / CHARACTERS_PER_SECOND, work)
    except time_limit.OverdueError as error:
        raise RedactionError(
            'a text kept the search for secrets busy for too long; nothing was written or sent'
        ) from error
