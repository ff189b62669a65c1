"""What a rule of ours found -> the secret in it, or nothing.

The engine's patterns are wide and cheap: they find where a secret may stand. Whether one stands
there is read here, from the name before it, the quotes around it, and the value itself.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, NamedTuple

from learn_core.redact import blocks, names, values
from learn_core.redact.names import Strength

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAR = 160  # characters before a value in which its name may stand


class Span(NamedTuple):
    """A secret's place in a text, in characters, and its kind."""

    start: int
    end: int
    kind: str


# read backwards from the value: its quote, the separator, the name
_BEFORE = re.compile(
    r"""(?P<quote>["'`]{1,6}[brfuBRFU@$]{0,2})?\\{0,3}[ \t]{0,16}"""
    r"""(?P<sep>[>:=]{0,5}[:=][!?|]{0,2}|>-|>{1,4}|\|\||\?\?|\(?[ \t]{0,3}[,(])[ \t]{0,16}"""
    r"""(?P<close>(?:["'`)\[\]]\\{0,3}){0,6})[ \t]{0,16}(?P<name>[\w.$-]{1,80})"""
)
_QUOTE = re.compile(r"""\\{0,3}["'`]$""")
_BARE = re.compile(r"""[^\s"'`<>\\]*(?:\\[^"'\s][^\s"'`<>\\]*)*""")
_WHOLE_LINE = re.compile(
    r'(?:^|\n)[ \t]*(?:export |set |ENV |ARG |- )?[A-Za-z_][\w.-]*[ \t]*[:=][ \t]*$'
)
_MORE = re.compile(r'[;&][\w .-]{1,40}=')
_SCHEME = re.compile(r'[A-Za-z][\w-]{1,20}[ \t]{1,3}(?=\S{6})')
_PAIR = re.compile(r'([\w.-]{1,60})=([^;\s"\'`\\]{8,})')
_BASE64 = re.compile(r'[A-Za-z0-9+/_-]{8,}={0,2}')
_TOKEN = re.compile(r'[\w.~+/=-]+')


def secrets_in(text: str, start: int, end: int, rule: str) -> Iterator[Span]:
    """The secrets of a finding of ours. `rule` is `<group>.<kind>`."""
    group, _, kind = rule.partition('.')
    for left, right, name in _GROUPS[group](text, start, end, kind):
        yield Span(left, right, name)


def _named(text: str, start: int, _: int, kind: str) -> Iterator[tuple[int, int, str]]:
    """A value after a name: how much the name tells decides what the value must be."""
    head = text[max(0, start - FAR) : start]
    name = _NAMES.get(kind, _name_before)(head)
    strength = names.strength(name)
    if strength == Strength.NOTHING:
        return
    end, quoted = value_at(text, start, head)
    if name.lower().endswith('authorization'):
        scheme = _SCHEME.match(text, start, end)
        start = scheme.end() if scheme else start
    if values.is_secret(text[start:end], strength, quoted=quoted or kind in _NAMES):
        yield start, end, names.kind_of(name)


def _name_before(head: str) -> str:
    """The name that a value is assigned to, is an argument after, or stands in an element of."""
    before = _BEFORE.match(head[::-1])
    if before is None:
        return ''
    sign = before['sep'].strip('( \t')
    is_told = before['quote'] if '(' in before['sep'] else before['close'] and before['quote']
    if sign in ('', ',') and not is_told:
        return ''
    return before['name'][::-1]


def _name_by(pattern: str) -> Callable[[str], str]:
    """Reads the name by a pattern that ends where the value begins."""
    compiled = re.compile(pattern + r'$')

    def name(head: str) -> str:
        match = compiled.search(head)
        return next(filter(None, match.groups()), '') if match else ''

    return name


_NAMES: dict[str, Callable[[str], str]] = {
    'typed': _name_by(
        r"""([\w$]+)[ \t]{0,2}:?[ \t]{1,2}[&*\[\]]{0,4}[A-Za-z][\w.&*\[\]<>|?]{0,24}"""
        r"""[ \t]{0,3}=[ \t]{0,3}[brfu@]?["'`]"""
    ),
    'quoted': _name_by(r"""(?!pass[ \t])(?<![\w.-])([\w.-]{1,60})[ \t]+@?["'`]"""),
    'property': _name_by(r"""(\w{1,60})[ \t]*\{[^{}]*\}[ \t]*=[ \t]*@?["']"""),
    'element': _name_by(r'<(?:\w+:)?([\w.-]+)[ \t][^<>]*>'),
    'variable': _name_by(r'variable[ \t]+"([\w.-]+)"[^{}]*\{[^{}]*"'),
    'attribute': _name_by(r"""=[ \t]*\\?["']([\w.: -]+)\\?["'][ \t]+\w+[ \t]*=[ \t]*\\?["']"""),
    'plist': _name_by(r'<key>([^<]*)</key>\s*<string>'),
    'item': _name_by(
        r"""[:=][ \t]*\\*["']?([\w.-]+)\\*["']?,?\s+(?:- )?"""
        r"""\\*["']?value["'\\]*[ \t]*[:=][ \t]*\\*["']?"""
    ),
}


