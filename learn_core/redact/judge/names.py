"""Names of secrets: `api_key`, `dbPassword`, `X-Auth-Token`, and labels: `Password field`.

The last word decides: `secret_name`, `token_count` and `key_path` name no secrets. The word before
it can rule it out: `primary key` and `next token` are no secrets.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Strength(IntEnum):
    """What a value must look like to be a secret under a name."""

    NOTHING = 0  # never a secret
    VAGUE = 1  # `key`: long and random
    TOKEN = 2  # `api_key`: random
    SECRET = 3  # `client_secret`: random, or a word with digits or signs in it
    PASSWORD = 4  # `password`: any words, unless they are code, a label or a message
    ANYTHING = 5  # `--password`: anything but a reference and a placeholder


@lru_cache(maxsize=1)
def _lists() -> dict[str, tuple[str, ...]]:
    text = files('learn_core.redact.judge').joinpath('words.txt').read_text('utf-8')
    lists = re.findall(r'^(\w+):\n((?:  .*\n)+)', text, re.MULTILINE)
    return {name: tuple(words.split()) for name, words in lists}


def word_list(name: str) -> tuple[str, ...]:
    """A list of `words.txt`."""
    return _lists()[name]


def word_set(name: str) -> frozenset[str]:
    """A list of `words.txt`, to look words up."""
    return frozenset(word_list(name))


_WORD = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+')
_LAST = {
    **dict.fromkeys(word_list('tokens'), Strength.TOKEN),
    **dict.fromkeys(word_list('secrets'), Strength.SECRET),
    **dict.fromkeys(word_list('passwords'), Strength.PASSWORD),
}
_ENDS = (
    (word_list('ends_of_passwords'), Strength.PASSWORD),
    (word_list('ends_of_tokens'), Strength.TOKEN),
    ('key', Strength.VAGUE),
)
# two words that together say more than the last one
_TOGETHER = {
    'oauth signature': Strength.TOKEN,
    'oauth verifier': Strength.TOKEN,
    'code verifier': Strength.TOKEN,
    'auth code': Strength.TOKEN,
    'secret id': Strength.TOKEN,
    **{f'{word} secret': Strength.PASSWORD for word in word_list('of_secrets')},
    **{f'{word} key': Strength.SECRET for word in ('secret', 'encryption', 'master', 'signing')},
    **{f'{word} key{s}': Strength.NOTHING for word in word_list('no_keys') for s in ('', 's')},
    **{f'{word} token{s}': Strength.NOTHING for word in word_list('no_tokens') for s in ('', 's')},
}
_NO_KEYS = {f'{word}key' for word in word_list('no_keys')}
_AGAIN, _SAY_NOTHING = word_set('again'), word_set('say_nothing')
_ABOUT_KEYS = word_set('about_keys')
_DENIED, _OF_KEYS = word_set('denied'), word_set('of_keys')
_KINDS = (
    ('password', ('password', 'passwd', 'pass', 'passphrase', 'passcode', 'pwd', 'pw', 'passwort')),
    ('token', ('token', 'jwt', 'pat', 'bearer')),
    ('key', ('key', 'apikey')),
    ('secret', ('secret', 'secrets')),
    ('credential', ('credential', 'credentials', 'cred', 'creds', 'auth', 'authorization')),
    ('cookie', ('cookie', 'cookies')),
)

_LABELS, _TYPED, _NO_LABEL = word_set('labels'), word_set('typed'), word_set('no_label')
LABELLED = _LABELS | _TYPED  # names of items that `labelled` looks at
_COMMANDS = frozenset({'command', 'cmd', 'script'})
LOOKED_AT = LABELLED | _COMMANDS
_FAR = 8  # items; a key counts as one
# commands that print a secret and nothing else
_PRINTS = re.compile(
    r'(?i)\b(?:openssl rand|token_(?:hex|urlsafe)|pwgen|rails secret|op read|pass show|bw get'
    r'|auth[ :](?:token|print-(?:access|identity)-token)|get-access-token|whoami -t|create token'
    r'|get-login-password|versions access|get-parameter|get-secret-value|find-generic-password'
    r'|(?:cat|echo|printenv|output -raw|kubectl get secret|vault (?:read|kv get))\b[^|;&\n]{0,200}?'
    r'(?:pass(?:word|wd)?|pwd|secret|token|api_?key)\w*["\'}]{0,3}(?:[ \t]*(?:[|;&\n]|$)|[ \t]+-))'
)
_LONE = re.compile(r'\s{0,9}\S{8,4096}\s{0,9}')
_LONGEST_LABEL = 120  # characters


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name[-120:])]


@lru_cache(maxsize=8192)
def strength(name: str) -> Strength:
    """What a name, in any spelling, says about its value."""
    words = _words(name)
    if not _DENIED.isdisjoint(words):
        return Strength.NOTHING
    is_plain = True
    while len(words) > 1 and (
        words[-1] in _SAY_NOTHING or words[-1] in _AGAIN or words[-1].isdigit()
    ):
        is_plain &= words.pop() not in _SAY_NOTHING
    if not words or (words[-1] == 'pass' and not is_plain):  # a verb, as in `passValue`
        return Strength.NOTHING
    found = _of_words(words[-1], words[-2] if len(words) > 1 else '')
    return found if is_plain else min(found, Strength.SECRET)


def _of_words(last: str, before: str) -> Strength:
    together = _TOGETHER.get(f'{before} {last}')
    if together is not None:
        return together
    if last in ('key', 'keys'):
        return Strength.TOKEN if before and last == 'key' else Strength.VAGUE
    if last in _LAST:
        return _LAST[last]
    if last in _NO_KEYS:
        return Strength.NOTHING
    return next((found for ends, found in _ENDS if last.endswith(ends)), Strength.NOTHING)


def is_known(name: str) -> bool:
    """Whether the first of two words decides: `API key` is a secret, `cache key` is none."""
    first, _, last = name.lower().partition(' ')
    return first in _OF_KEYS or first in _DENIED or f'{first} {last}' in _TOGETHER


def is_of_kubernetes(name: str) -> bool:
    """Whether the name of a Secret object may follow it: `secret`, `existingSecret`."""
    return name.lower() in ('secret', 'secrets', 'existingsecret', 'secretref')


def is_about_a_key(name: str) -> bool:
    """Whether no word of the name says that it is something else: an id, a URL, a version."""
    words = re.findall(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d?|\d+', name)[-4:]
    known = [word for word in words if word.lower() in _ABOUT_KEYS or word.isdigit()]
    return len(words) - len(known) <= 1


def kind_of(name: str) -> str:
    """The kind that the placeholder gives a secret of that name."""
    for word in reversed(_words(name)):
        for kind, marks in _KINDS:
            if word.endswith(marks):
                return kind
    return 'secret'


def labelled(
    items: Iterable[tuple[int, tuple[str, str]]],
) -> Iterator[tuple[int, tuple[str, str]]]:
    """The items, name and text, of those with these numbers, that a label before or after them
    calls a password. The label replaces their name.
    """
    place, label = -_FAR - 1, ''
    waiting: tuple[int, str] | None = None
    for at, (name, text) in items:
        if name in _LABELS:
            place, label = at, _name_in(text)
            if label and waiting and at - waiting[0] <= _FAR // 2:
                yield waiting[0], (label, waiting[1])
            waiting = None
        elif name in _TYPED:
            if label and at - place <= _FAR:
                yield at, (label, text)
            waiting = None if at - place <= _FAR else (at, text)


def printed(items: Sequence[tuple[str, str]], at: int) -> Iterator[tuple[int, tuple[str, str]]]:
    """The output of the command in item `at`, if that command prints nothing but a secret."""
    name, command = items[at]
    if name in _COMMANDS and _PRINTS.search(command):
        for place, (what, text) in enumerate(items[at + 1 : at + 1 + _FAR], at + 1):
            if not what and _LONE.fullmatch(text):
                yield place, ('token', text)


def _name_in(label: str) -> str:
    """The password's name in `Password field` or `input[name="password"]`; '' in other labels."""
    if len(label) > _LONGEST_LABEL:
        return ''
    words = [word for word in re.findall('[A-Za-z]+', label) if word.lower() not in _NO_LABEL]
    return words[-1] if words and strength(words[-1]) >= Strength.SECRET else ''
