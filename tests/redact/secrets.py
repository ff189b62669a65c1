"""Secrets for tests, put together at run time: nothing that looks like one is committed."""

from __future__ import annotations

import random
import string

from hypothesis import strategies as st

_LETTERS = string.ascii_letters + string.digits


def _word(chance: random.Random, length: int, letters: str = _LETTERS) -> str:
    return ''.join(chance.choice(letters) for _ in range(length))


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