def value_at(text: str, start: int, head: str) -> tuple[int, bool]:
    """Where the value that begins at `start` ends, and whether it stands in quotes."""
    quote = _QUOTE.search(head)
    if quote is not None:
        end = _closing(text, start, quote[0])
        if end >= 0:
            return end, True
    match = _BARE.match(text, start, start + values.LONGEST)
    end = match.end() if match else start
    if quote is None and _is_line(text, head, start, end):
        return _trimmed(text, start, end, ',;'), False
    for at in range(start, end):
        if text[at] in ',;&)]}|' and at > start:
            return _trimmed(text, start, at, '.'), False
    return _trimmed(text, start, end, '.,;:'), False


def _is_line(text: str, head: str, start: int, end: int) -> bool:
    """Is all of a line a name and its value? Then the value may hold any sign."""
    if text[end : end + 1] not in ('', '\n', '\r') or _MORE.search(text, start, end):
        return False
    return _WHOLE_LINE.search(head) is not None


def _closing(text: str, start: int, quote: str) -> int:
    """The place of the quote that closes the value, on the same line; -1 without one."""
    line_end = text.find('\n', start, start + values.LONGEST)
    stop = line_end if line_end >= 0 else min(len(text), start + values.LONGEST)
    at = text.find(quote, start, stop)
    while len(quote) == 1 and at > start and text[at - 1] == '\\':
        at = text.find(quote, at + 1, stop)
    return at


def _trimmed(text: str, start: int, end: int, signs: str) -> int:
    while end > start and text[end - 1] in signs:
        end -= 1
    return end


def _given(text: str, start: int, end: int, kind: str) -> Iterator[tuple[int, int, str]]:
    """A value whose place tells: no variable and no placeholder."""
    yield from _PLACES.get(kind, _plain)(text, start, end, kind)


def _plain(text: str, start: int, _: int, kind: str) -> Iterator[tuple[int, int, str]]:
    end, quoted = value_at(text, start, text[max(0, start - 8) : start])
    value = text[start:end]
    if values.is_secret(value, Strength.PASSWORD, quoted=True) and (
        quoted or not values.is_innocent(value, quoted=False)
    ):
        yield start, end, kind


def _token(text: str, start: int, _: int, kind: str) -> Iterator[tuple[int, int, str]]:
    match = _TOKEN.match(text, start)
    end = _trimmed(text, start, match.end(), '.') if match else start
    if values.is_secret(text[start:end], Strength.TOKEN, quoted=False):
        yield start, end, kind


def _basic(text: str, start: int, _: int, kind: str) -> Iterator[tuple[int, int, str]]:
    match = _BASE64.match(text, start)
    if match is None:
        return
    clear = decoded(match[0])
    user, colon, password = clear.partition(':')
    if (colon and user.isprintable() and not values.is_placeholder(password or user)) or (
        'uthorization' in text[max(0, start - 40) : start] and values.is_random(match[0])
    ):
        yield start, match.end(), kind


def decoded(text: str) -> str:
    """What base64, of either alphabet, says; '' if it says nothing that can be read."""
    body = text.rstrip('=').replace('-', '+').replace('_', '/')
    try:
        clear = base64.b64decode(body + '=' * (-len(body) % 4), validate=True)
        return clear.decode()
    except (binascii.Error, ValueError):
        return ''


def _cookie(text: str, start: int, _: int, kind: str) -> Iterator[tuple[int, int, str]]:
    line_end = text.find('\n', start, start + values.LONGEST)
    stop = line_end if line_end >= 0 else min(len(text), start + values.LONGEST)
    for pair in _PAIR.finditer(text, start, stop):
        value = pair[2]
        if values.is_random(value) and not values.is_innocent(value, quoted=False):
            yield pair.start(2), pair.end(2), kind


