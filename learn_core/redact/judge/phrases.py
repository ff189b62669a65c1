"""Passwords made of words, as opposed to labels, messages, types and names in code."""

from __future__ import annotations

import re

from learn_core.redact.judge.names import word_set

LONGEST = 200  # characters

_WORDS = re.compile(r'[A-Za-z]+')
_LETTER_OUTSIDE_ASCII = re.compile(r'[^\W\d_a-zA-Z]')
_SIGN = re.compile(r'[^\w\-.:/]')
_CAMEL = re.compile(r'[a-z][A-Z]')
_ABOUT_ITSELF = re.compile(
    r'(?i)pass|pwd|secret|token|user|login|auth|cred|field|input|label|param|prompt|hash|crypt|salt'
)
# types, states and settings that stand where a password would
_NO_VALUES = word_set(
    'name id key str string text bool boolean int integer number float any none null nil'
    ' undefined object bytes byte char varchar array list dict map optional unknown never void'
    ' type value values'
    ' data file files path url uri env var vars static dynamic function method class self this'
    ' true false yes no on off auto manual hidden masked visible plain plaintext cleartext clear'
    ' raw base64 hex json yaml prompt ask stdin stdout keyring keychain vault store stored manager'
    ' option options flag flags argument arguments parameter parameters setting settings policy'
    ' length strength expired expires reset change changed update updated set unset empty blank'
    ' missing wrong incorrect correct valid match matches mismatch weak strong basic digest bearer'
    ' form grant response request header query body method client server postgres mysql root admin'
    ' new old current again confirm repeat for with when from that which must should will can'
    ' or and the is are was were not if in to of by as at be it only also but'
    ' ok pass passed fail failed error failure success skip skipped'
    ' enter invalid please forgot forgotten choose create your field required optional at least'
    ' characters show hide use using sign log account email'
    ' parola senha heslo salasana lozinka geslo wachtwoord kennwort losenord adgangskode passord'
    ' haslo jelszo parole contrasena clave sandi kata slaptazodis sifre de la le el un une der die'
    ' das und oder et ou'
)


def is_anything(value: str) -> bool:
    """Whether it can be a password where the context says that there is one."""
    if not 3 <= len(value) <= LONGEST or not any(map(str.isalnum, value)):
        return False
    if value.isdigit() and len(value) < 6:
        return False
    return value.lower() not in _NO_VALUES and not (value.isalpha() and value.isupper())


def is_phrase(value: str, *, quoted: bool) -> bool:
    """Whether it is a word, or some words, that may be a password."""
    if not 4 <= len(value) <= LONGEST or _LETTER_OUTSIDE_ASCII.search(value):
        return False
    if value.isdigit():
        return quoted and len(value) >= 6
    words = _WORDS.findall(value.lower())
    if ' ' in value:
        return _is_spoken(value, words)
    if not words or value.lower() in _NO_VALUES or _ABOUT_ITSELF.search(value):
        return False
    if _SIGN.search(value.strip('!.?*:')):
        return quoted
    if value.isupper():
        return False
    if value.isalpha():
        return not (value[0].isupper() or _CAMEL.search(value))
    return _is_joined(value, words, quoted=quoted)


def _is_joined(value: str, words: list[str], *, quoted: bool) -> bool:
    """Whether joined words and numbers are a passphrase and not a name in code."""
    if value.replace('_', '').isalpha() or value.replace('.', '').isalpha():
        return '_' in value and len(words) > 2 and _NO_VALUES.isdisjoint(words)
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
