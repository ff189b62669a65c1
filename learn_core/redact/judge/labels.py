"""Values named by a sibling string: parameters of a browser tool, fields of a form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.redact.judge import names
from learn_core.redact.judge.names import Strength, word_set

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LABELS = word_set('element label name field selector placeholder title id locator target key')
_VALUES = word_set('text value input content fill keys')
NAMES = _LABELS | _VALUES
_FAR = 8  # items; a key counts as one
_LONGEST = 120  # characters of a label
_WORD = re.compile(r'[A-Za-z]+')
_NO_NAME = word_set(
    'field box textbox input element the a type label prompt for of in on name required'
)


def labelled(
    items: Iterable[tuple[int, tuple[str, str]]],
) -> Iterator[tuple[int, tuple[str, str]]]:
    """The items, of those with these numbers, that a label before or after them calls a password.
    The label replaces their name.
    """
    place, label = -_FAR - 1, ''
    waiting: tuple[int, str] | None = None
    for at, (name, text) in items:
        if name in _LABELS:
            place, label = at, name_in(text)
            if label and waiting and at - waiting[0] <= _FAR // 2:
                yield waiting[0], (label, waiting[1])
            waiting = None
        elif name in _VALUES:
            if label and at - place <= _FAR:
                yield at, (label, text)
            waiting = None if at - place <= _FAR else (at, text)


def name_in(text: str) -> str:
    """The password's name in a label, as `Password field` or `input[name="password"]`; '' if the
    label is about something else.
    """
    if len(text) > _LONGEST:
        return ''
    words = [word for word in _WORD.findall(text) if word.lower() not in _NO_NAME]
    return words[-1] if words and names.strength(words[-1]) >= Strength.SECRET else ''
