"""One reading of each file: what is in it, counted."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from learn_core.materials import packed as packing
from learn_core.page import contents
from learn_core.page.entries import OPENING, entries_of, kind_of, pairs, session_entries
from learn_core.page.timeline import marks_of, pushes_in
from learn_core.page.visible import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from learn_core.page.entries import Entry
    from learn_core.page.timeline import Marks

    Seen = tuple[Counter[str], list[Marks], list[tuple[str, 'Place']]]
    Compress = Callable[[Callable[[str], bytes], str], Future[bytes]]

MOST_SHOWN = 20  # places of one kind of secret, entries of one file; all are counted

_PLACEHOLDER = re.compile(PLACEHOLDER)
_ENTRY = re.compile(r'^  <([\w:.-]+)([^<>]*?)/?>', re.MULTILINE)
_ABOUT = re.compile(r'^  <meta([^<>]* description="[^<>]*)>', re.MULTILINE)
_GOES_ON = re.compile(r' part="(?:1/\d+ )*(?!1/)')
_COMMAND = re.compile(r'<param name="command">([^<]*)<')
_AROUND = 60  # characters to each side of a placeholder


class Place(NamedTuple):
    """A placeholder where it stands: the file, its entry's number, and what is around it."""

    file: str
    number: int
    before: str
    placeholder: str
    after: str


class Look(NamedTuple):
    """What one reading of a file tells."""

    name: str
    size: int
    is_session: bool
    entries: int
    kinds: Counter[str]
    marks: list[Marks]
    redactions: Counter[str]
    places: list[tuple[str, Place]]
    about: str
    text: Future[bytes]


def look_at(name: str, text: str, compress: Compress) -> Look:
    """One file, looked at; `compress` does that beside it, on another core if there is one."""
    seen = _session(name, text) if text.startswith(OPENING) else _other(name, text)
    kinds, marks, places = seen
    about = pairs(head[1]) if (head := _ABOUT.search(text)) else []
    return Look(
        name=name,
        size=len(text.encode()),
        is_session=text.startswith(OPENING),
        entries=kinds.total(),
        kinds=kinds,
        marks=marks,
        redactions=Counter(kind for kind, _ in _PLACEHOLDER.findall(text)),
        places=places,
        about=dict(about).get('description', ''),
        text=compress(contents.compressed, text),
    )


def _session(name: str, text: str) -> Seen:
    """A session's file by the tags that its entries begin with, for that costs a tenth of reading
    them: only what has a placeholder in it is read.
    """
    found = list(_ENTRY.finditer(text))
    starts = [one.start() for one in found]
    kinds = [kind_of(one[1], one[2]) for one in found]
    pushes = {
        bisect_right(starts, command.start()) - 1
        for command in _COMMAND.finditer(text)
        if pushes_in(command[1])
    }
    marks = [
        marks_of(kinds[at], one[2], pushes=at in pushes)
        for at, one in enumerate(found)
        if one[1] != 'meta' and not _GOES_ON.search(one[2])
    ]
    numbers = dict.fromkeys(
        bisect_right(starts, one.start()) for one in _PLACEHOLDER.finditer(text)
    )
    ends = [*starts[1:], len(text)]
    places: list[tuple[str, Place]] = []
    for number in list(numbers)[:MOST_SHOWN]:
        for entry in session_entries(OPENING + text[starts[number - 1] : ends[number - 1]]):
            places += _in_entry(name, number, entry)
    return Counter(kinds), marks, places


def _other(name: str, text: str) -> Seen:
    entries = list(entries_of(name, text))
    places = [
        place
        for number, entry in enumerate(entries, 1)
        if name != packing.MANIFEST
        for place in _in_entry(name, number, entry)
    ]
    return Counter(entry.kind for entry in entries), [], places[:MOST_SHOWN]


def _in_entry(name: str, number: int, entry: Entry) -> Iterator[tuple[str, Place]]:
    for text in [*[value for _, value in entry.facts], *[given.text for given in entry.fields]]:
        for found in _PLACEHOLDER.finditer(text):
            start, end = found.span()
            before = text[max(0, start - _AROUND) : start].rpartition('\n')[2]
            after = text[end : end + _AROUND].partition('\n')[0]
            yield found[1], Place(name, number, before, found[0], after)


def places_of(seen: list[Look]) -> dict[str, tuple[Place, ...]]:
    """By kind, the first places of each."""
    found: dict[str, list[Place]] = {}
    for look in seen:
        for kind, place in look.places:
            if len(found.setdefault(kind, [])) < MOST_SHOWN:
                found[kind].append(place)
    return {kind: tuple(places) for kind, places in sorted(found.items())}


def manifest_of(seen: list[Look]) -> dict[str, Any]:
    """The manifest among the files, empty if there is none that can be read."""
    texts = [look.text for look in seen if look.name == packing.MANIFEST]
    try:
        found = dict(json.loads(contents.opened(texts[0].result()))) if texts else {}
        for entry in found.get('files', []):
            str(entry['name']), entry['sha256'], int(entry.get('tokens', 0))
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
    return found
