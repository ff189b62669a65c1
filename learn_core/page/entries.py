"""A file of the materials -> its entries, as a person reads them. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from learn_core.errors import LearnError
from learn_core.preprocess import read_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from learn_core.preprocess import Element

OPENING = '<session>'
KINDS = {
    'user': 'user',
    'assistant': 'assistant',
    'thinking': 'thinking',
    'tool_use': 'tool',
    'tool_result': 'result',
}
RAW = 'file'  # the tag of a file that is shown as it is

_ERRORS = ('is_error', 'api_error')
_APART = frozenset({'id', 'author', 'body', 'comments'})  # of a comment: no facts


class Field(NamedTuple):
    """A text of an entry; `name` is a parameter's or an image's facts, empty for its words."""

    name: str
    text: str


class Entry(NamedTuple):
    """An entry: `kind` is one of `KINDS`' values, `comment`, `error` or `other`, `tag` its element
    in the file, `label` who speaks, `facts` its attributes (the label apart).
    """

    kind: str
    tag: str
    label: str
    facts: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...]

    @property
    def text(self) -> str:
        """Everything that it says."""
        return '\n'.join(field.text for field in self.fields)


def entries_of(name: str, text: str) -> list[Entry]:
    """The entries of one file; one of an unknown kind, or a damaged one, is a single raw entry."""
    try:
        if text.startswith(OPENING):
            return [_entry(element) for element in read_session(text)]
        if name.startswith('pr-'):
            return _comments(json.loads(text))
    except (LearnError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return [Entry('other', RAW, 'text', (), (Field('', text),))]


def _entry(element: Element) -> Entry:
    tag, facts = element.tag, dict(element.attributes)
    is_error = any(facts.get(name) == 'true' for name in _ERRORS)
    kind = 'error' if is_error else KINDS.get(tag, 'other')
    label = facts.pop('name', tag) if tag == 'tool_use' else tag.replace('_', ' ')
    fields = [Field(_named(child), child.text) for child in element.children]
    if element.text:
        fields.insert(0, Field('', element.text))
    return Entry(kind, tag, label, tuple(facts.items()), tuple(fields))


def _named(child: Element) -> str:
    """What a field is called: a parameter by its name, others by tag and attributes."""
    values = list(child.attributes.values())
    if child.tag == 'param' and values:
        return values[0]
    return ' '.join([child.tag, *values])


def _comments(document: Mapping[str, list[Mapping[str, object]]]) -> list[Entry]:
    """Comments of a pull request by thread, or one after the other. Raises what a document of
    another shape raises.
    """
    said: Iterable[Mapping[str, object]]
    if 'threads' in document:
        said = [
            {**thread, **comment}
            for thread in document['threads']
            for comment in _listed(thread['comments'])
        ]
    else:
        said = document['reviews' if 'reviews' in document else 'comments']
    entries = [_comment(about) for about in said]
    if document['success']:
        return entries
    error = Field('', str(document['error']))
    return [Entry('error', 'comment', 'incomplete', (), (error,)), *entries]


def _listed(given: object) -> Iterable[Mapping[str, object]]:
    if not isinstance(given, list):
        raise TypeError(given)
    return given


def _comment(about: Mapping[str, object]) -> Entry:
    facts = [
        (name, 'true' if value is True else str(value))
        for name, value in about.items()
        if name not in _APART and value is not None and value is not False
    ]
    text = Field('', str(about['body']))
    return Entry('comment', 'comment', str(about.get('author')), tuple(facts), (text,))
