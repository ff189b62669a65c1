"""Values that are secrets, and values that are code, names, hashes or placeholders.

Random values differ from those that people make: their letters do not follow each other as in
words, digits stand between letters, upper and lower case change without sense.
"""

from __future__ import annotations

import re
from functools import lru_cache

from learn_core.redact.judge import phrases
from learn_core.redact.judge.names import Strength, word_set

SHORTEST = 8  # characters; of a password that no word explains, 6
LONGEST = 4096

# pairs of letters that words are made of: nine of ten pairs of a text, a third of all pairs
_PAIRS = word_set(
    'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le'
    ' ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec'
    ' pr no ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na'
    ' ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp fe bl ab'
    ' gh ty op wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ei ov by rm ep tt oc fa'
    ' ef cu rn sc gi da yo cr cl du ga qu ue ff ba ey ls va um pp ua up lu go ht ru ug ds lt pi'
    ' rc rr eg au ck ew mu br bi pt ak pu ui rg ib tl ny ki rk ys ob mm fu ph og ms ye ud mb ip'
    ' ub oi rl gu dr hr cc tw ft wn nu af hu nn eo vo rv nf xp gn sm fl iz ok nl my gl aw ju oa'
    ' eq sy sl ps jo lf nv je nk kn gs dy hy ze ks xt bs ik dd rp sk xi oe oy ws lv dl rf eu dg'
    ' wr xa yi nm eb rb ix cy ox db fs js yt py xm ml cp pk kg tm gm bj jd sq ql tf ym pd'
)
_COMMON = (
    'password|passwd|passphrase|secret|token|apikey|example|sample|placeholder|change.?(?:me|it|this)'
    '|your|dummy|redacted|insert|replace|undefined|todo|foobar|fixme|hidden|masked|removed|censored'
    '|deadbeef|lorem|ipsum|invalid|unknown|required|optional|disabled'
    '|enabled|not.?set|none|null|nil|default|development|production|localhost|not.?a.?real'
)
_PLACEHOLDER = re.compile(
    rf'(?i)^(?:{_COMMON}|true|false|test|tests|testing|admin|user|username|root|guest|foo|bar|baz|abc'
    r'|my|the|some|any|auto|demo|value|string|xxx|pass|pwd|key|auth|basic|bearer|oauth)'
    r'(?:[\W_]?(?:password|passwd|pass|pwd|secret|token|key|api|here|value|auth|test|user|admin|example'
    r'|word|me|id|client|access|real|dev|this|it|my|db|for|to|in|of)){0,6}[\W_]?(?:\d{1,4}|123456789?0?)?'
    r'[!.?*]?$'
)
_WORDS_OF_PLACEHOLDERS = re.compile(
    r'(?i)example|placeholder|change.?me|redacted|replace.?(?:me|with|this)|your.?(?:own|api|secret|token'
    r'|pass|key|client|access|app|db|name|real)|insert.?(?:your|here)|dummy|foobar|goes.?here|not.?a.?real'
    r'|_here$|-here$|^fake|sample|lorem'
)
_EMPTY = re.compile(r'\.{3}|\*{3}|x{5}|X{5}|_{4}|-{4}|#{3}|…|•|(.)\1{5}')
_VARIABLE = re.compile(
    r'^(?!\{[A-Za-z0-9+/=]{20,}\}$)(?:[$%#@!&]?[{(<\[]|\$[A-Za-z_][\w.:>\[\]-]*$|\$env:|\$\(|%[A-Za-z_]\w*%$|%\(|%[sdrv]|@[A-Za-z_]+@$'
    r'|:[a-z_]+$|\{|=|\?|!|ENC\[|!!|!vault|vault:|ref\+|op://|arn:|file:|secret://|keyring:|env:)'
)
_HASH = re.compile(
    r'(?i)^(?:sha|md|blake|ripemd)\d{0,3}[a-z\d]{0,2}[-:=$]|^\{(?:ssha|sha|md5)|^\$(?:2[abxy]|argon2\w*|[156]|apr1|pbkdf2[\w-]*|scrypt)\$'
)
_URL = re.compile(r'(?i)^[a-z][a-z0-9+.-]{1,20}:/{1,2}|^(?:mailto|data|urn|tel|javascript):|^//')
_PATH = re.compile(
    r'^(?:~|\.{1,2}|[A-Za-z]:)?[\\/](?:[\w.@{}$ -]+[\\/])*[\w.@{}$*-]*$'
    r'|^(?:[\w.@-]+/){1,}[\w.@-]*\.\w{1,5}$'
)
_FILE = re.compile(
    r'(?i)\.(?:json|ya?ml|toml|ini|txt|pem|key|pub|crt|cer|p12|pfx|jks|env|py|js|ts|tsx|jsx|go|rb|rs'
    r'|java|kt|cs|php|sh|md|html?|css|xml|cfg|conf|properties|lock|log|csv|sql|tf|local|com|org|net'
    r'|io|dev|example|test|svc|internal)$'
)
_NUMBER = re.compile(r'^[+-]?(?:0[xX])?[\d._,:/-]+(?:[a-zA-Z%]{1,2})?$')
_MAIL = re.compile(r'^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$')
_CODE = re.compile(
    r'\w\(|\)[;,.]?$|\w\[|^\w+\]|=>|==(?=[^=])|\+\+|&&|\|\||::|->|^[\w.]+<|;$|\w\{|^[A-Za-z_]\w*(?:\??\.[A-Za-z_]\w*)+$'
    r'|\.\w+\(|^(?:self|this|os|process|config|settings|req|request|env|options|opts|args|params|ctx'
    r'|props|state|data|body|user|item|obj|cfg|conf|app|window|document|module|sys|secrets|vars|var'
    r'|local|each|github|inputs|steps|needs|matrix|runner|System|Environment)[.\[]'
)
_ALGORITHM = re.compile(
    r'(?i)^(?:a\d{3}(?:gcm|cbc|kw|ctr)[\w-]{0,12}|[rhep]s\d{3}|ecdh[\w+-]{0,20}|rsa[\w-]{1,20}|pbes2[\w+-]{1,20}'
    r'|(?:aes|des|sha|md|hmac|chacha|xchacha)[-_/]?\d[\w/-]{0,20}'
    r'|(?:ssh|ecdsa|sk)-[a-z]{2,9}\d*(?:[- ].*)?|x?25519|aaaa[a-z]\S*)$'
)
_LETTER_OUTSIDE_ASCII = re.compile(r'[^\W\d_a-zA-Z]')
_LONG_HEX = re.compile(r'[0-9a-f]{32,}')
_UUID = re.compile(r'(?i)^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$')
_HEX = re.compile(r'(?i)^[0-9a-f]+$')
_TECHNICAL = re.compile(
    r'(?i)^(?:sha|md|aes|rsa|hs|rs|es|ps|ed|ecdsa|x|p|utf|base|b|oauth|v|bcrypt|argon|pbkdf|scrypt|hmac|http'
    r'|h|tls|ssl|ipv|win|python|py|node|go|java|es|ec|int|uint|float|str|char|varchar|text|line|step|col'
    r'|arg|param|var|key|val|item|test|user|token|secret|password|field|type|id|page|level|part|option'
    r'|group|node|port|host|server|db|region|zone|east|west|north|south|central|asia|europe|us|eu|ap'
    r'|ascii|unicode|latin|iso|cp|gpt|claude|sonnet|opus|haiku|llama|gemini|turbo|large|small|mini)$'
)
# 16 letters and digits or more, of these three or more
_LONG = re.compile(
    r'^(?=.*\d)(?:[A-Z0-9]{4,8}-){2,}[A-Z0-9]{4,8}$|^(?=(?:[^\d]*\d){3})(?=(?:[^A-Za-z]*[A-Za-z]){3})[A-Za-z0-9+/=]{16,}$'
)
_LETTERS = re.compile(r'[A-Za-z]+')
_JOINT, _DIGIT_INSIDE = re.compile('[_-]'), re.compile(r'.\d.')
_SIGN = re.compile(r"""[^\w\-.:/,;'"]""")
_RUNS = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+')
_KEYBOARD = ('0123456789', '9876543210', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', '1234567890')


@lru_cache(maxsize=8192)
def is_secret(value: str, strength: Strength, *, quoted: bool) -> bool:
    """Whether a value can be the secret that a name of this strength announces."""
    if strength == Strength.ANYTHING:
        return phrases.is_anything(value) and not is_reference(value, quoted=quoted)
    if strength == Strength.PASSWORD and phrases.is_phrase(value, quoted=quoted):
        return not (is_reference(value, quoted=quoted) or _ALGORITHM.match(value))
    if not 6 <= len(value) <= LONGEST or is_innocent(value, quoted=quoted):
        return False
    if not value.isascii() and _LETTER_OUTSIDE_ASCII.search(value):
        return False
    is_made_up = strength >= Strength.SECRET and _is_made_up(value, quoted=quoted)
    return is_made_up or _is_generated(value, strength)


def _is_generated(value: str, strength: Strength) -> bool:
    if strength == Strength.VAGUE:
        rest = _LONG_HEX.sub('', value)
        return len(rest) >= 16 and is_random(rest) and not _UUID.match(value)
    if _UUID.match(value) or strength >= Strength.SECRET or len(value) >= SHORTEST:
        return bool(_UUID.match(value) or _LONG.match(value)) or is_random(value)
    return False


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
    found = _VARIABLE.search(value) or _EMPTY.search(value) or _PLACEHOLDER.match(value)
    return bool(found or _WORDS_OF_PLACEHOLDERS.search(value))


def _is_place(value: str) -> bool:
    """Whether it is a URL, a path, a file, a mail address, or a hash that says so."""
    if _HASH.search(value) or _URL.search(value) or _MAIL.match(value):
        return True
    return bool(_PATH.match(value) or _FILE.search(value)) and is_worded(value)


def _is_code(value: str, *, quoted: bool) -> bool:
    return _CODE.search(value) is not None and (not quoted or is_worded(value))


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
    letters = [run for run in runs if run.isalpha()]
    digits = len([run for run in runs if run.isdigit()])
    if not letters or len(piece) < 6:
        return bool(letters) and digits >= 1 and len(runs) >= 3
    if len(runs) < 5 and all(len(word) < 3 or _TECHNICAL.match(word) for word in letters):
        return False
    if len(runs) * 2.7 > len(piece) and (len(piece) >= 10 or digits >= 2):
        return True
    return digits >= 3 or not is_worded(piece)


def is_one_case(value: str) -> bool:
    """Whether its letters are all of one case, as in hexadecimal numbers."""
    return value.lower() == value or value.upper() == value


def is_worded(value: str) -> bool:
    """Whether its pairs of letters are those of words."""
    seen = good = 0
    for word in re.findall(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+', value):
        lower = word.lower()
        for at in range(len(lower) - 1):
            seen += 1
            good += lower[at : at + 2] in _PAIRS
    if seen < 3:
        return sum(map(len, _LETTERS.findall(value))) * 2 >= len(value) > 3 and good == seen
    return good >= seen * 0.68


def _is_made_up(value: str, *, quoted: bool) -> bool:
    """Whether it looks like a password that people make up: a word with digits or signs."""
    if value.isdigit():
        return quoted and len(value) >= SHORTEST
    letters = _LETTERS.findall(value)
    if not letters or len(value) < SHORTEST - 2 or ' ' in value:
        return False
    digits = sum(map(str.isdigit, value))
    if _SIGN.search(value.strip('!.?*:')) and (digits or quoted):
        return len(set(value)) > 5
    if len(value) < SHORTEST or _JOINT.search(value) or all(map(_TECHNICAL.match, letters)):
        return False
    return digits >= (1 if quoted and _DIGIT_INSIDE.search(value) else 2)


def _is_run(value: str) -> bool:
    """Whether most of it is a run of the keyboard or the alphabet, or a repetition."""
    lower = value.lower()
    for row in _KEYBOARD:
        for size in (8, 6):
            if size * 2 >= len(lower) and any(
                row[at : at + size] in lower for at in range(len(row) - size + 1)
            ):
                return True
    half = len(lower) // 2
    return half >= 4 and lower[:half] == lower[half : 2 * half]
