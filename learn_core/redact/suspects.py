"""Lines of redacted text that look most like a secret that was missed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from learn_core.redact.judge import names, values
from learn_core.redact.judge.names import Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 20

_WIDTH = 160  # characters of a line that are shown
_PIECE = re.compile(r'(?<![A-Za-z0-9+_=~-])[A-Za-z0-9+_=~-]{16,200}(?![A-Za-z0-9+_=~-])')
_NAMED = re.compile(
    r"""(?<![\w.-])([A-Za-z_][\w.-]{1,60})["'`]?[ \t]{0,2}[:=][ \t]{0,2}["'`]?"""
    r"""([^\s"'`<>,;]{4,200})"""
)
_RUN = re.compile(r'[a-z]+|[A-Z]+|[0-9]+')
_ID = re.compile(r'(?i)^(?:[0-9a-f-]{16,}|[\d.:-]+|[a-z]+_[A-Za-z0-9]{20,30})$')
_CLASSES = {'a': '[a-z]', 'A': '[A-Z]', '0': '[0-9]', 'aA': '[A-Za-z]', '0a': '[0-9a-z]'}


class Suspect(NamedTuple):
    """A line that was not redacted: its number in the text, an excerpt, how often its value occurs,
    why it was left, and the command that adds a rule for its kind; the file, where there are many.
    """

    line: int
    text: str
    times: int
    why: str
    rule: str
    file: str = ''


def suspects(text: str, *, most: int = MOST) -> list[Suspect]:
    """The likeliest lines first, equal values once. Linear in the length of the text."""
    found: dict[str, tuple[int, int, str, str]] = {}
    counts: dict[str, int] = {}
    for score, at, value, why, pattern in _candidates(text):
        counts[value] = counts.get(value, 0) + 1
        if value not in found or found[value][0] < score:
            found[value] = (score, at, why, pattern)
    likeliest = sorted(found.items(), key=lambda one: (-one[1][0], one[1][1]))[:most]
    return [
        Suspect(
            text.count('\n', 0, at) + 1,
            _shown(text, at),
            counts[value],
            why,
            f"git config --add learn-hook.secret '{pattern}'",
        )
        for value, (_, at, why, pattern) in likeliest
    ]


def _candidates(text: str) -> Iterator[tuple[int, int, str, str, str]]:
    """Score, offset, value, reason and pattern of everything that looks like a secret."""
    for match in _NAMED.finditer(text):
        name, value = match.groups()
        strength = names.strength(name)
        if strength > Strength.VAGUE and not _is_explained(value):
            why = f'{name} may name a secret, but the value reads like a word, code or a setting'
            pattern = rf'{re.escape(name)}\W{{1,4}}(\S{{4,}})'
            yield 2 * strength + values.is_random(value), match.start(2), value, why, pattern
    for match in _PIECE.finditer(text):
        value = match[0]
        if not _ID.match(value) and not _is_explained(value) and values.is_random(value):
            why = 'it looks random, but no name, place or form says that it is a secret'
            yield 5 + min(len(value) // 16, 4), match.start(), value, why, _pattern_of(value)


def _is_explained(value: str) -> bool:
    return value.startswith('[REDACTED') or values.is_reference(value, quoted=False)


def _pattern_of(value: str) -> str:
    """A pattern for values of the same form, without the value itself."""
    kinds = set()
    for run in _RUN.findall(value):
        kinds.add('0' if run.isdigit() else 'a' if run.islower() else 'A')
    letters = _CLASSES.get(''.join(sorted(kinds, key='0aA'.index)), '[0-9A-Za-z]')
    signs = ''.join(sorted({one for one in value if not one.isalnum()} - {'-'}))
    signs += '-' if '-' in value else ''
    return rf'\b{letters[:-1]}{signs}]{{{len(value)}}}'


def _shown(text: str, at: int) -> str:
    """The line around an offset, cut to a readable width."""
    begin = max(text.rfind('\n', 0, at) + 1, at - _WIDTH // 3)
    end = text.find('\n', at, begin + _WIDTH)
    return text[begin : end if end >= 0 else begin + _WIDTH].strip()
