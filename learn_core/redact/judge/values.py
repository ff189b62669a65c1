"""Values that are secrets, and values that are code, names, hashes or placeholders.

Random values differ from those that people make: their letters do not follow each other as in
words, digits stand between letters, upper and lower case change without sense.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache

from learn_core.redact.judge import phrases
from learn_core.redact.judge.names import Strength, word_list, word_set

LONGEST = 4096

_FILLERS, _MORE, _ANYWHERE, _EXTENSIONS, _OBJECTS = (
    '|'.join(word_list(name))
    for name in ('fillers', 'more_fillers', 'filler_words', 'extensions', 'objects')
)
_PAIRS, _TECHNICAL, _NO_VALUES = word_set('pairs'), word_set('technical'), word_set('no_values')

_PLACEHOLDER = re.compile(
    rf'(?i)^(?:{_FILLERS})(?:[\W_]?(?:{_MORE})){{0,6}}[\W_]?(?:\d{{1,4}}|123456789?0?)?[!.?*]?$'
    rf'|(?:{_ANYWHERE})'
)
_EMPTY = re.compile(r'\.{3}|\*{3}|x{5}|X{5}|_{4}|-{4}|#{3}|…|•|(.)\1{5}')
_VARIABLE = re.compile(
    r'^(?!\{[A-Za-z0-9+/=]{20,}\}$|\{\\")(?:[$%#@!&]?[{(<\[]|\$[A-Za-z_][\w.:>\[\]-]*$|\$env:|\$\(|%[A-Za-z_]\w*%$|%\(|%[sdrv]|@[A-Za-z_]+@$'
    r'|:[a-z_]+$|#[\w.]+#$|[#.][a-z]+(?:[-_][a-z]+)*$|[A-Z][A-Z0-9_]*(?:PASSWORD|PASSWD|PWD|SECRET|TOKEN)$|0x[0-9a-fA-F]{40}$|\{|=|\?|!=|!{1,2}[A-Za-z_./]*$|ENC\[|vault:|ref\+|op://|arn:|file:|secret://|keyring:|env:)'
    r'|[$#]\{[A-Za-z_]|^\.[ ]?\$'
)
_HASH = re.compile(
    r'(?i)^(?:sha|md|blake|ripemd)\d{0,3}[a-z\d]{0,2}[-:=$]|^\{(?:ssha|sha|md5)|^\$(?:2[abxy]|argon2\w*|[156]|apr1|pbkdf2[\w-]*|scrypt)\$'
)
_URL = re.compile(
    r'(?i)^[a-z][a-z0-9+.-]{1,20}:/{1,2}|^(?:mailto|data|urn|tel|javascript):|^//|^\.{1,2}/|^@[\w-]+(?:\.[\w-]+)+(?:[:/?]|$)'
)
_PATH = re.compile(
    r'^(?:~|\.{1,2}|[A-Za-z]:)?[\\/](?:[\w.@{}$ -]+[\\/])*[\w.@{}$*-]*$'
    r'|^(?:[\w.@-]+/){1,}[\w.@-]*\.\w{1,5}$'
    rf'|\.(?i:{_EXTENSIONS})$'
)
_NUMBER = re.compile(r'^[+-]?(?:0[xX])?[\d._,:/-]+(?:[a-zA-Z%]{1,2})?$')
_MAIL = re.compile(r'^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$')
_CODE = re.compile(
    r'\w\(|\)[;,.]?$|\w\[|^\w+\]|=>|(?<![A-Za-z0-9+/]{16})==(?=[^=])|\+\+|&&|\|\||::|->|^[\w.]+<|;$|\w\{'
    r'|^[a-z_]+(?::[\w,.=]*)?(?:\|[a-z_]+(?::[\w,.=]*)?)+$'  # rules, types: string|null
    rf'|^[A-Za-z_]\w*(?:\??\.[A-Za-z_]\w*)+$|\.\w+\(|^(?:{_OBJECTS})[.\[]'
)
_ALGORITHM = re.compile(
    r'(?i)^(?:a\d{3}(?:gcm|cbc|kw|ctr)[\w-]{0,12}|[rhep]s\d{3}|ecdh[\w+-]{0,20}|rsa[\w-]{1,20}|pbes2[\w+-]{1,20}'
    r'|(?:aes|des|sha|md|hmac|chacha|xchacha)[-_/]?\d[\w/-]{0,20}'
    r'|(?:ssh|ecdsa|sk)-[a-z]{2,9}\d*(?:[- ].*)?|x?25519|pk_(?:test|live)_\w+|aaaa[a-z]\S*)$'
)
_LONG_HEX = re.compile(r'[0-9a-f]{32,}')
UUID = '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}'  # a pattern
_UUID = re.compile(rf'(?i)^{UUID}$')
# 16 letters and digits or more, of these three or more
_LONG = re.compile(
    r'^(?=.*\d)(?:[A-Z0-9]{4,8}-){2,}[A-Z0-9]{4,8}$|^(?=.*\d)(?=.*[a-f])(?:[0-9a-f]{4,8}-){2,}[0-9a-f]{4,12}$|^(?=(?:[^\d]*\d){3})(?=(?:[^A-Za-z]*[A-Za-z]){3})[A-Za-z0-9+/=]{16,}$'
)
_LETTERS = re.compile(r'[A-Za-z]+')
_CASED = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+')
_RUNS = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+')
_KEYBOARD = ('0123456789', '9876543210', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', '1234567890')
_KEY_RUNS = {
    size: [row[at : at + size] for row in _KEYBOARD for at in range(len(row) - size + 1)]
    for size in (8, 6)
}


@lru_cache(maxsize=8192)
def is_secret(value: str, strength: Strength, *, quoted: bool) -> bool:
    """Whether a value can be the secret that a name of this strength announces."""
    if strength == Strength.ANYTHING:
        return phrases.is_default(value) or _is_anything(value, quoted=quoted)
    if strength == Strength.PASSWORD and phrases.is_phrase(value, quoted=quoted):
        return not (is_reference(value, quoted=quoted) or _ALGORITHM.match(value))
    is_word = phrases.LETTER_OUTSIDE_ASCII.search(value) or is_innocent(value, quoted=quoted)
    if is_word or not 6 <= len(value) <= LONGEST:
        return False
    is_made_up = strength >= Strength.SECRET and phrases.is_made_up(value, quoted=quoted)
    return is_made_up or _is_generated(value, strength)


def _is_generated(value: str, strength: Strength) -> bool:
    if strength == Strength.VAGUE:
        rest = _LONG_HEX.sub('', value)
        return len(rest) >= 16 and is_random(rest) and not _UUID.match(value)
    if len(value) < phrases.SHORTEST and strength < Strength.SECRET:
        return False
    return bool(_UUID.match(value) or _LONG.match(value)) or is_random(value)


def has_digits(value: str) -> bool:
    """Whether it has digits and is no UUID: most random values have some, words have none."""
    return any(map(str.isdigit, value)) and not _UUID.match(value)


def is_reference(value: str, *, quoted: bool) -> bool:
    """Whether a value refers to a secret or fills its place."""
    return _is_filler(value) or _is_place(value) or _is_code(value, quoted=quoted)


def is_innocent(value: str, *, quoted: bool = True) -> bool:
    """Whether it is a placeholder, a variable, code, a path, an address, or a hash that says so."""
    is_number = _NUMBER.match(value) and not (quoted and value.isdigit())
    if is_number or _ALGORITHM.match(value) or is_placeholder(value):
        return True
    return _is_place(value) or _is_code(value, quoted=quoted)


def is_placeholder(value: str) -> bool:
    """Whether it only fills the place of a secret: `<your-key>`, `$TOKEN`, `xxxxxxxx`."""
    return _is_filler(value) or _is_run(value)


def _is_filler(value: str) -> bool:
    if (_VARIABLE.search(value) and not _is_scrambled(value)) or _EMPTY.search(value):
        return True
    return bool(_PLACEHOLDER.search(value)) and not phrases.is_dummy(value)


def _is_scrambled(value: str) -> bool:
    """Whether it only begins as a variable does: `$k8Yq2Xb`."""
    rest = value[1:]
    is_open = value[0] in '$?' or _is_unbalanced(value)
    return is_open and rest.isalnum() and is_random(rest)


def _is_unbalanced(value: str) -> bool:
    """Whether a random value has brackets that are not code's: `a7(Kq92x`."""
    signs = [one for one in value if not one.isalnum()]
    is_odd = signs in (['('], ['[']) and len(re.findall(r'\d', value)) > 1
    return is_odd and is_random(value) and not is_worded(value)


