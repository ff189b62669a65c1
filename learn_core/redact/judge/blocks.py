"""Secrets of several lines: keys, manifests and lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.redact.judge import columns, names, values
from learn_core.redact.judge.extent import FAR
from learn_core.redact.judge.names import Strength
from learn_core.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST = 20_000  # characters of a key or of a manifest

# between two lines of a key: line ends, and the prefixes of listings and diffs
_GAP = r'(?:\s|\\+[nrt]|["\'+,|<>#*;.`\\-]|(?<=[\s|])\d{1,6}(?=[\t→:|])|[→:])'
_HEADER = (
    r'(?:Proc-Type|DEK-Info|Comment|Version|Hash|Charset|MessageID|Subject|X-[\w-]{1,30}):[^\n\\]*'
)
_BODY = re.compile(
    rf'(?:{_GAP}{{0,40}}(?:{_HEADER}|[A-Za-z0-9+/=]{{16,}}))+(?:{_GAP}{{1,40}}[A-Za-z0-9+/=]{{1,15}}'
    rf'(?={_GAP}{{0,40}}(?:-{{4,5}} ?END|$)))?'
)
_END = re.compile(r'-{4,5} ?END[ A-Z0-9+]{0,40}PRIVATE[ +]{1,3}KEY(?:[ +]{1,3}BLOCK)?-{4,5}')
_NO_KEY = re.compile(rf'<[^>]*>|{_HEADER}|\\+[nrt]|[^A-Za-z0-9+/=<]+|<')
_TOKENS = re.compile(r'\\+[nrt]|[A-Za-z0-9+/=]+|[^A-Za-z0-9+/=\\]+|\\')
_BETWEEN = re.compile(r'(?:\\[nrt]|[\s"\'+,|<>#*→:;.`\\-]){1,60}')
_LINE = re.compile(r'[A-Za-z0-9+/=]+')
_PUTTY = re.compile(r'\s{0,9}(?:[A-Za-z0-9+/=]{20,}(?:\s{1,9}|\Z))+')
_FIELD = re.compile(r'^([ \t]*)(data|stringData):[ \t]*$', re.MULTILINE)
_KIND = re.compile(r'([ \t]*)kind:')
_ENTRY = re.compile(r'[ \t]+["\']?[\w.-]+["\']?:[ \t]*["\']?([^\s"\'#]*)')
_JSON_FIELD = re.compile(r'"(?:data|stringData)"\s*:\s*\{([^{}]*)\}')
_LIST = re.compile(r"""([\w.-]{1,60})["'`]{0,2}[ \t]{0,3}[:=]>?[ \t]{0,3}[\[{(]\s{0,40}["'`]$""")
_LIST_END = re.compile(r"""["'`]\s{0,40},?\s{0,40}[\])}]|["'`][ \t]{0,3}:""")
_ITEM = re.compile(r"""(["'`])(?=[^\d\s"'`]{0,80}\d)([^\s"'`]{6,4096})\1""")
_JSON_ENTRY = re.compile(r'"[^"]+"\s*:\s*"([^"\s]{4,})"')


def private_key(text: str, start: int, end: int) -> Iterator[Span]:
    """A key from its first line to its last, or to where it was cut off."""
    next_key = text.find('-----BEGIN', end, end + LONGEST)
    last = _END.search(text, end, next_key if next_key >= 0 else end + LONGEST)
    if last is not None and _is_key(text[end : last.start()]):
        yield Span(start, last.end(), 'private-key')
        return
    body = _BODY.match(text, end, end + LONGEST)
    if body is not None:
        yield Span(start, body.end(), 'private-key')


def _is_key(between: str) -> bool:
    """Whether only a key stands between two markers, which also occur in prose."""
    plain = _NO_KEY.sub('', between)
    return len(plain) >= 48 and not values.is_worded(plain)


def key_tail(text: str, start: int, end: int) -> Iterator[Span]:
    """The lines before the last line of a key whose first line is missing."""
    begin = max(0, start - LONGEST)
    marker = max(text.rfind(word, begin, start) for word in ('PRIVATE KEY', 'PRIVATE   KEY'))
    begin = marker + 40 if marker >= 0 else begin
    first = _key_begins(text, begin, start)
    if first < start:
        yield Span(first, end, 'private-key')


def _key_begins(text: str, begin: int, end: int) -> int:
    """Where the lines of a key that end at `end` begin; `end` if there are none.

    Reads backwards: lines of base64, of which the last may be short, and prefixes of a listing.
    """
    tokens = list(_TOKENS.finditer(text, begin, end)) if begin < end else []
    first, is_last = end, True
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if len(token[0]) >= 16 and _LINE.fullmatch(token[0]):
            first, is_last = token.start(), False
        elif not _BETWEEN.fullmatch(token[0]) and not token[0].isdigit():
            if not (is_last and _LINE.fullmatch(token[0])):
                break
            is_last = False
    return first


def putty_key(text: str, _: int, end: int) -> Iterator[Span]:
    """As many lines as it says."""
    body = _PUTTY.match(text, end, end + LONGEST)
    if body is not None:
        yield Span(end, end + len(body[0].rstrip()), 'private-key')


def kubernetes_secret(text: str, start: int, end: int) -> Iterator[Span]:
    """Every value under `data` and `stringData` of the manifest, in YAML or JSON."""
    line = text.rfind('\n', 0, start) + 1
    marker = text[max(line, text.rfind('kind', line, start)) : end]
    begin, stop = max(0, start - LONGEST), min(len(text), end + LONGEST)
    for border in ('\n---', marker):  # the next manifest has a marker of its own
        begin = max(begin, text.rfind(border, begin, start))
        after = text.find(border, end, stop)
        stop = after if after >= 0 else stop
    kind = _KIND.match(text, line)
    if kind is not None:
        for field in _FIELD.finditer(text, begin, stop):
            if field[1] == kind[1]:
                yield from _entries(text, field.end(), stop, len(field[1]))
    for field in _JSON_FIELD.finditer(text, begin, stop):
        for entry in _JSON_ENTRY.finditer(text, field.start(1), field.end(1)):
            if not values.is_placeholder(entry[1]):
                yield Span(entry.start(1), entry.end(1), 'kubernetes-secret')


def _entries(text: str, at: int, stop: int, indent: int) -> Iterator[Span]:
    """The values of the following lines, as long as they are indented deeper."""
    at = text.find('\n', at, stop) + 1
    for line in text[at:stop].split('\n') if at else ():
        depth = len(line) - len(line.lstrip(' \t'))
        if line.strip() and depth <= indent:
            return
        entry = _ENTRY.match(line)
        left, right = entry.span(1) if entry else (depth, len(line.rstrip()))
        if right - left > 3 and not values.is_placeholder(line[left:right]):
            yield Span(at + left, at + right, 'kubernetes-secret')
        at += len(line) + 1


def key_lines(text: str, start: int, end: int) -> Iterator[Span]:
    """Lines from the middle of a key, without its first and last line.

    A certificate or public key has a marker before it, and hashes are in lower case.
    """
    begin = max(0, start - LONGEST)
    marker = text.rfind('-----BEGIN', begin, start)
    if marker >= 0 and text.find('-----END', marker, start) < 0:
        return
    body, line = _BODY.match(text, start, start + LONGEST), text[start:end]
    if body is not None and line not in (line.lower(), line.upper()):
        yield Span(start, body.end(), 'private-key')


def secret_list(text: str, start: int, _: int) -> Iterator[Span]:
    """The items in quotes, with a digit, of a list whose name is that of several secrets."""
    name = _LIST.search(text, max(0, start - FAR), start)
    strength = names.strength(name[1].rstrip('sS')) if name else Strength.NOTHING
    if name is None or strength <= Strength.VAGUE:
        return
    stop = _LIST_END.search(text, start, start + LONGEST)
    end = stop.start() + 1 if stop else min(len(text), start + LONGEST)
    for item in _ITEM.finditer(text, start - 1, end):
        if values.is_secret(item[2], min(strength, Strength.SECRET), quoted=True):
            yield Span(*item.span(2), names.kind_of(name[1].rstrip('sS')))


PARTS: dict[str, Callable[[str, int, int], Iterator[Span]]] = {
    'private-key': private_key,
    'key-tail': key_tail,
    'key-lines': key_lines,
    'putty-key': putty_key,
    'kubernetes-secret': kubernetes_secret,
    'secret-list': secret_list,
    'section': columns.section,
    'table': columns.table,
    'insert': columns.insert,
}
