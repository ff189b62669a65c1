"""Secrets for tests, put together at run time: nothing that looks like one is committed."""

from __future__ import annotations

import base64
import random
import re
import string
import uuid

from hypothesis import strategies as st

_LETTERS = string.ascii_letters + string.digits
_ALPHABETS = {
    'alnum': _LETTERS,
    'lower': string.ascii_lowercase + string.digits,
    'upper': string.ascii_uppercase + string.digits,
    'base32': string.ascii_uppercase + '234567',
    'hex': '0123456789abcdef',
    'digits': string.digits,
    'b64': _LETTERS + '+/',
    'password': _LETTERS + '!@#%^*_-',
}
_WORDS = (
    'otter,lamp,river,blue,forty,sunny,candle,marble,winter,pepper,gravel,saddle,copper,meadow,'
    'thunder,velvet,walnut,bishop,cactus,daisy,ember,falcon,ginger,harbor'
)
_ROWS = ('qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1q2w3e4r', '1qaz2wsx')
# passwords that people make up; {words:4} are joined by hyphens, {phrase:4} by blanks
_MADE_UP = ('words', 'phrase', 'word', 'digits_at_end', 'keys', 'signs')
_TEMPLATE = re.compile(r'\{(\w+)(?::(\d+))?\}')


def _word(chance: random.Random, length: int, letters: str = _LETTERS) -> str:
    return ''.join(chance.choice(letters) for _ in range(length))


def filled(template: str, seed: object = 0) -> tuple[str, list[str]]:
    """`{alnum:16}` in a template becomes sixteen letters and digits, and so on; with what was put
    in, in its order. Always the same for a seed; as random as a real one, for that is looked at.
    """
    chance = random.Random(f'{template} {seed}')  # noqa: S311  (not for keeping)
    made: list[str] = []

    def fill(match: re.Match[str]) -> str:
        if match[1] == 'kind':
            return 'RSA'
        if match[1] not in (*_ALPHABETS, *_MADE_UP, 'uuid', 'basic', 'jwt'):
            return match[0]
        made.append(_made(chance, match[1], int(match[2] or 0)))
        return made[-1]

    return _TEMPLATE.sub(fill, template), made


def _made(chance: random.Random, what: str, length: int) -> str:
    if what == 'uuid':
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))
    if what == 'basic':
        return base64.b64encode(f'bob:{_word(chance, length)}'.encode()).decode()
    if what == 'jwt':
        parts = ('{"alg":"HS256","typ":"JWT"}', f'{{"sub":"{_word(chance, 12)}","iat":17}}')
        coded = [base64.urlsafe_b64encode(part.encode()).decode().rstrip('=') for part in parts]
        return '.'.join([*coded, _word(chance, 43, _LETTERS + '-_')])
    if what in _MADE_UP:
        return _made_up(chance, what, length)
    while True:
        word = _word(chance, length, _ALPHABETS[what])
        has_both = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
        if has_both or what == 'digits' or length < 8:
            return word


def _made_up(chance: random.Random, what: str, length: int) -> str:
    words = chance.sample(_WORDS.split(','), max(length, 2))
    if what in ('words', 'phrase'):
        return ('-' if what == 'words' else ' ').join(words)
    if what == 'word':
        return words[0]
    if what == 'digits_at_end':
        return f'{words[0]}{chance.randrange(1, 2000)}'
    if what == 'keys':
        return f'{chance.choice(_ROWS)}{chance.randrange(10, 999)}'
    return f'{words[0].title()}{chance.choice("!#%&*?")}{chance.randrange(10, 99)}'


def secret(kind: str, seed: int = 0) -> str:
    """Always the same one for a seed; as random as a real one, for the scanner looks at that."""
    chance = random.Random(f'{kind} {seed}')  # noqa: S311  (not for keeping)
    chat = f'{_word(chance, 12, string.digits)}-{_word(chance, 13, string.digits)}'
    return {
        'github-pat': 'gh' + 'p_' + _word(chance, 36),
        'github-oauth': 'gh' + 'o_' + _word(chance, 36),
        'slack-bot-token': 'xo' + f'xb-{chat}-{_word(chance, 24)}',
        'gitlab-pat': 'gl' + 'pat-' + _word(chance, 20),
    }[kind]


def private_key() -> list[str]:
    """The lines of a key."""
    chance = random.Random(7)  # noqa: S311  (not for keeping)
    body = [_word(chance, 64) for _ in range(3)]
    return ['-----BEGIN RSA ' + 'PRIVATE KEY-----', *body, '-----END RSA ' + 'PRIVATE KEY-----']


KINDS = ('github-pat', 'github-oauth', 'slack-bot-token', 'gitlab-pat')
secrets = st.builds(secret, st.sampled_from(KINDS), st.integers(0, 2**32))