def _is_place(value: str) -> bool:
    """Whether it is a URL, a path, a file, a mail address, or a hash that says so."""
    if _HASH.search(value) or _URL.search(value) or _MAIL.match(value):
        return True
    return bool(_PATH.search(value)) and is_worded(value)


def _is_code(value: str, *, quoted: bool) -> bool:
    is_code = _CODE.search(value) is not None and not _is_unbalanced(value)
    return is_code and (not quoted or is_worded(value))


def is_random(value: str) -> bool:
    """Whether it was generated; joined or numbered words were not."""
    if len(set(value)) < 5 or value.isdigit():
        return False
    pieces = [piece for piece in re.split(r'[-_.:/+=~ ,;@|\\]+', value) if piece]
    if len(pieces) > 1:
        odd = [piece for piece in pieces if len(piece) >= 4 and _is_odd(piece)]
        return sum(map(len, odd)) >= max(6, len(value) // 4)
    return bool(pieces) and _is_odd(pieces[0])


def _is_odd(piece: str) -> bool:
    """Whether it has digits between letters, mixed case, or letters that make no word."""
    runs = _RUNS.findall(piece)
    letters = list(filter(str.isalpha, runs))
    digits = sum(map(str.isdigit, runs))
    if not letters:
        return False
    if len(piece) < 6:
        return digits >= 1 and len(runs) >= 3
    if len(runs) < 5 and all(len(word) < 3 or word.lower() in _TECHNICAL for word in letters):
        return False
    is_mixed = len(runs) * 2.7 > len(piece) and (len(piece) >= 10 or digits >= 2)
    return is_mixed or digits >= 3 or not is_worded(piece)


def is_worded(value: str) -> bool:
    """Whether its pairs of letters are those of words."""
    words = [word.lower() for word in _CASED.findall(value)]
    pairs = [word[at : at + 2] for word in words for at in range(len(word) - 1)]
    good = sum(pair in _PAIRS for pair in pairs)
    if len(pairs) < 3:
        letters = sum(map(len, _LETTERS.findall(value)))
        return letters * 2 >= len(value) > 3 and good == len(pairs)
    return good >= len(pairs) * 0.68


def _is_run(value: str) -> bool:
    """Whether most of it is a run of the keyboard or the alphabet, or a repetition."""
    lower = value.lower()
    for size, runs in _KEY_RUNS.items():
        if size * 2 >= len(lower) and any(run in lower for run in runs):
            return True
    half = len(lower) // 2
    return half >= 4 and lower[:half] == lower[half : 2 * half]


def _is_anything(value: str, *, quoted: bool) -> bool:
    """Whether it can be a password where the context says that there is one."""
    if not 3 <= len(value) <= phrases.LONGEST or not any(map(str.isalnum, value)):
        return False
    if value.isdigit() and len(value) < 6:
        return False
    is_name = value.replace('_', '').isalpha() and (value.isupper() or not value.isascii())
    is_word = is_name and ('_' in value or not value.isascii() or is_worded(value))
    is_told = is_word or value.lower() in _NO_VALUES
    return not is_told and not is_reference(value, quoted=quoted)


def decoded(text: str) -> str:
    """Decoded base64 of either alphabet; '' if it is not UTF-8 text."""
    body = text.rstrip('=').replace('-', '+').replace('_', '/')
    try:
        return base64.b64decode(body + '=' * (-len(body) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return ''
