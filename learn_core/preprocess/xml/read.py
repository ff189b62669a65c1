"""What was rendered, here or elsewhere: its XML -> pieces whose tags and texts stand apart.

A session that was rendered elsewhere comes out of a gist that anyone may have written: nothing of
it is taken over unread, and all of it is redacted like any other text.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from learn_core.errors import LearnError
from learn_core.preprocess.xml.render import attributes_of, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from learn_core.redact import Redactor

_PART = re.compile(' part="[^"]*"')
_NO_SESSION = 'the gist holds no session, raw or as XML'


class Leaf(NamedTuple):
    """A text that may be split, already escaped, between two tags (or nothing)."""

    text: str
    open: str = ''
    close: str = ''


class Piece(NamedTuple):
    """One element: its tag, attributes as written, and texts; `before_end` stands after these."""

    tag: str
    attributes: str
    leaves: tuple[Leaf, ...]
    before_end: str = ''

    def written(self, body: str, part: str = '') -> str:
        """The element with a body; with `part` such as `2/3` if it is one of several."""
        attributes = _with_part(self.attributes, part) if part else self.attributes
        if not body:
            return f'  <{self.tag}{attributes} />\n'
        return f'  <{self.tag}{attributes}>{body}{self.before_end}</{self.tag}>\n'

    def whole(self) -> str:
        """The element with all of its texts."""
        return self.written(''.join(leaf.open + leaf.text + leaf.close for leaf in self.leaves))


def _with_part(attributes: str, part: str) -> str:
    """With the part marked; of an element that is a part already, the part of that part."""
    found = _PART.search(attributes)
    if found:
        return f'{attributes[: found.end() - 1]} {part}{attributes[found.end() - 1 :]}'
    return f'{attributes} part="{part}"'


class _Reader:
    """What expat meets: elements under the root are pieces, elements under these are leaves."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        self.pieces: list[Piece] = []
        self.depth = 0
        self._redact = redact
        self._words: list[str] = []
        self._tag = ''
        self._attributes = ''
        self._leaves: list[Leaf] = []
        self._open = ''

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self.depth == 0 and tag != 'session':
            raise LearnError(_NO_SESSION)
        self.depth += 1
        clean = attributes_of((name, self._redact(value)) for name, value in attributes.items())
        if self.depth == 2:
            self._words, self._leaves = [], []
            self._tag, self._attributes = tag, clean
        elif self.depth == 3:
            self._take_words()
            self._open = f'\n    <{tag}{clean}>'

    def end(self, tag: str) -> None:
        if self.depth == 3:
            text = self._text()
            self._leaves.append(Leaf(text=text, open=self._open, close=f'</{tag}>'))
        elif self.depth == 2:
            self._take_words()
            before_end = '\n  ' if any(leaf.close for leaf in self._leaves) else ''
            self.pieces.append(Piece(self._tag, self._attributes, tuple(self._leaves), before_end))
        self.depth -= 1

    def words(self, text: str) -> None:
        if self.depth > 1:
            self._words.append(text)

    def _take_words(self) -> None:
        if any(word.strip() for word in self._words):
            self._leaves.append(Leaf(text=self._text()))
        self._words = []

    def _text(self) -> str:
        text, self._words = ''.join(self._words), []
        return escape(self._redact(text), Counter())


def read_pieces(text: str, redactor: Redactor) -> list[Piece]:
    """The elements of a `<session>`. Raises LearnError for anything else, entities included."""
    reader = _Reader(redactor.text)
    parser = expat.ParserCreate('utf-8')  # whatever it declares, it was read as that
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.words
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(text.encode('utf-8', 'replace'), True)
    except expat.ExpatError as error:
        raise LearnError(f'{_NO_SESSION} ({error})') from error
    return reader.pieces


def _refuse(*_: object) -> None:
    raise LearnError(_NO_SESSION)
