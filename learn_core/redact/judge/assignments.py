"""Values after names: finds the name, the end of the value, and whether the value is a secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.redact.judge import names, values
from learn_core.redact.judge.names import Strength
from learn_core.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAR = 160  # characters before a value in which its name may stand

# read backwards from the value: its quote, the separator, the name
_BEFORE = re.compile(
    r"""(?P<quote>["'`]{1,6}[brfuBRFU@$]{0,2})?\\{0,3}[ \t]{0,16}"""
    r"""(?P<sep>[>:=]{0,5}[:=][!?|]{0,2}|>-|>{1,4}|\|\||\?\?|\(?[ \t]{0,3}[,(])[ \t]{0,16}"""
    r"""(?P<close>(?:["'`)\[\]]\\{0,3}){0,6})[ \t]{0,16}(?P<name>[\w.$-]{1,80})"""
)
_ALSO_SAID = names.word_set('pass password passwd passphrase pwd secret token key')
_QUOTE = re.compile(r"""\\{0,3}["'`]$""")
_BARE = re.compile(r"""[^\s"'`<>\\]*(?:\\[^"'\s][^\s"'`<>\\]*)*""")
_WHOLE_LINE = re.compile(
    r'(?:^|\n)[ \t]*(?:export |set |ENV |ARG |- )?[A-Za-z_][\w.-]*[ \t]*[:=][ \t]*$'
)
_STOP = re.compile(r'[,;&)\]}|]')
_MORE = re.compile(r'[;&][\w .-]{1,40}=')
_SCHEME = re.compile(r'[A-Za-z][\w-]{1,20}[ \t]{1,3}(?=\S{6})')


def named(text: str, start: int, _: int, kind: str) -> Iterator[Span]:
    """The value after a name; what it must look like depends on the name."""
    head = text[max(0, start - FAR) : start]
    before = None if kind in _NAMES else _BEFORE.match(head[::-1])
    name = _NAMES[kind](head) if kind in _NAMES else _name_before(before)
    strength = names.strength(name)
    if strength == Strength.NOTHING:
        return
    end, quoted = value_at(text, start, head)
    if name.lower().endswith('authorization'):
        scheme = _SCHEME.match(text, start, end)
        start = scheme.end() if scheme else start
    value = text[start:end]
    if before is None:
        strength = min(strength, _beside(kind, name, value))
    elif strength == Strength.PASSWORD:
        strength = _by_its_form(name, before, value, text[end : end + 2], quoted=quoted)
    elif strength == Strength.VAGUE and before['sep'].strip() == ',':
        return
    if strength and values.is_secret(value, strength, quoted=quoted or before is None):
        yield Span(start, end, names.kind_of(name))


def _beside(kind: str, name: str, value: str) -> Strength:
    """Next to a name, with no sign between them, a single word is no password."""
    is_apart = kind == 'row' or (kind == 'quoted' and name.lower() in _ALSO_SAID)
    return Strength.SECRET if is_apart and value.isalpha() else Strength.PASSWORD


def _by_its_form(
    name: str, before: re.Match[str], value: str, after: str, *, quoted: bool
) -> Strength:
    """What the value of a password must look like, by the form of its assignment. Code looks much
    like configuration, so a word without quotes counts only where code cannot stand.
    """
    sign = before['sep'].strip('( \t')[::-1]
    if sign == ',' or (quoted and sign in ('==', '===')):
        return Strength.SECRET
    if name.isupper() and not name.startswith(('PASS', 'PWD')):
        return _of_variable(sign, before)
    if quoted:
        return _of_literal(name, sign, before)
    if name in ('PASS', 'Pass') and sign == ':':  # the verdict of a test
        return Strength.NOTHING
    if before['sep'] == '>' or _is_bare_value(name, sign, before, value, after):
        return Strength.PASSWORD
    return Strength.SECRET


def _of_literal(name: str, sign: str, before: re.Match[str]) -> Strength:
    """In quotes: a secret unless the name may be a label, or a call that takes something else."""
    if '(' in before['sep'] and name.lower().startswith(('set', 'with')):
        return Strength.PASSWORD
    is_doubtful = sign == '' or (name.isupper() and before['close'])
    return Strength.SECRET if is_doubtful else Strength.PASSWORD


def _of_variable(sign: str, before: re.Match[str]) -> Strength:
    """For an environment variable: any value that is assigned to it counts."""
    if sign == '=' and ' ' not in before[0]:
        return Strength.ANYTHING
    is_label = sign == ':' and before['close'] and before['quote']
    return Strength.SECRET if is_label else Strength.PASSWORD


def _is_bare_value(name: str, sign: str, before: re.Match[str], value: str, after: str) -> bool:
    """Whether a word without quotes stands where configuration has a value. `after` are the next
    two characters.
    """
    is_tight, is_last = ' ' not in before[0], _is_end(after, _LINE_ENDS)
    place = before.string[before.end() : before.end() + 1]
    if place in ('(', ',') or ('.' in name and not (is_tight and sign == '=' and is_last)):
        return False
    if sign == '=':
        return _is_end(after, _ENDS) and (is_tight or not value.isidentifier())
    is_part = is_tight and place in ('"', "'") and value.isalpha()  # of a name, as in "passwd:uid"
    return sign == ':' and not is_part and _is_end(after, _ENDS_OF_STRINGS)


def _is_end(after: str, signs: tuple[str, ...]) -> bool:
    return after[:1] in signs or after == ' #'


_LINE_ENDS = ('', '\n', '\r')
_ENDS_OF_STRINGS = (*_LINE_ENDS, '"', "'", '<', '&')
_ENDS = (*_ENDS_OF_STRINGS, ';', ' ')


def _name_before(before: re.Match[str] | None) -> str:
    """The name that the value is assigned to, follows as an argument, or is an element of."""
    if before is None:
        return ''
    sign = before['sep'].strip('( \t')
    is_told = before['quote'] if '(' in before['sep'] else before['close'] and before['quote']
    if sign in ('', ',') and not is_told:
        return ''
    if before.string.startswith(':', before.end()) and ':' in before['sep']:  # AWS::KMS::Key, arn:
        return ''
    return before['name'][::-1]


def _name_by(pattern: str) -> Callable[[str], str]:
    """A function that reads the name by a pattern that ends where the value begins."""
    compiled = re.compile(pattern + r'$')

    def name(head: str) -> str:
        match = compiled.search(head)
        return next(filter(None, match.groups()), '') if match else ''

    return name


_NAMES: dict[str, Callable[[str], str]] = {
    'set': _name_by(r"""[ \t]([^\s=]{1,100}?)[ \t]{1,3}["']?"""),
    'row': _name_by(r"""\|[ \t]{0,20}([^|\n]{1,60}?)[ \t]{0,20}\|[ \t]{0,20}`?"""),
    'typed': _name_by(
        r"""(?<![\w$])([\w$]{1,80})[ \t]{0,2}:?[ \t]{1,2}[&*\[\]]{0,4}[A-Za-z]"""
        r"""[\w.&*\[\]<>|?]{0,24}[ \t]{0,3}=[ \t]{0,3}[brfu@]?["'`]"""
    ),
    'quoted': _name_by(r"""(?![Pp]ass[ \t])(?<![\w.-])([\w.-]{1,60})[ \t]{1,8}@?["'`]"""),
    'property': _name_by(r"""(\w{1,60})[ \t]{0,4}\{[^{}]{0,60}\}[ \t]{0,4}=[ \t]{0,4}@?["']"""),
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
    """The end of the value that begins at `start`, and whether it is quoted."""
    quote = _QUOTE.search(head)
    if quote is not None:
        end = _closing(text, start, quote[0])
        if end >= 0:
            return end, True
    match = _BARE.match(text, start, start + values.LONGEST)
    end = match.end() if match else start
    if quote is None and _is_line(text, head, start, end):
        return trimmed(text, start, end, ',;'), False
    stop = _STOP.search(text, start + 1, end)
    if stop is not None:
        return trimmed(text, start, stop.start(), '.'), False
    return trimmed(text, start, end, '.,;:'), False


def _is_line(text: str, head: str, start: int, end: int) -> bool:
    """Whether the line holds nothing but a name and its value, which may then hold any sign."""
    if text[end : end + 1] not in ('', '\n', '\r') or _MORE.search(text, start, end):
        return False
    return _WHOLE_LINE.search(head) is not None


def _closing(text: str, start: int, quote: str) -> int:
    """The offset of the closing quote on the same line, -1 without one."""
    line_end = text.find('\n', start, start + values.LONGEST)
    stop = line_end if line_end >= 0 else min(len(text), start + values.LONGEST)
    at = text.find(quote, start, stop)
    while len(quote) == 1 and at > start and text[at - 1] == '\\':
        at = text.find(quote, at + 1, stop)
    return at


def trimmed(text: str, start: int, end: int, signs: str) -> int:
    """`end`, moved back over the given signs, which may close a sentence or a list."""
    while end > start and text[end - 1] in signs:
        end -= 1
    return end
