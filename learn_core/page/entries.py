"""A file of the materials -> its entries, as a person reads them. Pure.

In a session's file a `<` is always a tag's, for in texts it stands as `&lt;`: so a tag and the text
behind it are one match. The page's script reads the same way what is not in the page as HTML.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

OPENING = '<session>'
KINDS = {
    'user': 'user',
    'assistant': 'assistant',
    'thinking': 'thinking',
    'tool_use': 'tool',
    'tool_result': 'result',
    'comment': 'comment',
}
OTHER, ERROR = 'other', 'error'

_BEFORE_CHILD = '\n    '  # what stands between an element's tag and the one inside it
_BEFORE_END = '\n  '
_BETWEEN = ('', _BEFORE_CHILD, _BEFORE_END)

_TAG = re.compile(r'<(/?)([\w:.-]{1,100})([^<>]*?)(/?)>([^<]*)')
_ATTRIBUTE = re.compile(r'([\w:.-]{1,100})="([^"]*)"')
_ENTITY = re.compile(r'&(amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});')
_ENTITIES = {'amp': '&', 'lt': '<', 'gt': '>', 'quot': '"', 'apos': "'"}
_COMMENT_FACTS = ('created_at', 'path', 'line', 'url')


class Field(NamedTuple):
    """A text of an entry; `name` is a parameter's or an image's facts, empty for its words."""

    name: str
    text: str


class Entry(NamedTuple):
    """An entry: `kind` is one of `KINDS`' values, `error` or `other`, `tag` as it stands in the
    file, `label` who speaks, `facts` its attributes (the label apart).
    """

    kind: str
    tag: str
    label: str
    facts: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...]

    @property
    def text(self) -> str:
        """All that it says."""
        return '\n'.join(field.text for field in self.fields)

    @property
    def goes_on(self) -> bool:
        """Is it the second or a later part of one that was too large for its file?"""
        parts = [value for name, value in self.facts if name == 'part']
        return bool(parts) and any(not part.startswith('1/') for part in parts[0].split())


def entries_of(name: str, text: str) -> Iterator[Entry]:
    """The entries of one file; one of a kind that is not known is a single entry."""
    if text.startswith(OPENING):
        yield from session_entries(text)
    elif name.startswith('pr-') and (comments := _comments(text)) is not None:
        yield from comments
    else:
        yield Entry(OTHER, 'file', 'text', (), (Field('', text),))


def session_entries(text: str) -> Iterator[Entry]:
    """The entries of a session's file, its meta lines among them."""
    depth, tag, attributes, is_bare = 0, '', '', False
    fields: list[Field] = []
    for closing, this, given, empty, after in _TAG.findall(text):
        depth += not closing
        if depth == 2 and not closing:
            tag, attributes, fields, is_bare = this, given, [], False
        if depth == 3 and not closing:
            if is_bare and fields[0].text == _BEFORE_CHILD:
                fields = []
            is_bare = False
            fields.append(Field(_named(this, given), '' if empty else after))
        elif depth == 2 and not closing and not empty:
            fields, is_bare = [Field('', after)], True
        if depth == 3 and (closing or empty) and after not in _BETWEEN:
            fields.append(Field('', after))
        if depth == 2 and (closing or empty):
            yield _entry(tag, attributes, fields)
        depth -= bool(closing or empty)


def kind_of(tag: str, attributes: str) -> str:
    """The kind of an entry, by its tag and its attributes as they are written."""
    is_error = ' is_error="true"' in attributes or ' api_error="true"' in attributes
    return ERROR if is_error else KINDS.get(tag, OTHER)


def unescape(text: str) -> str:
    """Text or an attribute's value without its entities."""
    return _ENTITY.sub(_character, text) if '&' in text else text


def pairs(attributes: str) -> list[tuple[str, str]]:
    """Attributes as they are written -> names and values."""
    return [(name, unescape(value)) for name, value in _ATTRIBUTE.findall(attributes)]


def _entry(tag: str, attributes: str, fields: list[Field]) -> Entry:
    facts = pairs(attributes) if attributes else []
    known = dict(facts)
    kind = kind_of(tag, attributes)
    label = known.get('name', tag) if tag == 'tool_use' else tag.replace('_', ' ')
    if tag == 'tool_result':
        fields = _trimmed(fields, known.get('part', ''))
    clean = [Field(name, unescape(text)) for name, text in fields]
    shown = tuple([fact for fact in facts if tag != 'tool_use' or fact[0] != 'name'])
    return Entry(kind, tag, label, shown, tuple(clean))


def _trimmed(fields: list[Field], part: str) -> list[Field]:
    """A result's text without the line ends that its tags stand on; only the first part begins
    with one.
    """
    if not fields or fields[0].name:
        return fields
    text = fields[0].text
    if all(number.startswith('1/') for number in part.split()):
        text = text.removeprefix('\n')
    text = text.removesuffix(_BEFORE_CHILD if len(fields) > 1 else _BEFORE_END)
    return [Field('', text), *fields[1:]]


def _named(tag: str, attributes: str) -> str:
    """What a field is called: a parameter by its name, all else by tag and attributes."""
    facts = pairs(attributes)
    if tag == 'param' and facts:
        return facts[0][1]
    return ' '.join([tag, *[value for _, value in facts]])


def _character(found: re.Match[str]) -> str:
    word = found[1]
    if word in _ENTITIES:
        return _ENTITIES[word]
    number = int(word[2:], 16) if word.startswith('#x') else int(word[1:])
    return chr(number) if 0 < number < 0x110000 else '\ufffd'


def _comments(text: str) -> list[Entry] | None:
    """Comments of a pull request; None if the file is not what it should be."""
    try:
        document = json.loads(text)
        if not document.get('success', False):
            return None
        threads = document.get('threads')
        found = (
            [_comment(comment, thread) for thread in threads for comment in thread['comments']]
            if threads is not None
            else [_comment(comment, {}) for comment in document['comments']]
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return found


def _comment(comment: dict[str, object], thread: dict[str, object]) -> Entry:
    about = {**thread, **comment}
    facts = [(name, str(about[name])) for name in _COMMENT_FACTS if about.get(name) is not None]
    facts += [(name, 'true') for name in ('is_resolved', 'is_outdated') if about.get(name) is True]
    text = Field('', str(comment['body']))
    return Entry('comment', 'comment', str(comment.get('author')), tuple(facts), (text,))
