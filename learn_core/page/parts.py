"""The packed files, as they are shown: their entries, and the placeholders in them. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from learn_core.page.entries import OPENING, RAW, entries_of
from learn_core.page.visible import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from learn_core.page.entries import Entry
    from learn_core.page.shown import Shown

_AROUND = 60  # characters on each side of a placeholder
_PART = re.compile(r'-part(\d+)$')
_PLACEHOLDER = re.compile(PLACEHOLDER)
_PREFIXES = {'impl': 'implementation'}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file of the pack. `log` is its transcript's name in the pack, `number` which part of it,
    0 for the only one; `kind` and `why` are the manifest's.
    """

    name: str
    text: str = field(repr=False)
    size: int
    sha256: str
    log: str
    number: int
    tokens: int
    session_id: str
    kind: str
    why: str
    entries: tuple[Entry, ...] = field(repr=False)

    def numbered(self) -> Iterator[tuple[int, Entry]]:
        """Its entries, counted from 1."""
        return enumerate(self.entries, 1)

    @property
    def is_session(self) -> bool:
        """Whether it is a transcript rather than comments or a manifest."""
        return self.text.startswith(OPENING)

    @property
    def is_read(self) -> bool:
        """Whether it is a conversation rather than text that is shown as it is."""
        return not self.entries or self.entries[0].tag != RAW

    @property
    def is_agent(self) -> bool:
        """Whether it is a sub-agent's transcript."""
        return '-agent-' in self.log

    @property
    def label(self) -> str:
        """What it is called where there is little room: `planning 6f62e663, part 2`."""
        if not self.is_session:
            return self.name.removesuffix('.json').replace('-', ' ').replace('pr ', 'PR ', 1)
        if self.is_agent:
            name = f'agent {self.log.rpartition("-agent-")[2]}'
        else:
            prefix, _, session = self.log.partition('-')
            name = f'{_PREFIXES.get(prefix, prefix)} {session[:8]}'
        return f'{name}, part {self.number}' if self.number else name


class Redaction(NamedTuple):
    """A secret: how often its placeholder occurs in its session, and where it does first."""

    kind: str
    placeholder: str
    times: int
    part: str
    label: str
    number: int
    before: str
    after: str


def parts_of(shown: Shown) -> tuple[Part, ...]:
    """The files in the order of the manifest, those that it does not name behind them."""
    said = {str(entry.get('name')): entry for entry in shown.manifest.get('files', [])}
    names = [name for name in said if name in shown.files]
    names += sorted(shown.files.keys() - said.keys())
    return tuple([_part(name, shown.files[name], said.get(name, {})) for name in names])


def redactions_of(parts: Iterable[Part]) -> list[Redaction]:
    """One for each secret of each session, the most frequent first.

    Placeholders are numbered within a session, so equal ones of two sessions are two secrets.
    """
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], Redaction] = {}
    for part in parts:
        for number, found, text in _placeholders(part):
            key = (part.session_id or part.name, found[0])
            counts[key] += 1
            if key not in first:
                before = text[max(0, found.start() - _AROUND) : found.start()].rpartition('\n')[2]
                after = text[found.end() : found.end() + _AROUND].partition('\n')[0]
                place = (part.name, part.label, number, before, after)
                first[key] = Redaction(found[1], found[0], 0, *place)
    return [first[key]._replace(times=count) for key, count in counts.most_common()]


def kinds_of(redactions: Iterable[Redaction]) -> Counter[str]:
    """Placeholders by kind of secret."""
    found: Counter[str] = Counter()
    for one in redactions:
        found[one.kind] += one.times
    return found


def _part(name: str, text: str, said: Mapping[str, object]) -> Part:
    session_id = str(said.get('session_id', ''))
    stem = name.removesuffix('.xml')
    found = None if session_id and stem.endswith(session_id) else _PART.search(stem)
    data = text.encode()
    return Part(
        name=name,
        text=text,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        log=stem[: found.start()] if found else stem,
        number=int(found[1]) if found else 0,
        tokens=int(str(said.get('tokens') or 0)),
        session_id=session_id,
        kind=str(said.get('kind', '')),
        why=str(said.get('why', '')),
        entries=tuple(entries_of(name, text)),
    )


def _placeholders(part: Part) -> Iterator[tuple[int, re.Match[str], str]]:
    if '[REDACTED:' not in part.text:
        return
    for number, entry in part.numbered():
        texts = [value for _, value in entry.facts] + [field.text for field in entry.fields]
        for text in texts:
            for found in _PLACEHOLDER.finditer(text):
                yield number, found, text
