"""The secrets in a finding, if there are any.

The patterns of our rules are wide and cheap: they find where a secret may stand. The name before
it, the quotes around it, what else tells (`Bearer`, `-u`, a URL, a cookie) and the value itself
decide here whether it is one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.redact.judge import blocks, names, phrases, services, values
from learn_core.redact.judge.assignments import named
from learn_core.redact.judge.extent import line_end, trimmed, value_at
from learn_core.redact.judge.names import Strength
from learn_core.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PAIR = re.compile(r'(?<![\w.-])[\w.-]{1,60}=([^;\s"\'`\\]{8,})')
_BASE64 = re.compile(r'[A-Za-z0-9+/_-]{8,}={0,2}')
_SAID = re.compile(r'(?i)pass(?:word|wd|code|phrase)?|pwd|secret|token|(?<!_)key')
_OPTION = re.compile('(?:id|env|src|type)=')  # of `docker build --secret`
_FLAG = re.compile(r"""(?<![\w-])--?([\w-]{1,60})[ \t=]{1,3}["'`]?$""")
_ARGUMENT = re.compile(r"""'[^'\n]*'|"[^"\n]*"|[^\s"']+""")
_ABOUT_A_NAME = re.compile(r'(?i)"[^"\n]*\b(?:name|search|find|hint|label|filter)\b')
_RECORD_ID = re.compile(f'[0-9a-f]{{24}}|{values.UUID}')
_PATH = re.compile(r"""[^\s"'`<>?#\\]{1,400}""")
_VISIBLE = re.compile(r'[!#-&(-;=?-_a-~]+')
_COOKIE = re.compile(r"""[^\s;,"'\\]{8,4096}""")


def secrets_in(text: str, start: int, end: int, rule: str) -> Iterator[Span]:
    """The secrets of a finding of ours. `rule` is `<group>.<kind>`."""
    group, _, kind = rule.partition('.')
    if group in ('named', 'pair'):
        yield from named(text, start, kind)
    elif group == 'block':
        yield from blocks.PARTS[kind](text, start, end)
    elif kind in _ELSEWHERE:
        yield from (Span(*place, kind) for place in _ELSEWHERE[kind](text, start))
    else:
        end = (_JUDGES.get(kind) or _JUDGES[group])(text, start, end)
        if end:
            yield Span(start, end, kind)


# A judge says where the secret ends that would begin at `start`, or 0.
def _form(text: str, start: int, end: int) -> int:
    """A secret known by its form alone, unless it is an example."""
    value = text[start:end]
    is_example = 'EXAMPLE' in value or len(set(value[4:])) <= 5 or values.is_placeholder(value)
    is_worded = not re.search(r'\d', value) and values.is_worded(value)
    return 0 if is_example or is_worded else end


def _judged(text: str, start: int, end: int, strength: Strength, *, quoted: bool = False) -> int:
    return end if values.is_secret(text[start:end], strength, quoted=quoted) else 0


def _word(text: str, start: int, _: int) -> int:
    """One word, or several in quotes."""
    end, quoted = value_at(text, start, text[max(0, start - 8) : start])
    if text[start - 1] == '`' and ' ' in text[start:end]:  # a command
        return 0
    return _judged(text, start, end, Strength.ANYTHING, quoted=quoted)


def _told(text: str, start: int, end: int) -> int:
    """Any word after `password`, but only a random value after `token` or `key`."""
    head = text[max(0, start - 120) : start]
    flag, said = _FLAG.search(head), _SAID.findall(head)
    if (flag is not None and not names.strength(flag[1])) or _OPTION.match(text, start):
        return 0
    end = _word(text, start, end)
    is_password = bool(said) and said[-1].lower() not in ('token', 'key', 'secret')
    return end if is_password else _judged(text, start, end, Strength.SECRET, quoted=True)


def _line(text: str, start: int, _: int) -> int:
    """The rest of the line, or what is in quotes."""
    quote = text[start - 1 : start]
    closing = text.find(quote, start, start + 200) if quote in ('"', "'") else -1
    end = closing if closing >= 0 else line_end(text, start, 200)
    end = trimmed(text, start, end, ' \r\t"\'')
    return _judged(text, start, end, Strength.ANYTHING, quoted=True)


def _typed(text: str, start: int, end: int) -> int:
    """What stands in a field or behind a prompt, unless it is a sentence, or a field that only
    names or finds a secret.
    """
    end = _line(text, start, end)
    is_sentence = ' ' in text[start:end] and not phrases.is_phrase(text[start:end], quoted=True)
    about = _ABOUT_A_NAME.search(text, max(text.rfind('\n', 0, start), start - 120), start)
    return 0 if is_sentence or about else end


