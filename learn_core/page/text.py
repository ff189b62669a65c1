"""The same for a terminal: plain lines, without colour, and nothing in them that steers it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from learn_core.materials.packed import OVERVIEW
from learn_core.page import words
from learn_core.page.parts import parts_of, redactions_of
from learn_core.page.verdict import ALLOW, commands_of, moment, verdict_of
from learn_core.page.visible import plain
from learn_core.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from learn_core.page.entries import Entry
    from learn_core.page.parts import Part
    from learn_core.page.shown import Shown, Suspicious

WIDTH = 80  # characters, unless the terminal tells its width

_FEW = 40  # lines of the overview


def text_of(shown: Shown, now: float, width: int = WIDTH, *, full: bool = False) -> Iterator[str]:
    """What is on the page, line by line, none wider than `width` characters.

    The conversation is there only in `full`, with every word; its lines are folded.
    """
    parts = parts_of(shown)
    for line in _summary(shown, parts, now, full=full):
        yield from _folded(line, width)
    for part in parts if full else ():
        for line in _conversation(part):
            yield from _folded(line, width)


def _summary(shown: Shown, parts: Sequence[Part], now: float, *, full: bool) -> Iterator[str]:
    verdict = verdict_of(shown, now)
    yield verdict.headline
    yield from [f'plan #{shown.plan}: {shown.title}'] if shown.title else []
    yield from filter(None, [verdict.readers, *verdict.more])
    yield from [f'  {line}  {does}' for line, does in commands_of(shown)]
    if parts:
        yield from _suspicious(shown.suspicious)
        yield from _overview(shown.files.get(OVERVIEW, ''), full=full)
        yield from _headed('Conversation')
        yield from map(_part, parts)
        yield from [] if full else ['--full prints every word of it.']
        yield from _redactions(parts)
        yield from _left_out(shown)
    yield from _headed('Technical')
    yield from [f'{name:<14}{value}' for name, value in _facts(shown) if value]
    yield from shown.history
    for one in shown.requests:
        answer = f'{one.status or "no answer"}, {one.received:,} bytes received'
        yield f'{one.method:<6} {one.path}: {one.sent:,} bytes sent, {answer}'


def _suspicious(found: Sequence[Suspicious] | None) -> Iterator[str]:
    if found is None:
        return
    yield from _headed('Could a secret have slipped through?')
    if not found:
        yield 'No remaining line looks like a secret.'
    for one in found:
        times = f', {one.times:,} times' if one.times > 1 else ''
        yield one.text.strip()
        yield f'    {one.file}, line {one.line:,}{times}: {one.why}'
        yield f'    It is a secret: {one.rule}'


def _overview(text: str, *, full: bool) -> Iterator[str]:
    if not text:
        return
    lines = text.rstrip('\n').split('\n')
    yield from _headed('Overview')
    yield from lines if full else lines[:_FEW]
    if len(lines) > _FEW and not full:
        yield f'... and {len(lines) - _FEW:,} more lines: --full'


def _redactions(parts: Sequence[Part]) -> Iterator[str]:
    yield from _headed('Redactions')
    found = redactions_of(parts)
    for one in found:
        yield f'{one.times:>8,}  {one.before}{one.placeholder}{one.after}'
    if found:
        yield f'Was one of them no secret? {ALLOW}'
    else:
        yield 'Nothing that looks like a secret was found.'


def _left_out(shown: Shown) -> Iterator[str]:
    if shown.missing or shown.left_out:
        yield from _headed('Left out')
    yield from [f'session {one.session_id}: {one.reason}' for one in shown.missing]
    yield from [f'{count:>8,}  {rule}' for rule, count in shown.left_out.items()]


def _facts(shown: Shown) -> list[tuple[str, str]]:
    return [
        ('plan', shown.plan_url),
        ('materials', shown.gist_url),
        ('workflow run', shown.workflow_url),
        ('pull request', f'#{shown.pull}' if shown.pull else ''),
        ('started by', f'{shown.trigger}, {moment(shown.began)}' if shown.trigger else ''),
        ('kept in', shown.directory),
        ('size', f'{shown.size:,} bytes' if shown.size else ''),
        ('sha256', shown.sha256),
        ('digest', shown.digest),
    ]


def _part(part: Part) -> str:
    entries = counted(len(part.entries), 'entry', 'entries')
    tokens = f', {part.tokens:,} tokens' if part.tokens else ''
    return f'{"  " if part.is_agent else ""}{part.name}: {entries}{tokens}'


def _conversation(part: Part) -> Iterator[str]:
    yield from _headed(f'{part.label}  ({part.name})')
    for number, entry in part.numbered():
        yield ''
        yield from _entry(number, entry)


def _entry(number: int, entry: Entry) -> Iterator[str]:
    yield f'{number} {entry.label}  {words.facts(entry.facts)}'.rstrip()
    for field in entry.fields:
        if field.name:
            yield f'  {field.name}:'
        yield from [f'    {line}' for line in field.text.split('\n')]


def _headed(title: str) -> Iterable[str]:
    return '', title, '-' * min(len(title), WIDTH)


def _folded(line: str, width: int) -> list[str]:
    line = plain(line)
    if len(line) <= width:
        return [line]
    indent = ' ' * min(len(line) - len(line.lstrip()), 16)
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=indent,
        drop_whitespace=False,
        replace_whitespace=False,
        expand_tabs=False,
        break_on_hyphens=False,
    )
