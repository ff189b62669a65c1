"""Passwords that people make up: words, joined words, words with digits and signs.

They are told from labels, messages, types and names in code, which stand where they would.
"""

from __future__ import annotations

import re

from learn_core.redact.judge.names import word_list, word_set

SHORTEST = 8  # characters; of a password that no word explains, 6
LONGEST = 200
LETTER_OUTSIDE_ASCII = re.compile(r'[^\W\d_a-zA-Z]')

_DUMMIES = '|'.join(word_list('numbered'))
_TECHNICAL, _NO_VALUES = word_set('technical'), word_set('no_values')
_DEFAULTS, _FIELDS = word_set('defaults'), word_set('fields')
_NUMBERED = re.compile(
    rf'(?i)^(?:{_DUMMIES})(?:[\W_]?(?:{_DUMMIES}))?[\W_]?(?:\d{{3,}}[!.?*#$@]{{0,2}}|\d\d[!.?*#$@]{{1,2}})$'
)
_LETTERS = re.compile(r'[A-Za-z]+')
_JOINT, _DIGIT_INSIDE = re.compile('[_-]'), re.compile(r'.\d.')
_SIGN = re.compile(r"""[^\w\-.:/,;'"]""")
_SIGN_IN_PHRASE = re.compile(r'[^\w\-.:/]')
_CAPITAL = re.compile(r'^[A-Z]|[a-z][A-Z]')
_ABOUT_ITSELF = re.compile(
    r'(?i)pass|pwd|secret|token|user|login|auth|cred|field|input|label|param|prompt|hash|crypt|salt'
)
_PASSWORD_AT_END = re.compile(r'-?(?:pass(?:word|wd|phrase)?|pwd|secret)$')
_NUMBER_AT_END = re.compile(r'\d{3}[!.?*#$@]{0,2}$')


def is_dummy(value: str) -> bool:
    """Whether it is a word such as `admin` with a number: a poor password, or an example of one."""
    return _NUMBERED.match(value) is not None


def is_object_name(value: str) -> bool:
    """Whether it is the name of an object in Kubernetes: `app-tls-9f8e7d`."""
    pieces = value.split('-')
    is_lower = value.islower() and all(map(str.isalnum, pieces))
    return is_lower and len(pieces) > 1 and pieces[0].isalpha() and max(map(len, pieces)) < 12


def is_default(value: str) -> bool:
    """Whether it is the default password of a service."""
    return value in _DEFAULTS


def is_passphrase(value: str) -> bool:
    """Whether it is three or more words, joined by hyphens, of which none is about passwords."""
    words = value.split('-')
    is_joined = len(words) > 2 and all(word.isalpha() and word.islower() for word in words[:3])
    return is_joined and not _ABOUT_ITSELF.search(value) and _NO_VALUES.isdisjoint(words)


def is_made_up(value: str, *, quoted: bool) -> bool:
    """Whether it looks like a password that people make up: a word with digits or signs."""
    letters = _LETTERS.findall(value)
    if not letters or ' ' in value:
        return re.fullmatch(r'\d{8,}', value) is not None
    if is_dummy(value):
        return True
    digits = sum(map(str.isdigit, value))
    if _SIGN.search(value.strip('!.?*:')) and (digits or quoted):
        return len(set(value)) > 5
    is_name = _JOINT.search(value) or _TECHNICAL.issuperset(map(str.lower, letters))
    least = 1 if quoted and _DIGIT_INSIDE.search(value) else 2
    return len(value) >= SHORTEST and digits >= least and not is_name


def is_phrase(value: str, *, quoted: bool) -> bool:
    """Whether it is a word, or some words, that may be a password: no label, message or type."""
    if not 4 <= len(value) <= LONGEST or LETTER_OUTSIDE_ASCII.search(value):
        return False
    if value.isdigit():
        return quoted and len(value) >= 6
    words = _LETTERS.findall(value.lower())
    if ' ' in value:
        return _is_spoken(value, words)
    return bool(words) and value.lower() not in _NO_VALUES and _is_word(value, words, quoted=quoted)


def _is_word(value: str, words: list[str], *, quoted: bool) -> bool:
    """Whether a word without blanks may be a password."""
    if _ABOUT_ITSELF.search(value) and not (quoted and _NUMBER_AT_END.search(value)):
        return is_dummy(value) or _is_composed(value)
    if _SIGN_IN_PHRASE.search(value.strip('!.?*:')):
        return quoted
    return _is_joined(value, words, quoted=quoted)


def _is_composed(value: str) -> bool:
    """Whether `password` ends a word that names no field: `vaultpass`."""
    ending = _PASSWORD_AT_END.search(value)
    stem = value[: ending.start()] if ending else ''
    is_field = stem in _FIELDS or _ABOUT_ITSELF.search(stem)
    return len(stem) > 2 and stem.isalpha() and not is_field


def _is_joined(value: str, words: list[str], *, quoted: bool) -> bool:
    """Whether a word, or joined words and numbers, are a passphrase and not a name in code."""
    if value.isalpha():
        return not _CAPITAL.search(value)
    if value.isupper() or value.replace('.', '').isalpha():
        return False
    if value.replace('_', '').isalpha():
        return len(words) > 2 and _NO_VALUES.isdisjoint(words)
    if value.replace('-', '').isalpha():
        return value.islower() and len(words) > 2 and len(_NO_VALUES.intersection(words)) < 2
    return quoted or not value.isidentifier() or value[-1].isdigit()


def _is_spoken(value: str, words: list[str]) -> bool:
    """Whether words with blanks between them are a passphrase, not a label or a message."""
    if any(not (one.isalnum() or one in ' -_') for one in value) or len(words) < 2:
        return False
    if not 3 <= len(value.split()) <= 12:
        return False
    return value.islower() and _NO_VALUES.isdisjoint(words) and not _ABOUT_ITSELF.search(value)
