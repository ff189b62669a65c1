"""Secrets of services: what stands beside a service's name, and what the engine's rules find."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.redact.judge import names, values
from learn_core.redact.judge.extent import FAR, trimmed
from learn_core.redact.judge.names import Strength
from learn_core.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_OURS_IS_MORE_EXACT = {
    'generic-credential-uri',  # the whole URL
    'private-key',  # from one person's words to another's, where both name a marker
    'kubernetes-secret-yaml',  # the first value with its key
    'hashicorp-tf-password',  # any value of eight letters
}
_NAMES = re.compile(
    r'(?<![\w.-])([A-Za-z_][\w.-]{0,60}(?: [\w.-]{1,60}){0,3})["\'`\\\])]{0,3}[ \t]{0,4}[:=>,-]'
)
_APART = re.compile(r"""([A-Za-z][\w.-]{0,60})[ \t]{1,3}(?:-[ \t]{1,3})?["'`]?$""")
_TOKEN = re.compile(r'[\w.~+/=-]*')
_ID = re.compile(rf'(?i)[0-9a-f]{{16,}}|\d+|{values.UUID}')
# `price_1Nw…`, `subnet-074b…`: a prefix names a kind of record, unless it says that it is a key
_RECORD = re.compile(
    r'(?!(?:sk|rk|key|keys|tok|token|pat|api|apikey|secret|live|prod|test|sdk|access|bot)[-_])'
    r'[A-Za-z]{1,12}[-_][0-9A-Za-z]+|(?:[A-Z][a-z]+-){2,}.*'
)
_NAME_OF_ID = re.compile(
    r"""(?i)(?:[_ -](?:id|ids|ref|sha|commit)|[a-z]Ids?)["']?[ \t]{0,2}[:=][ \t]{0,2}["']?$"""
)


def trusted(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    """A finding of the engine's own rules, unless it is an id or one of our rules is more exact."""
    value = text[start:end]
    is_id = _ID.fullmatch(value) and _NAME_OF_ID.search(text, max(0, start - 60), start)
    is_innocent = is_id or kind.endswith('client-id') or values.is_placeholder(value)
    if not is_innocent and kind not in _OURS_IS_MORE_EXACT:
        yield Span(start, end, kind)


def beside_a_name(text: str, start: int, _: int) -> int:
    """Where a secret ends that a service's name stands before, or 0. Only what is surely random:
    ids and hashes stand there too.
    """
    line, end = max(text.rfind('\n', 0, start) + 1, start - FAR), token_end(text, start)
    apart, value = _APART.search(text, line, start), text[start:end]
    before = [apart[1]] if apart else _NAMES.findall(text, line, start)
    is_quoted = text[start - 1] in '"\'`'
    is_id = _RECORD.fullmatch(value) or (not is_quoted and _ID.fullmatch(value))
    if is_id or not before or re.fullmatch('[0-9a-f]{40}|[0-9a-f]{64}', value):
        return 0
    is_key = names.is_about_a_key(before[-1]) and (is_quoted or not apart)
    return end if is_key and values.is_secret(value, Strength.TOKEN, quoted=False) else 0


def token_end(text: str, start: int) -> int:
    """The end of letters, digits and the signs of tokens."""
    match = _TOKEN.match(text, start)
    return trimmed(text, start, match.end(), '.') if match else start