def _url_password(text: str, start: int, end: int, kind: str) -> Iterator[tuple[int, int, str]]:
    end -= 1  # the sign before the host
    user = text[max(0, start - 130) : start - 1].rpartition('://')[2]
    password = text[start:end]
    if password not in (user, '', 'x-oauth-basic') and not values.is_placeholder(password):
        yield start, end, kind


def _url_token(text: str, start: int, end: int, kind: str) -> Iterator[tuple[int, int, str]]:
    if values.is_secret(text[start:end], Strength.VAGUE, quoted=False) or re.match(
        '[0-9a-f]{32,}$', text[start:end]
    ):
        yield start, end, kind


def _short(text: str, start: int, end: int, kind: str) -> Iterator[tuple[int, int, str]]:
    """A password of any shape, three characters or more."""
    end, _ = value_at(text, start, text[max(0, start - 200) : start])
    quote = re.search(r"""["'][^\s"':]{1,64}:$""", text[max(0, start - 80) : start])
    value = text[start:end].rstrip(quote[0][0] if quote else '')
    is_word = value.isalpha() and value.islower() and len(value) < 6
    if len(value) > 2 and not (is_word or value.isdigit() or values.is_placeholder(value)):
        yield start, start + len(value), kind


def _login(text: str, start: int, end: int, kind: str) -> Iterator[tuple[int, int, str]]:
    end = start + re.search('["\']', text[start:end]).start()  # type: ignore[union-attr]
    value = text[start:end]
    if values.is_secret(value, Strength.TOKEN, quoted=True):
        yield start, end, kind


def _chpasswd(text: str, start: int, end: int, kind: str) -> Iterator[tuple[int, int, str]]:
    value = re.split(r'["\'|\s]', text[start:end])[0]
    if not values.is_placeholder(value):
        yield start, start + len(value), kind


_PLACES: dict[str, Callable[[str, int, int, str], Iterator[tuple[int, int, str]]]] = {
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


def _service(text: str, start: int, _: int, kind: str) -> Iterator[tuple[int, int, str]]:
    """Beside the name of a service only what is surely random: a hash or an id may stand there."""
    head = text[max(0, start - FAR) : start]
    name = re.search(r'([A-Za-z][\w .-]*)["\'`\\\])]{0,3}[ \t]{0,4}[:=>,-]', head)
    match = _TOKEN.match(text, start)
    value = text[start : match.end()].rstrip('.') if match else ''
    if name is None or not _about_a_key(name[1]):
        return
    is_hash = re.fullmatch('[0-9a-f]{40}|[0-9a-f]{64}', value) is not None
    if not is_hash and values.is_secret(value, Strength.TOKEN, quoted=False):
        yield start, start + len(value), kind


_ABOUT_KEYS = names.word_set(
    'api key keys token secret access live prod test auth client app sdk rest bot private'
    ' personal oauth admin credential credentials value production sandbox v1 v2 v3 license'
)


def _about_a_key(name: str) -> bool:
    """Does nothing in the name say that it is something else: an id, a URL, a version?"""
    words = re.findall(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d?|\d+', name)[-4:]
    known = [word for word in words if word.lower() in _ABOUT_KEYS or word.isdigit()]
    return len(words) - len(known) <= 1


def _form(text: str, start: int, end: int, kind: str) -> Iterator[tuple[int, int, str]]:
    """What tells by its form alone, unless it is an example of one."""
    value = text[start:end]
    if 'EXAMPLE' not in value and len(set(value[4:])) > 5 and not values.is_placeholder(value):
        yield start, end, kind


def _block(text: str, start: int, end: int, kind: str) -> Iterator[tuple[int, int, str]]:
    yield from blocks.PARTS[kind](text, start, end)


_GROUPS: dict[str, Callable[[str, int, int, str], Iterator[tuple[int, int, str]]]] = {
    'named': _named,
    'pair': _named,
    'given': _given,
    'service': _service,
    'form': _form,
    'block': _block,
}


def trusted(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    """What a rule of the engine found is taken as it is, unless a rule of ours is more exact."""
    if kind not in _OURS_IS_MORE_EXACT and not values.is_placeholder(text[start:end]):
        yield Span(start, end, kind)


_OURS_IS_MORE_EXACT = {
    'generic-credential-uri',  # the whole URL
    'private-key',  # from one person's words to another's, where both name a marker
    'kubernetes-secret-yaml',  # the first value with its key
    'hashicorp-tf-password',  # any value of eight letters
}
