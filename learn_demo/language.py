"""Reads a GraphQL document: the part of the language that queries to GitHub are written in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(
    r'(?P<skip>[\s,\ufeff]+|\#[^\n]*)'
    r'|(?P<text>"(?:[^"\\\n]|\\.)*")'
    r'|(?P<number>-?\d+(?:\.\d+)?)'
    r'|(?P<word>[A-Za-z_]\w*)'
    r'|(?P<mark>\.\.\.|[{}()\[\]:!=$@])'
)

_CONSTANTS = {'true': True, 'false': False, 'null': None}


class NotGraphQLError(Exception):
    """The text is no document that could be executed."""


class Variable(NamedTuple):
    """`$name` in place of a value."""

    name: str


class Field(NamedTuple):
    """A field that is asked for; `key` is its name in the answer."""

    key: str
    name: str
    arguments: Mapping[str, object]
    selections: tuple[Selection, ...]


class Inline(NamedTuple):
    """`... on Type { … }`; without a type it applies to all."""

    on: str | None
    selections: tuple[Selection, ...]


class Spread(NamedTuple):
    """`...Name`."""

    name: str


Selection = Field | Inline | Spread


class Operation(NamedTuple):
    """A query: its variables as name to (is one needed, default)."""

    variables: Mapping[str, tuple[bool, object]]
    selections: tuple[Selection, ...]


@dataclass(kw_only=True)
class Document:
    """The operations and fragments of one request, by name."""

    operations: dict[str, Operation] = field(default_factory=dict)
    fragments: dict[str, Inline] = field(default_factory=dict)


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise NotGraphQLError(f'Expected a token, actual: {text[at]!r} at {at}')
        if token.lastgroup != 'skip':
            found.append(token[0])
        at = token.end()
    return found


class Reader:
    """Walks the tokens of a document once, from the left."""

    def __init__(self, text: str) -> None:
        self._rest = _tokens(text)[::-1]

    def document(self) -> Document:
        """All operations and fragments."""
        document = Document()
        while self._rest:
            if self._peek() == 'fragment':
                self._take()
                name = self._take()
                self._expect('on')
                document.fragments[name] = Inline(self._take(), self._selections())
            else:
                name, operation = self._operation()
                document.operations[name] = operation
        return document

    def _peek(self) -> str:
        return self._rest[-1] if self._rest else ''

    def _take(self) -> str:
        if not self._rest:
            raise NotGraphQLError('Unexpected end of document')
        return self._rest.pop()

    def _expect(self, wanted: str) -> None:
        if self._peek() != wanted:
            raise NotGraphQLError(f'Expected {wanted}, actual: {self._peek() or "end"}')
        self._take()

    def _if(self, mark: str) -> bool:
        if self._peek() == mark:
            self._take()
            return True
        return False

    def _operation(self) -> tuple[str, Operation]:
        name, variables = '', {}
        if self._peek() != '{':
            self._expect('query')
            name = '' if self._peek() in '({' else self._take()
            variables = self._variables()
        return name, Operation(variables, self._selections())

    def _variables(self) -> dict[str, tuple[bool, object]]:
        variables: dict[str, tuple[bool, object]] = {}
        if self._if('('):
            while not self._if(')'):
                self._expect('$')
                name = self._take()
                self._expect(':')
                needed = self._type()
                variables[name] = (needed, self._value() if self._if('=') else None)
        return variables

    def _type(self) -> bool:
        """A type is read over; true if null is none of its values."""
        if self._if('['):
            self._type()
            self._expect(']')
        else:
            self._take()
        return self._if('!')

    def _selections(self) -> tuple[Selection, ...]:
        self._expect('{')
        selections: list[Selection] = []
        while not self._if('}'):
            selections.append(self._fragment() if self._if('...') else self._field())
        return tuple(selections)

    def _fragment(self) -> Selection:
        if self._if('on'):
            return Inline(self._take(), self._selections())
        if self._peek() == '{':
            return Inline(None, self._selections())
        return Spread(self._take())

    def _field(self) -> Field:
        key = name = self._take()
        if self._if(':'):
            name = self._take()
        arguments: dict[str, object] = {}
        if self._if('('):
            while not self._if(')'):
                argument = self._take()
                self._expect(':')
                arguments[argument] = self._value()
        return Field(key, name, arguments, self._selections() if self._peek() == '{' else ())

    def _value(self) -> object:
        word = self._take()
        if word == '$':
            return Variable(self._take())
        if word == '[':
            return self._list()
        if word == '{':
            return self._object()
        if word[0] in '"-0123456789':
            value: object = json.loads(word)
            return value
        return _CONSTANTS.get(word, word)

    def _list(self) -> list[object]:
        items: list[object] = []
        while not self._if(']'):
            items.append(self._value())
        return items

    def _object(self) -> dict[str, object]:
        pairs: dict[str, object] = {}
        while not self._if('}'):
            name = self._take()
            self._expect(':')
            pairs[name] = self._value()
        return pairs
