"""Names that tell that what they name is a secret: `api_key`, `dbPassword`, `X-Auth-Token`.

The last word decides, for `secret_name`, `token_count` and `key_path` name no secret; the word
before it can take that back, for a `primary key` and a `next token` are none.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache


class Strength(IntEnum):
    """How much a name tells."""

    NOTHING = 0
    VAGUE = 1  # `key`: only what can be nothing else
    TOKEN = 2  # `api_key`: what was made by chance
    PASSWORD = 3  # `password`: what a person made up, too


_WORD = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+')


def word_set(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


_PASSWORDS = word_set(
    'password passwords passwd passwds passphrase passcode passwort contrasena senha motdepasse'
    ' pass pwd pwds pw psw psk passw secret secrets requirepass masterauth storepass keypass'
)
_TOKENS = word_set(
    'token tokens apikey apikeys auth authorization credential credentials cred creds cookie'
    ' cookies salt nonce seed mnemonic bearer jwt pat sas csrf xsrf otp hmac authkey accesskey'
    ' secretkey privatekey licensekey signingkey encryptionkey masterkey sharedkey accountkey'
    ' webhook dsn oauth totp phrase skey authcode sessionkey appkey clientkey'
)
# a word that ends so is written together: `dbpassword`, `authtoken`
_ENDS = (
    'password', 'passwd', 'passphrase', 'passwort', 'secret', 'token', 'apikey', 'accesskey',
    'secretkey', 'privatekey', 'authkey', 'pwd', 'credential', 'credentials', 'userpass', 'dbpass',
    'rootpw', 'adminpw',
)  # fmt: skip
_SAY_NOTHING = word_set(
    'base value val prod production dev devel development stage staging live test testing default'
    ' raw plain plaintext text string str new old current env var base64 b64 hex here main'
    ' master root admin data content header headers field'
)
_NO_KEYS = word_set(
    'public primary foreign cache sort partition hash range object row unique composite map'
    ' dict json group shard routing route lookup registry index idempotency dedup dedupe event'
    ' translation i18n hot shortcut arrow storage local search query column table entity config'
    ' setting settings item react parent child list data meta metadata context state scope node'
    ' tree cell prop property field form input menu tab host known site pub sharing feature flag'
    ' lock topic message compound natural surrogate s3 file path media log sub issue jira'
    ' project space bucket blob press pressed down up enter escape return modifier function'
    ' control shift alt'
)
_NO_TOKENS = word_set(
    'next page continuation cursor sync cancellation cancel eos bos pad sep unk stop start end'
    ' first last max min num current lookahead total prompt completion input output cached'
    ' special mask previous prev resume skip change lock starting pagination scroll'
)
_PLURALS_THAT_COUNT = word_set('tokens keys')


@lru_cache(maxsize=8192)
def strength(name: str) -> Strength:
    """How much the name of a value tells, whatever its spelling."""
    words = [word.lower() for word in _WORD.findall(name[-120:])]
    while len(words) > 1 and (words[-1] in _SAY_NOTHING or words[-1].isdigit()):
        words.pop()
    if not words:
        return Strength.NOTHING
    last, before = words[-1], words[-2] if len(words) > 1 else ''
    if last in ('key', 'keys'):
        return _of_key(last, before)
    if last in ('token', 'tokens') and before in _NO_TOKENS:
        return Strength.NOTHING
    if last in _PASSWORDS or last.endswith(_ENDS[:5] + _ENDS[11:12] + _ENDS[14:]):
        return Strength.PASSWORD
    if last in _TOKENS or last.endswith(_ENDS):
        return Strength.TOKEN
    return Strength.NOTHING


def _of_key(last: str, before: str) -> Strength:
    if before in _NO_KEYS:
        return Strength.NOTHING
    return Strength.TOKEN if before and last == 'key' else Strength.VAGUE


def kind_of(name: str) -> str:
    """What a placeholder calls a secret of that name."""
    words = [word.lower() for word in _WORD.findall(name[-120:])]
    for word in reversed(words):
        for kind, marks in _KINDS:
            if word.endswith(marks):
                return kind
    return 'secret'


_KINDS = (
    ('password', ('password', 'passwd', 'pass', 'passphrase', 'passcode', 'pwd', 'pw', 'passwort')),
    ('token', ('token', 'jwt', 'pat', 'bearer')),
    ('key', ('key', 'apikey')),
    ('secret', ('secret', 'secrets')),
    ('credential', ('credential', 'credentials', 'cred', 'creds', 'auth', 'authorization')),
    ('cookie', ('cookie', 'cookies')),
)
