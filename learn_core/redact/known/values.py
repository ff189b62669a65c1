"""Extracts the values that are secret on this machine from texts that `known.local` read.

Pure: nothing here reads the disk or the environment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from learn_core.redact.judge import names, values
from learn_core.redact.judge.names import Strength

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHORTEST = 8  # characters
MOST = 5_000  # values; beyond them the longest are looked for

_ENV_LINE = re.compile(
    r'^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(.*)$', re.MULTILINE
)
_QUOTED = re.compile(r"""(["'`])(.*?)(?<!\\)\1""", re.DOTALL)
_NETRC = re.compile(r'(?:^|\s)(?:password|account)[ \t\n]+("(?:[^"\\]|\\.)*"|\S+)')
_KEY_LINE = re.compile(r'(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}={0,2}')
_PLACES = re.compile(r'^(?:/|~/|[A-Za-z]:\\)[^\s]*$')
_ENV_NAME = re.compile(
    r'(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PASS|KEY|CREDENTIALS?|PAT|AUTH|APIKEY|DSN|COOKIE)S?$'
    r'|_PWD$'
)


def lasting(secret: str, kind: str) -> Iterator[str]:
    """The values of a secret that are secret everywhere.

    Of a key, its long runs of base64, because a part may be shown alone. A single short word is
    too likely to have another meaning.
    """
    if '\n' in secret or kind == 'private-key':
        yield from _KEY_LINE.findall(secret)
        return
    is_word = secret.isalpha() and len(secret) < 12 and not values.is_random(secret)
    is_utf8 = secret == secret.encode('utf-8', 'replace').decode()
    is_usable = SHORTEST <= len(secret) <= values.LONGEST and is_utf8
    if is_usable and not (is_word or secret.isdigit()):
        yield secret


def known_values(
    environ: Iterable[tuple[str, str]] = (),
    *,
    env_files: Iterable[str] = (),
    netrc: str = '',
    urls: Iterable[str] = (),
    headers: Iterable[str] = (),
    tokens: Iterable[str] = (),
) -> tuple[str, ...]:
    """The secret values of 8 characters or more, each once, the longest first.

    Out of variables of the environment, texts of `.env` files and of `.netrc`, URLs and headers of
    git's configuration, and tokens in use.
    """
    found = {
        *tokens,
        *(value for name, text in environ for value in _of_variable(name, text)),
        *(value for text in env_files for value in _of_env_file(text)),
        *(match[1].strip('"') for match in _NETRC.finditer(netrc)),
        *(value for url in urls for value in _of_url(url)),
        *(header.rpartition(' ')[2] for header in headers),
    }
    usable = {value.strip() for value in found if len(value.strip()) >= SHORTEST}
    return tuple(sorted(usable, key=lambda value: (-len(value), value))[:MOST])


def _of_variable(name: str, value: str) -> Iterator[str]:
    yield from _of_url(value)
    if _ENV_NAME.search(name.upper()) and not _PLACES.match(value):
        yield from _with_lines(value)


def _with_lines(value: str) -> Iterator[str]:
    """A value, and each of its lines if it has several: a key may be shown line by line."""
    yield value
    lines = value.splitlines()
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= 2 * SHORTEST and '-----' not in line)


def _of_env_file(text: str) -> Iterator[str]:
    """The values that are no ordinary settings, and those with the name of a secret."""
    for name, value in _assignments(text):
        yield from _of_url(value)
        telling = names.strength(name) >= Strength.TOKEN or _ENV_NAME.search(name.upper())
        if (telling and not _PLACES.match(value)) or not _is_ordinary(value):
            yield from _with_lines(value)


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while match := _ENV_LINE.search(text, at):
        at = match.end()
        quoted = _QUOTED.match(text, match.start(2))
        if quoted is not None:
            at = quoted.end()
            yield match[1], quoted[2].replace('\\n', '\n') if quoted[1] == '"' else quoted[2]
        else:
            yield match[1], re.split(r'\s#', match[2])[0].strip()


def _is_ordinary(value: str) -> bool:
    """Whether it is a word, a number, a host, a path or a URL without a password."""
    return (
        values.is_innocent(value, quoted=False)
        or not values.is_random(value)
        or re.fullmatch(r'[\w.-]+:\d{1,5}|[a-z]{2,4}-[a-z]+-\d[a-z]?', value) is not None
    )


def _of_url(value: str) -> Iterator[str]:
    """The password of a URL, or the user if there is none; as written and decoded."""
    if '@' not in value or '://' not in value:
        return
    value = value[max(value.find('http'), 0) :] if value.startswith(('url.', 'http.')) else value
    try:
        parts = urlsplit(value)
        user, password = parts.username or '', parts.password or ''
    except ValueError:
        return
    secret = password if password not in ('', 'x-oauth-basic') else ''
    if not secret and (len(user) >= 2 * SHORTEST or password):
        secret = user
    yield from {secret, unquote(secret)}
