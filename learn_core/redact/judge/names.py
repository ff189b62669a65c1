"""Names of secrets: `api_key`, `dbPassword`, `X-Auth-Token`.

The last word decides: `secret_name`, `token_count` and `key_path` name no secrets. The word before
it can rule it out: `primary key` and `next token` are no secrets.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache


class Strength(IntEnum):
    """What a value must look like to be a secret under a name."""

    NOTHING = 0  # never a secret
    VAGUE = 1  # `key`: long and random
    TOKEN = 2  # `api_key`: random
    SECRET = 3  # `client_secret`: random, or a word with digits or signs in it
    PASSWORD = 4  # `password`: any words, unless they are code, a label or a message
    ANYTHING = 5  # `--password`: anything but a reference and a placeholder


_WORD = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+')


def word_set(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


_PASSWORDS = word_set(
    'password passwords passwd passwds passphrase passcode passwort contrasena contrase senha'
    ' motdepasse pass pwd pwds pw psw psk passw requirepass masterauth storepass keypass'
)
_SECRETS = word_set('secret secrets')
_TOKENS = word_set(
    'token tokens apikey apikeys auth authorization credential credentials cred creds cookie'
    ' cookies salt nonce seed mnemonic bearer jwt pat sas csrf xsrf otp hmac authkey accesskey'
    ' secretkey privatekey licensekey signingkey encryptionkey masterkey sharedkey accountkey'
    ' webhook dsn oauth totp phrase skey authcode sessionkey appkey clientkey'
)
# two words that name a secret only together
_TOGETHER = frozenset(
    {('oauth', 'signature'), ('oauth', 'verifier'), ('code', 'verifier'), ('auth', 'code')}
)
# endings of words written together: `dbpassword`, `authtoken`
_ENDS_OF_PASSWORDS = (
    'password', 'passwd', 'passphrase', 'passwort', 'pwd', 'userpass', 'dbpass', 'rootpw',
    'adminpw',
)  # fmt: skip
_ENDS_OF_TOKENS = (
    'secret', 'token', 'apikey', 'accesskey', 'secretkey', 'privatekey', 'authkey', 'credential',
    'credentials',
)  # fmt: skip
# at the end of a name: `PASSWORD_CONFIRMATION`, `newPasswordRepeat`, `password2`
_AGAIN = word_set('confirmation confirm confirmed repeat repeated again retype verify')
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
    ' control shift alt 3 repo repository'
)
_NO_TOKENS = word_set(
    'next page continuation cursor sync cancellation cancel eos bos pad sep unk stop start end'
    ' first last max min num current lookahead total prompt completion input output cached'
    ' special mask previous prev resume skip change lock starting pagination scroll'
    ' request update idempotency'
)
_DENIED = word_set('public encrypted hashed publickeytoken')


@lru_cache(maxsize=8192)
def strength(name: str) -> Strength:
    """What a name, in any spelling, says about its value."""
    words = [word.lower() for word in _WORD.findall(name[-120:])]
    if not _DENIED.isdisjoint(words):
        return Strength.NOTHING
    is_plain = True
    while len(words) > 1 and (
        words[-1] in _SAY_NOTHING or words[-1] in _AGAIN or words[-1].isdigit()
    ):
        is_plain &= words.pop() not in _SAY_NOTHING
    if not words:
        return Strength.NOTHING
    if words[-1] == 'pass' and not is_plain:  # a verb, as in `passValue`
        return Strength.NOTHING
    found = _of_words(words[-1], words[-2] if len(words) > 1 else '')
    return found if is_plain else min(found, Strength.SECRET)


def _of_words(last: str, before: str) -> Strength:
    if last in ('key', 'keys'):
        return _of_key(last, before)
    if last in ('token', 'tokens') and before in _NO_TOKENS:
        return Strength.NOTHING
    if last in _PASSWORDS or last.endswith(_ENDS_OF_PASSWORDS):
        return Strength.PASSWORD
    if last in _SECRETS:
        return Strength.SECRET
    if last in _TOKENS or last.endswith(_ENDS_OF_TOKENS) or (before, last) in _TOGETHER:
        return Strength.TOKEN
    return Strength.NOTHING


def _of_key(last: str, before: str) -> Strength:
    if before in _NO_KEYS:
        return Strength.NOTHING
    return Strength.TOKEN if before and last == 'key' else Strength.VAGUE


def kind_of(name: str) -> str:
    """The kind that the placeholder gives a secret of that name."""
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