def _piped(text: str, start: int, end: int) -> int:
    """What `echo` pipes into a command that reads a password."""
    end = trimmed(text, start, text.index('|', start, end), ' \t"\'')
    return _judged(text, start, end, Strength.ANYTHING, quoted=True)


def _argument(text: str, start: int, end: int) -> int:
    """The last argument, quoted, of a call that takes a password."""
    end = _quote_end(text, start, end)
    is_path = '.' in text[start:end]
    return 0 if is_path else _judged(text, start, end, Strength.PASSWORD, quoted=True)


def _login(text: str, start: int, end: int) -> int:
    return _judged(text, start, _quote_end(text, start, end), Strength.TOKEN, quoted=True)


def _quote_end(text: str, start: int, end: int) -> int:
    return start + len(re.split('["\']', text[start:end])[0])


def _asked(text: str, start: int, _: int) -> int:
    """What answers `Password for bob:`; a word only where the line ends behind it."""
    end, quoted = value_at(text, start, text[max(0, start - 8) : start])
    is_alone = quoted or text[end : end + 1] in ('', '\r', '\n')
    strength = Strength.PASSWORD if is_alone else Strength.SECRET
    return _judged(text, start, end, strength, quoted=is_alone)


def _typed_into(text: str, start: int, end: int) -> int:
    """`type X into Password field`; a word only in quotes."""
    value = re.split(r'["\'`]?[ \t](?:into|in)[ \t]', text[start:end])[0]
    is_quoted = text[start - 1 : start] in ('"', "'", '`')
    if not is_quoted and (' ' in value or value.isalpha()):
        return 0
    return _judged(text, start, start + len(value), Strength.PASSWORD, quoted=True)


def _spoken(text: str, start: int, _: int) -> int:
    """In prose only what is no word: random, with signs, or ending with a number."""
    end, quoted = value_at(text, start, text[max(0, start - 8) : start])
    value = text[start:end]
    is_numbered = '-' in value and value[-1].isdigit()
    head = text[max(0, start - 24) : start]
    is_object = 'ecret' in head and phrases.is_object_name(value)
    if is_object or _RECORD_ID.fullmatch(value) or 'nexpected token' in head:
        return 0
    if phrases.is_dummy(value) or (not quoted and values.is_innocent(value, quoted=False)):
        return 0
    strength = Strength.PASSWORD if is_numbered else Strength.SECRET
    return _judged(text, start, end, strength, quoted=quoted)


def _token(text: str, start: int, _: int) -> int:
    return _judged(text, start, services.token_end(text, start), Strength.TOKEN)


def _basic(text: str, start: int, _: int) -> int:
    match = _BASE64.match(text, start)
    if match is None:
        return 0
    user, colon, password = values.decoded(match[0]).partition(':')
    is_login = colon and user.isprintable() and not values.is_placeholder(password or user)
    is_named = 'uthorization' in text[max(0, start - 40) : start]
    return match.end() if is_login or (is_named and values.is_random(match[0])) else 0


def _cookie(text: str, start: int, end: int) -> int:
    match = _COOKIE.match(text, start, end + values.LONGEST)
    return match.end() if match and _is_session(match[0]) else 0


def _is_session(value: str) -> bool:
    """Whether the value of a cookie stands for a login."""
    return values.is_random(value) and not values.is_innocent(value, quoted=False)


def _url_password(text: str, start: int, end: int) -> int:
    end -= 1  # the sign before the host
    user = text[max(0, start - 130) : start - 1].rpartition('://')[2]
    password = text[start:end]
    is_default = password == user and not re.search(r'\d{3}$', user)
    is_none = password in ('', 'x-oauth-basic') or values.is_placeholder(password)
    return 0 if is_default or is_none else end


def _url_token(text: str, start: int, end: int) -> int:
    is_hex = re.match('[0-9a-f]{32,}$', text[start:end])
    return end if is_hex else _judged(text, start, end, Strength.VAGUE)


def _short(text: str, start: int, _: int) -> int:
    """A password of any shape, three characters or more."""
    end, quoted = value_at(text, start, text[max(0, start - 200) : start])
    quote = re.search(r"""["'][^\s"':]{1,64}:$""", text[max(0, start - 80) : start])
    value = text[start:end].rstrip(quote[0][0] if quote else '')
    is_word = value.isalpha() and value.islower() and len(value) < 6 and not quoted
    is_none = len(value) < 3 or is_word or value.isdigit() or values.is_placeholder(value)
    return 0 if is_none else start + len(value)


