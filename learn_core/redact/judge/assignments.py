"""Values after names: finds the name, the end of the value, and whether the value is a secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.redact.judge import names, phrases, values
from learn_core.redact.judge.extent import FAR, LINE_ENDS, value_at, yaml_phrase
from learn_core.redact.judge.names import Strength
from learn_core.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator


# read backwards from the value: its quote, the separator, the name
_BEFORE = re.compile(
    r"""(?P<quote>["'`]{1,6}[brfuBRFU@$]{0,2})?\\{0,3}[ \t]{0,16}(?:\*{1,2}|__|>(?:b|gnorts)/<)?"""
    r"""(?P<sep>[>:=]{0,5}[:=][!?|]{0,2}|>-|→|>{1,4}|\|\||\?\?|ro(?=[ \t"'`)\]])"""
    r"""|\(?[ \t]{0,3}[,(])[ \t]{0,16}"""
    r"""(?P<close>(?:["'`)\[\]*]\\{0,3}){0,6})[ \t]{0,16}(?P<name>[\w.$-]{1,80})"""
)
_WORD_BEFORE = re.compile(r'[ \t]{1,2}(\w{2,20})\b')  # read backwards
_ALSO_SAID = {'pass', 'password', 'passwd', 'passphrase', 'pwd', 'secret', 'token', 'key'}
_CHECKSUM = 'checksum/'[::-1]  # of Helm: `checksum/secret`
_TELLING = re.compile('(?i)pass|pwd|secret|token|key|cred')
_NAME, _LINES_AND_QUOTES = re.compile(r'[\w.-]+'), re.compile(r"""[\n"'`]""")
_SCHEME = re.compile(r'[A-Za-z][\w-]{1,20}[ \t]{1,3}(?=\S{6})')
_ENDS = {
    '=': (*LINE_ENDS, '"', "'", '<', '&', ';', ' '),
    ':': (*LINE_ENDS, '"', "'", '<', '&'),
    '->': LINE_ENDS,
}
# names that are not read backwards, by patterns that end where the value begins
_NAMES = {
    kind: re.compile(pattern + '$')
    for kind, pattern in {
        'set': r"""[ \t]([^\s=]{1,100}?)[ \t]{1,3}["']?""",
        'row': r"""\|[ \t]{0,20}([^|\n]{1,60}?)[ \t]{0,20}\|[ \t]{0,20}`?""",
        'typed': r"""(?<![\w$])([\w$]{1,80})[ \t]{0,2}:?[ \t]{1,2}[&*\[\]]{0,4}[A-Za-z]"""
        r"""[\w.&*\[\]<>|?]{0,24}[ \t]{0,3}=[ \t]{0,3}[brfu@]?["'`]""",
        'quoted': r"""(?<![\w.-])(?<!nexpected )([\w.-]{1,60})[ \t]{1,8}(?:-[ \t]{1,4})?@?["'`]""",
        'property': r"""(\w{1,60})[ \t]{0,4}\{[^{}]{0,60}\}[ \t]{0,4}=[ \t]{0,4}@?["']""",
        'broken': r"""([\w.-]{1,60})["'`\])]{0,3}[ \t]{0,3}(?:[:=({|?>]{1,3}[ \t]{0,3}\r?\n"""
        r"""[ \t]{0,40}|\r?\n[ \t]{1,40}[:=]{1,2}[ \t]{0,3})[brfu@]?["'`]""",
        'nested': r"""(?<![\w.-])([\w.-]{1,60})["']?[ \t]{0,2}[:=]?[ \t]{0,2}\{[^{}]{0,160}$""",
        'tag-pair': r'<\w+>([^<\n]{1,80})</\w+>\s{0,20}<\w+>',
        'content': r'<(?:\w+:)?([\w.-]+)>[^<>\n]*',
        'element': r'<(?:\w+:)?([\w.-]+)[ \t][^<>]*>',
        'variable': r'variable[ \t]+"([\w.-]+)"[^{}]*\{[^{}]*"',
        'attribute': r"""(?i)\b(?:key|name|id|property|type)[ \t]{0,2}=[ \t]{0,2}\\?["']"""
        r"""([\w.: -]{0,40}(?:pass|pwd|secret|token|auth|cred|key)[\w.-]{0,20})\\?["']"""
        r'[^<>]{0,160}',
        'plist': r'<key>([^<]*)</key>\s*<string>',
        'item': r"""[:=][ \t]*\\*["']?([\w.-]+)\\*["']?,?\s+(?:- )?"""
        r"""\\*["']?value["'\\]*[ \t]*[:=][ \t]*\\*["']?""",
    }.items()
}

# how much a name tells at most, where words of any sort stand beside it
_AT_MOST = {
    'nested': Strength.SECRET,
    'content': Strength.TOKEN,
    'near': Strength.TOKEN,
    'broken': Strength.SECRET,
}


def named(text: str, start: int, kind: str) -> Iterator[Span]:
    """The value after a name; what it must look like depends on the name."""
    head = text[max(0, start - FAR) : start]
    before = None if kind in _NAMES or kind == 'near' else _BEFORE.match(head[::-1])
    name = _name_before(before) if before else _name_by(kind, head)
    strength = names.strength(name)
    if strength == Strength.NOTHING:
        return
    start, end, quoted = _extent(text, start, head, name, strength)
    value = text[start:end]
    if before is None:
        strength = min(strength, _beside(kind, name, value))
    elif strength == Strength.PASSWORD:
        strength = _by_its_form(name, before, value, text[end : end + 2], quoted=quoted)
    if strength and _is_secret(name, value, strength, quoted=quoted or before is None):
        yield Span(start, end, names.kind_of(name))


def _is_secret(name: str, value: str, strength: Strength, *, quoted: bool) -> bool:
    """Whether a value is a secret, and not the name of one in Kubernetes."""
    is_object = names.is_of_kubernetes(name) and phrases.is_object_name(value)
    is_weak = is_object and strength <= Strength.SECRET
    return not is_weak and values.is_secret(value, strength, quoted=quoted)


def _extent(
    text: str, start: int, head: str, name: str, strength: Strength
) -> tuple[int, int, bool]:
    """Where a value begins, behind the scheme of an authorization, where it ends, and whether it is
    quoted.
    """
    end, quoted = value_at(text, start, head)
    if strength == Strength.PASSWORD and not quoted:
        end, quoted = yaml_phrase(text, start, head) or (end, False)
    if name.lower().endswith('authorization') and (scheme := _SCHEME.match(text, start, end)):
        start = scheme.end()
    return start, end, quoted


def _name_before(before: re.Match[str]) -> str:
    """The name that the value is assigned to, follows as an argument, or is an element of."""
    name = before['name'][::-1]
    if not _is_assigned(before, name):
        return ''
    rest = before.string[before.end() :]
    if (':' in before['sep'] and rest.startswith(':')) or rest.startswith(_CHECKSUM):
        return ''  # AWS::KMS::Key, arn:
    two = f'{_word_before(rest)} {name}'
    return two if name.lower() in ('key', 'keys') and names.is_known(two) else name


def _is_assigned(before: re.Match[str], name: str) -> bool:
    """Whether what stands between name and value says that they belong together."""
    is_told = before['quote'] if '(' in before['sep'] else before['close'] and before['quote']
    if before['sep'].strip('( \t') in ('', ',', 'ro') and not is_told:  # `or`, read backwards
        return False
    return before['sep'].strip() != ',' or names.strength(name) != Strength.VAGUE


def _word_before(rest: str) -> str:
    """The word before a name, a blank between them; both are read backwards."""
    match = _WORD_BEFORE.match(rest)
    return match[1][::-1] if match else ''


def _name_by(kind: str, head: str) -> str:
    """The name that ends where the value begins."""
    if kind == 'near':  # the last telling word before the quote
        code = _LINES_AND_QUOTES.split(head[:-1])[-1]
        telling = [name for name in _NAME.findall(code) if _TELLING.search(name)]
        return telling[-1] if telling and telling[-1].lower() != 'pass' else ''
    match = _NAMES[kind].search(head) if kind in _NAMES else None
    return match[1] if match else ''


def _beside(kind: str, name: str, value: str) -> Strength:
    """Next to a name, with no sign between them, a single word is no password, and one that begins
    a sentence nothing at all.
    """
    if kind in _AT_MOST:
        is_code = kind == 'near' and not values.has_digits(value)
        return Strength.NOTHING if is_code else _AT_MOST[kind]
    if kind == 'quoted' and name.lower() == 'pass':  # the verdict of a test
        return Strength.TOKEN
    is_apart = kind in ('row', 'set') or (kind == 'quoted' and name.lower() in _ALSO_SAID)
    if not (is_apart and value.isalpha()):
        return Strength.PASSWORD
    return Strength.NOTHING if value.istitle() else Strength.SECRET


def _by_its_form(
    name: str, before: re.Match[str], value: str, after: str, *, quoted: bool
) -> Strength:
    """What the value of a password must look like, by the form of its assignment. Code looks much
    like configuration, so a word without quotes counts only where code cannot stand. `after` are
    the next two characters.
    """
    sign = before['sep'].strip('( \t')[::-1]
    if sign == ',' or (quoted and sign in ('==', '===')):
        return Strength.SECRET
    if not quoted and sign == '=' and _is_setting(before, value):
        return Strength.ANYTHING
    if name.isupper() and not name.startswith(('PASS', 'PWD')):
        return _of_variable(sign, before, value, after)
    if quoted:
        return _of_literal(name, sign, before, value)
    return _of_bare(name, sign, before, value, after)


def _is_setting(before: re.Match[str], value: str) -> bool:
    """Whether it is set in a line that tells how to connect: `User=a;Password=b7;`. A word without
    digits may be a variable in code.
    """
    is_after_another = before.string.startswith(';', before.end())
    return is_after_another and not value.replace('_', '').isalpha()


def _of_literal(name: str, sign: str, before: re.Match[str], value: str) -> Strength:
    """In quotes: a secret unless the name may be a label, or a call that takes something else."""
    method = name.lower().rpartition('.')[2]
    if '(' in before['sep'] and method.startswith(('set', 'with')):
        return Strength.PASSWORD if ' ' in value else Strength.ANYTHING
    if sign and phrases.is_default(value):
        return Strength.ANYTHING
    is_doubtful = sign == '' or (name.isupper() and before['close'])
    is_weak = is_doubtful and not phrases.is_passphrase(value)
    return Strength.SECRET if is_weak else Strength.PASSWORD


def _of_variable(sign: str, before: re.Match[str], value: str, after: str) -> Strength:
    """For an environment variable: any value that is assigned to it counts."""
    if sign == '=' and ' ' not in before[0]:
        return Strength.ANYTHING
    if sign == ':' and not before['close'] and value.islower() and _is_end(after, LINE_ENDS):
        return Strength.ANYTHING  # in YAML
    is_label = sign == ':' and before['close'] and before['quote']
    is_doubtful = is_label and not phrases.is_passphrase(value)
    return Strength.SECRET if is_doubtful else Strength.PASSWORD


def _of_bare(name: str, sign: str, before: re.Match[str], value: str, after: str) -> Strength:
    """Without quotes: a word counts only where configuration has a value."""
    if name in ('PASS', 'Pass') and sign == ':':  # the verdict of a test
        return Strength.NOTHING
    is_element = before['sep'] == '>' and not (before['close'] or ' ' in before[0])
    if is_element or _is_bare_value(name, sign, before, value, after):
        return Strength.ANYTHING if phrases.is_default(value) else Strength.PASSWORD
    return Strength.SECRET


def _is_bare_value(name: str, sign: str, before: re.Match[str], value: str, after: str) -> bool:
    """Whether a word without quotes stands where configuration has a value."""
    is_tight = ' ' not in before[0]
    place = before.string[before.end() : before.end() + 1]
    if place in ('(', ',') or not _is_end(after, _ENDS.get(sign, ('none',))):
        return False
    if '.' in name:
        return is_tight and sign == '=' and _is_end(after, LINE_ENDS)
    if sign == '->':  # a list in words; without blanks it is code
        return not is_tight and not value.isidentifier()
    if sign == '=':
        return is_tight or not value.isidentifier()
    # part of a name: "passwd:uid", "pw:api:call"
    is_part = is_tight and place in ('"', "'") and value.replace(':', '').isalpha()
    return sign == ':' and not is_part


def _is_end(after: str, signs: tuple[str, ...]) -> bool:
    return after[:1] in signs or after == ' #'
