"""The packed files, as they are shown: their entries, and the placeholders in them. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from learn_core.errors import LearnError
from learn_core.page.visible import PLACEHOLDER
from learn_core.preprocess import read_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from learn_core.page.shown import Shown
    from learn_core.preprocess import Element

RAW = 'file'  # the tag of a file that is shown as it is

_OPENING = '<session>'
_KINDS = {one: one for one in ('user', 'assistant', 'thinking')}
_KINDS |= {'tool_use': 'tool', 'tool_result': 'result'}
_ERRORS = ('is_error', 'api_error')
_APART = frozenset({'id', 'author', 'body', 'comments'})  # of a comment: no facts
_AROUND = 60  # characters on each side of a placeholder
_PART = re.compile(r'-part(\d+)$')


class Field(NamedTuple):
    """A text of an entry; `name` is a parameter's or an image's facts, empty for its words."""

    name: str
    text: str


class Entry(NamedTuple):
    """An entry: `kind` is one of `_KINDS`' values, `comment`, `error` or `other`, `tag` its element
    in the file, `label` who speaks, `facts` its attributes (the label apart).
    """

    kind: str
    tag: str
    label: str
    facts: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file of the pack. `log` is its transcript's name in the pack, `number` which part of it,
    0 for the only one; `kind` and `why` are the manifest's. `is_session` tells a transcript from
    comments or a manifest, `is_agent` that of a sub-agent, `is_read` a conversation from text that
    is shown as it is; `label` is short: `planning 6f62e663, part 2`.
    """

    name: str
    label: str
    text: str = field(repr=False)
    size: int
    sha256: str
    log: str
    number: int
    tokens: int
    session_id: str
    kind: str
    why: str
    is_session: bool
    is_agent: bool
    is_read: bool
    entries: tuple[Entry, ...] = field(repr=False)


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


def parts_of(shown: Shown) -> list[Part]:
    """The files in the order of the manifest, those that it does not name behind them."""
    said = {str(entry.get('name')): entry for entry in shown.manifest.get('files', [])}
    names = [name for name in said if name in shown.files]
    names += sorted(shown.files.keys() - said.keys())
    return [_part(name, shown.files[name], said.get(name, {})) for name in names]


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


def _placeholders(part: Part) -> Iterator[tuple[int, re.Match[str], str]]:
    for number, entry in enumerate(part.entries if '[REDACTED:' in part.text else (), 1):
        for _, text in (*entry.facts, *entry.fields):
            for found in PLACEHOLDER.finditer(text):
                yield number, found, text


def _part(name: str, text: str, said: Mapping[str, object]) -> Part:
    session_id = str(said.get('session_id', ''))
    stem = name.removesuffix('.xml')
    found = None if session_id and stem.endswith(session_id) else _PART.search(stem)
    log, number = (stem[: found.start()], int(found[1])) if found else (stem, 0)
    is_session, is_agent = text.startswith(_OPENING), '-agent-' in log
    if not is_session:
        label = name.removesuffix('.json').replace('-', ' ').replace('pr ', 'PR ', 1)
    elif is_agent:
        label = f'agent {log.rpartition("-agent-")[2]}'
    else:
        prefix, _, session = log.partition('-')
        label = f'{"implementation" if prefix == "impl" else prefix} {session[:8]}'
    entries = tuple(entries_of(name, text))
    data = text.encode()
    return Part(
        name=name,
        label=f'{label}, part {number}' if is_session and number else label,
        text=text,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        log=log,
        number=number,
        tokens=int(str(said.get('tokens') or 0)),
        session_id=session_id,
        kind=str(said.get('kind', '')),
        why=str(said.get('why', '')),
        is_session=is_session,
        is_agent=is_agent,
        is_read=not entries or entries[0].tag != RAW,
        entries=entries,
    )


def entries_of(name: str, text: str) -> list[Entry]:
    """The entries of one file; one of an unknown kind, or a damaged one, is a single raw entry."""
    try:
        if text.startswith(_OPENING):
            return [_entry(element) for element in read_session(text)]
        if name.startswith('pr-'):
            return _comments(json.loads(text))
    except (LearnError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return [Entry('other', RAW, 'text', (), (Field('', text),))]


def _entry(element: Element) -> Entry:
    tag, facts = element.tag, dict(element.attributes)
    is_error = any(facts.get(name) == 'true' for name in _ERRORS)
    kind = 'error' if is_error else _KINDS.get(tag, 'other')
    label = facts.pop('name', tag) if tag == 'tool_use' else tag.replace('_', ' ')
    fields = [Field('', element.text)] if element.text else []
    for child in element.children:  # a parameter is called by its name, others by all that is known
        values = list(child.attributes.values())
        is_parameter = child.tag == 'param' and values
        name = values[0] if is_parameter else ' '.join([child.tag, *values])
        fields.append(Field(name, child.text))
    return Entry(kind, tag, label, tuple(facts.items()), tuple(fields))


def _comments(document: Mapping[str, list[Mapping[str, object]]]) -> list[Entry]:
    """Comments of a pull request by thread, or one after the other. Raises what a document of
    another shape raises.
    """
    entries = [] if document['success'] else [_incomplete(document)]
    if 'threads' not in document:
        said = document['reviews' if 'reviews' in document else 'comments']
        return entries + [_comment(about) for about in said]
    for thread in document['threads']:
        comments = thread['comments']
        if not isinstance(comments, list):
            raise TypeError(comments)
        entries += [_comment({**thread, **comment}) for comment in comments]
    return entries


def _incomplete(document: Mapping[str, object]) -> Entry:
    return Entry('error', 'comment', 'incomplete', (), (Field('', str(document['error'])),))


def _comment(about: Mapping[str, object]) -> Entry:
    facts = [
        (name, 'true' if value is True else str(value))
        for name, value in about.items()
        if name not in _APART and value is not None and value is not False
    ]
    text = Field('', str(about['body']))
    return Entry('comment', 'comment', str(about.get('author')), tuple(facts), (text,))
