"""Secrets known by their context: after `Bearer` or `-u`, in a URL or a cookie."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from learn_core.redact.judge import names, values
from learn_core.redact.judge.assignments import trimmed, value_at
from learn_core.redact.judge.names import Strength
from learn_core.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Judge = Callable[[str, int, int, str], Iterator[Span]]

_PAIR = re.compile(r'(?<![\w.-])([\w.-]{1,60})=([^;\s"\'`\\]{8,})')
_BASE64 = re.compile(r'[A-Za-z0-9+/_-]{8,}={0,2}')
_SAID = re.compile(r'(?i)pass(?:word|wd|code|phrase)?|pwd|secret|token|(?<!_)key')
_FLAG = re.compile(r"""(?<![\w-])--?([\w-]{1,60})[ \t=]{1,3}["'`]?$""")
_ARGUMENT = re.compile(r"""'[^'\n]*'|"[^"\n]*"|[^\s"']+""")
_PATH = re.compile(r"""[^\s"'`<>?#\\]{1,400}""")
_COOKIE_VALUE = re.compile(r"""[^\s;,"'\\]{8,4096}""")
_TOKEN = re.compile(r'[\w.~+/=-]+')


def given(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    """A value whose context says that it is a secret: all but references and placeholders."""
    yield from _PLACES.get(kind, _plain)(text, start, end, kind)


def _plain(text: str, start: int, _: int, kind: str) -> Iterator[Span]:
    """One word, or several in quotes."""
    end, quoted = value_at(text, start, text[max(0, start - 8) : start])
    value = text[start:end]
    if values.is_secret(value, Strength.ANYTHING, quoted=quoted):
        yield Span(start, end, kind)


def _told(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    """Like `_plain`, but only a random value after `token` or `key`."""
    head = text[max(0, start - 120) : start]
    name = _FLAG.search(head)
    if name is not None and not names.strength(name[1]):
        return
    said = _SAID.findall(head)
    is_password = bool(said) and said[-1].lower() not in ('token', 'key', 'secret')
    for span in _plain(text, start, end, kind):
        value = text[span.start : span.end]
        if is_password or values.is_secret(value, Strength.SECRET, quoted=True):
            yield span


def _line(text: str, start: int, _: int, kind: str) -> Iterator[Span]:
    """The rest of the line, or what is in quotes."""
    quote = text[start - 1 : start]
    closing = text.find(quote, start, start + 200) if quote in ('"', "'") else -1
    end = closing if closing >= 0 else min(_line_end(text, start), start + 200)
    end = trimmed(text, start, end, ' \r\t"\'')
    if values.is_secret(text[start:end], Strength.ANYTHING, quoted=True):
        yield Span(start, end, kind)


def _line_end(text: str, start: int) -> int:
    end = text.find('\n', start)
    return end if end >= 0 else len(text)


def _piped(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    """What `echo` pipes into a command that reads a password."""
    end = start + text[start:end].index('|')
    end = trimmed(text, start, end, ' \t"\'')
    if values.is_secret(text[start:end], Strength.ANYTHING, quoted=True):
        yield Span(start, end, kind)


def _htpasswd(text: str, start: int, _: int, kind: str) -> Iterator[Span]:
    """`htpasswd -b FILE USER PASSWORD`, with `-n` without FILE."""
    words = list(_ARGUMENT.finditer(text, start, min(_line_end(text, start), start + 400)))
    flags = [word for word in words if word[0].startswith('-')]
    rest = [word for word in words if not word[0].startswith('-')]
    at = 1 if any('n' in flag[0] for flag in flags) else 2
    if len(rest) > at:
        first, last = rest[at].span()
        quotes = text[first] in '"\''
        yield from _line(text, first + 1, last, kind) if quotes else _plain(text, first, last, kind)


def _url_path(text: str, start: int, _: int, kind: str) -> Iterator[Span]:
    """The path of a URL from its first random segment."""
    match = _PATH.match(text, start)
    path = match[0].rstrip('.,)') if match else ''
    at = 0
    for piece in path.split('/'):
        is_long = len(piece) >= 12 and not piece.isdigit()
        if is_long and (values.is_random(piece) or re.fullmatch('[0-9a-f-]{24,}', piece)):
            if not values.is_placeholder(piece) and '.' not in piece:
                yield Span(start + at, start + len(path), kind)
            return
        at += len(piece) + 1


def _argument(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    """The last argument, quoted, of a call that takes a password."""
    end = start + re.search('["\']', text[start:end]).start()  # type: ignore[union-attr]
    value = text[start:end]
    if values.is_secret(value, Strength.PASSWORD, quoted=True) and '.' not in value:
        yield Span(start, end, kind)


def _one_cookie(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    match = _COOKIE_VALUE.match(text, start, end + values.LONGEST)
    if match and values.is_random(match[0]) and not values.is_innocent(match[0], quoted=False):
        yield Span(start, match.end(), kind)


def _spoken(text: str, start: int, _: int, kind: str) -> Iterator[Span]:
    """In prose only what is no word: random, with signs, or ending with a number."""
    end, quoted = value_at(text, start, text[max(0, start - 8) : start])
    value = text[start:end]
    is_numbered = '-' in value and value[-1].isdigit()
    strength = Strength.PASSWORD if is_numbered else Strength.SECRET
    if values.is_secret(value, strength, quoted=quoted) and (
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
    """Decoded base64 of either alphabet; '' if it is not UTF-8 text."""
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
    end, quoted = value_at(text, start, text[max(0, start - 200) : start])
    quote = re.search(r"""["'][^\s"':]{1,64}:$""", text[max(0, start - 80) : start])
    value = text[start:end].rstrip(quote[0][0] if quote else '')
    is_word = value.isalpha() and value.islower() and len(value) < 6 and not quoted
    if len(value) > 2 and not (is_word or value.isdigit() or values.is_placeholder(value)):
        yield Span(start, start + len(value), kind)


def _user(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    """After `-u user:`, unless that is the scheme of a URL or a date format."""
    if not text.startswith(('//', '%'), start) and '%' not in text[start : start + 3]:
        yield from _short(text, start, end, kind)


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
    'user-password': _user,
    'netrc': _short,
    'sql': _short,
    'chpasswd': _chpasswd,
    'secure-string': _short,
    'spoken': _spoken,
    'login': _login,
    'prompt': _line,
    'snapshot': _line,
    'flag': _told,
    'piped': _piped,
    'htpasswd': _htpasswd,
    'url-path': _url_path,
    'argument': _argument,
    'typed-in': _told,
    'filled-in': _told,
    'labelled': _told,
    'multipart': _told,
    'cookie-flag': _cookie,
    'cookie-jar': _one_cookie,
    'cookie-json': _one_cookie,
}
