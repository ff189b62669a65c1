"""The secrets in a finding, if there are any.

The patterns of our rules are wide and cheap: they find where a secret may stand. The name before
it, the quotes around it and the value itself decide here whether it is one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.redact.judge import blocks, names, values
from learn_core.redact.judge.assignments import FAR, named
from learn_core.redact.judge.contexts import given
from learn_core.redact.judge.names import Strength
from learn_core.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Judge = Callable[[str, int, int, str], Iterator[Span]]

_OURS_IS_MORE_EXACT = {
    'generic-credential-uri',  # the whole URL
    'private-key',  # from one person's words to another's, where both name a marker
    'kubernetes-secret-yaml',  # the first value with its key
    'hashicorp-tf-password',  # any value of eight letters
}
_NAMES = re.compile(
    r'(?<![\w.-])([A-Za-z_][\w.-]{0,60}(?: [\w.-]{1,60}){0,3})["\'`\\\])]{0,3}[ \t]{0,4}[:=>,-]'
)
_TOKEN = re.compile(r'[\w.~+/=-]+')


def secrets_in(text: str, start: int, end: int, rule: str) -> Iterator[Span]:
    """The secrets of a finding of ours. `rule` is `<group>.<kind>`."""
    group, _, kind = rule.partition('.')
    return _GROUPS[group](text, start, end, kind)


def trusted(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    """A finding of the engine's own rules, unless one of ours is more exact."""
    if kind not in _OURS_IS_MORE_EXACT and not values.is_placeholder(text[start:end]):
        yield Span(start, end, kind)


def _service(text: str, start: int, _: int, kind: str) -> Iterator[Span]:
    """Next to the name of a service only what is surely random: hashes and ids stand there too."""
    begin = max(text.rfind('\n', 0, start) + 1, start - FAR)
    nearest = ''
    for nearest in _NAMES.findall(text, begin, start):  # noqa: B007
        pass
    match = _TOKEN.match(text, start)
    value = text[start : match.end()].rstrip('.') if match else ''
    if not nearest or not _about_a_key(nearest):
        return
    is_hash = re.fullmatch('[0-9a-f]{40}|[0-9a-f]{64}', value) is not None
    if not is_hash and values.is_secret(value, Strength.TOKEN, quoted=False):
        yield Span(start, start + len(value), kind)


_ABOUT_KEYS = names.word_set(
    'api key keys token secret access live prod test auth client app sdk rest bot private'
    ' personal oauth admin credential credentials value production sandbox v1 v2 v3 license'
)


def _about_a_key(name: str) -> bool:
    """Whether no word of the name says that it is something else: an id, a URL, a version."""
    words = re.findall(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d?|\d+', name)[-4:]
    known = [word for word in words if word.lower() in _ABOUT_KEYS or word.isdigit()]
    return len(words) - len(known) <= 1


def _form(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    """A secret known by its form alone, unless it is an example."""
    value = text[start:end]
    if 'EXAMPLE' not in value and len(set(value[4:])) > 5 and not values.is_placeholder(value):
        yield Span(start, end, kind)


def _block(text: str, start: int, end: int, kind: str) -> Iterator[Span]:
    return blocks.PARTS[kind](text, start, end)


_GROUPS: dict[str, Judge] = {
    'named': named,
    'pair': named,
    'given': given,
    'service': _service,
    'form': _form,
    'block': _block,
}
