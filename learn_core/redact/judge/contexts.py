"""A value whose place tells: behind `Bearer`, in a URL, in a cookie, after `-u`."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from learn_core.redact.judge import values
from learn_core.redact.judge.assignments import trimmed, value_at
from learn_core.redact.judge.names import Strength
from learn_core.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Judge = Callable[[str, int, int, str], Iterator[Span]]

_PAIR = re.compile(r'(?<![\w.-])([\w.-]{1,60})=([^;\s"\'`\\]{8,})')
_BASE64 = re.compile(r'[A-Za-z0-9+/_-]{8,}={0,2}')
_TOKEN = re.compile(r'[\w.~+/=-]+')


def given(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    """A value whose place tells: no variable and no placeholder."""
    yield from _PLACES.get(kind, _plain)(text, start, end, kind)


def _plain(text: str, start: int, _: int, kind: str) -> Iterator[Span]:
    end, quoted = value_at(text, start, text[max(0, start - 8) : start])
    value = text[start:end]
    if values.is_secret(value, Strength.PASSWORD, quoted=True) and (
        quoted or not values.is_innocent(value, quoted=False)
    ):
        yield Span(start, end, kind)


def _token(text: str, start: int, _: int, kind: str) -> Iterator[Span]:
    match = _TOKEN.match(text, start)
    end = trimmed(text, start, match.end(), '.') if match else start
    if values.is_secret(text[start:end], Strength.TOKEN, quoted=False):
        yield Span(start, end, kind)


def _basic(text: str, start: int, _: int, kind: str) -> Iterator[Span]:
    match = _BASE64.match(text, start)
    if match is None:
        return
    clear = decoded(match[0])
    user, colon, password = clear.partition(':')
    if (colon and user.isprintable() and not values.is_placeholder(password or user)) or (
        'uthorization' in text[max(0, start - 40) : start] and values.is_random(match[0])
    ):
        yield Span(start, match.end(), kind)


def decoded(text: str) -> str:
    """What base64, of either alphabet, says; '' if it says nothing that can be read."""
    body = text.rstrip('=').replace('-', '+').replace('_', '/')
    try:
        clear = base64.b64decode(body + '=' * (-len(body) % 4), validate=True)
        return clear.decode()
    except (binascii.Error, ValueError):
        return ''


def _cookie(text: str, start: int, _: int, kind: str) -> Iterator[Span]:
    line_end = text.find('\n', start, start + values.LONGEST)
    stop = line_end if line_end >= 0 else min(len(text), start + values.LONGEST)
    for pair in _PAIR.finditer(text, start, stop):
        value = pair[2]
        if values.is_random(value) and not values.is_innocent(value, quoted=False):
            yield Span(pair.start(2), pair.end(2), kind)


def _url_password(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    end -= 1  # the sign before the host
    user = text[max(0, start - 130) : start - 1].rpartition('://')[2]
    password = text[start:end]
    if password not in (user, '', 'x-oauth-basic') and not values.is_placeholder(password):
        yield Span(start, end, kind)


def _url_token(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    if values.is_secret(text[start:end], Strength.VAGUE, quoted=False) or re.match(
        '[0-9a-f]{32,}$', text[start:end]
    ):
        yield Span(start, end, kind)


def _short(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    """A password of any shape, three characters or more."""
    end, _ = value_at(text, start, text[max(0, start - 200) : start])
    quote = re.search(r"""["'][^\s"':]{1,64}:$""", text[max(0, start - 80) : start])
    value = text[start:end].rstrip(quote[0][0] if quote else '')
    is_word = value.isalpha() and value.islower() and len(value) < 6
    if len(value) > 2 and not (is_word or value.isdigit() or values.is_placeholder(value)):
        yield Span(start, start + len(value), kind)


def _login(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    end = start + re.search('["\']', text[start:end]).start()  # type: ignore[union-attr]
    value = text[start:end]
    if values.is_secret(value, Strength.TOKEN, quoted=True):
        yield Span(start, end, kind)


def _chpasswd(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    value = re.split(r'["\'|\s]', text[start:end])[0]
    if not values.is_placeholder(value):
        yield Span(start, start + len(value), kind)


_PLACES: dict[str, Judge] = {
    'bearer-token': _token,
    'auth-header': _token,
    'basic-auth': _basic,
    'cookie': _cookie,
    'url-password': _url_password,
    'url-token': _url_token,
    'user-password': _short,
    'netrc': _short,
    'sql': _short,
    'login': _login,
    'chpasswd': _chpasswd,
    'secure-string': _short,
}