def _user(text: str, start: int, end: int) -> int:
    """After `-u user:`, unless that is the scheme of a URL or a date format."""
    is_user = not text.startswith(('//', ':'), start) and '%' not in text[start : start + 3]
    return _short(text, start, end) if is_user else 0


def _shown(text: str, start: int, strength: Strength) -> int:
    match = _VISIBLE.match(text, start)
    end = trimmed(text, start, match.end(), '.,;:)') if match else start
    return _judged(text, start, end, strength, quoted=strength == Strength.PASSWORD)


def _alone(text: str, start: int, end: int) -> int:
    """What stands alone in its line, beneath its label."""
    end = start + len(re.split(r"""["'`\s]""", text[start:end])[0])
    return _judged(text, start, end, Strength.TOKEN, quoted=True)


def _until_space(text: str, start: int, end: int) -> int:
    """The first word: what follows it says that it is a secret."""
    end = start + len(re.split(r"""["'`]?[ \t]|@(?:tcp|unix)\(""", text[start:end])[0])
    return _judged(text, start, end, Strength.SECRET, quoted=True)


def _chpasswd(text: str, start: int, end: int) -> int:
    value = re.split(r'["\'|\s]', text[start:end])[0]
    return 0 if values.is_placeholder(value) else start + len(value)


_JUDGES: dict[str, Callable[[str, int, int], int]] = {
    'form': _form,  # the first three are groups
    'service': services.beside_a_name,
    'given': _word,
    **dict.fromkeys(('bearer-token', 'auth-header'), _token),
    **dict.fromkeys(('cookie-jar', 'cookie-json'), _cookie),
    **dict.fromkeys(('flag', 'typed-in', 'filled-in', 'labelled', 'multipart'), _told),
    **dict.fromkeys(('prompt', 'snapshot'), _typed),
    **dict.fromkeys(('netrc', 'sql', 'secure-string'), _short),
    'argument': _argument,
    'stated-password': _until_space,
    **dict.fromkeys(('below-label', 'hash-argument', 'command-output'), _alone),
    'token-argument': _token,
    'go-dsn': _until_space,
    'pgpass': lambda text, start, _: _shown(text, start, Strength.SECRET),
    'asked': _asked,
    'basic-auth': _basic,
    'chpasswd': _chpasswd,
    'credentials': lambda text, start, _: _shown(text, start, Strength.SECRET),
    'foreign': lambda text, start, _: _shown(text, start, Strength.PASSWORD),
    'login': _login,
    'piped': _piped,
    'spoken': _spoken,
    'typed-into': _typed_into,
    'url-password': _url_password,
    'url-token': _url_token,
    'user-password': _user,
}


def _cookies(text: str, start: int) -> Iterator[tuple[int, int]]:
    for pair in _PAIR.finditer(text, start, line_end(text, start, values.LONGEST)):
        if _is_session(pair[1]):
            yield pair.span(1)


def _htpasswd(text: str, start: int) -> Iterator[tuple[int, int]]:
    """`htpasswd -b FILE USER PASSWORD`, with `-n` without FILE."""
    words = list(_ARGUMENT.finditer(text, start, line_end(text, start, 400)))
    flags = [word[0] for word in words if word[0].startswith('-')]
    rest = [word for word in words if not word[0].startswith('-')]
    at = 1 if any('n' in flag for flag in flags) else 2
    if len(rest) > at:
        first, last = rest[at].span()
        is_quoted = text[first] in '"\''
        end = (_line if is_quoted else _word)(text, first + is_quoted, last)
        if end:
            yield first + is_quoted, end


def _url_path(text: str, start: int) -> Iterator[tuple[int, int]]:
    """The path of a URL from its first random segment."""
    match = _PATH.match(text, start)
    path = match[0].rstrip('.,)') if match else ''
    at = start
    for piece in path.split('/'):
        is_long = len(piece) >= 12 and not (piece.isdigit() or _RECORD_ID.fullmatch(piece))
        if is_long and (values.is_random(piece) or re.fullmatch('[0-9a-f-]{24,}', piece)):
            if not values.is_placeholder(piece) and '.' not in piece:
                yield at, start + len(path)
            return
        at += len(piece) + 1


# where the secret begins at another place, or there are several
_ELSEWHERE: dict[str, Callable[[str, int], Iterator[tuple[int, int]]]] = {
    **dict.fromkeys(('cookie', 'cookie-flag'), _cookies),
    'htpasswd': _htpasswd,
    'url-path': _url_path,
}
