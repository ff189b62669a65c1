"""The same for a terminal: plain lines, without a colour, and nothing in them that steers it."""

from __future__ import annotations

import textwrap
import time
from typing import TYPE_CHECKING

from learn_core.page import plots, words
from learn_core.page.verdict import moment
from learn_core.page.visible import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.page.entries import Entry
    from learn_core.page.model import File, Page
    from learn_core.page.plots import Step

WIDTH = 80  # characters, where nobody says how wide it is

_BAR = 24  # characters


def text_of(page: Page, width: int = WIDTH) -> Iterator[str]:
    """All that is on the page, line by line, none wider than `width` characters of content.

    A line of a text that leaves is folded to it, nothing of it is left out.
    """
    for line in _overview(page):
        yield from _folded(line, width)
    for file in page.files:
        yield ''
        for line in _headed(f'{words.short(file)}  ({file.name})'):
            yield from _folded(line, width)
        for number, entry, at in file.told():
            yield ''
            yield from _entry(number, entry, at, width)


def _overview(page: Page) -> Iterator[str]:
    yield page.verdict.headline
    yield from page.verdict.more
    yield ''
    yield from _pairs(_facts(page))
    if page.requests:
        yield from ('', *_headed('Requests'))
        for one in page.requests:
            status = one.status or 'no answer'
            yield f'{one.method:<6} {status}  {one.path}'
            yield f'       {one.sent:,} bytes sent, {one.received:,} received'
    if not page.files:
        return
    yield from ('', *_headed('Files'))
    for file in page.files:
        yield from _file(file)
    yield from ('', *_headed('What is not sent'))
    yield from [f'{session}: {reason}' for session, reason in page.missing]
    yield from _columns(page.left_out.items())
    yield from ('', *_headed('Redactions'))
    yield from _columns(page.redactions.items())
    for places in page.places.values():
        for place in places:
            yield f'  {place.before}{place.placeholder}{place.after}'
    yield from ('', *_headed('What the rules saved, in bytes'))
    yield from [_step(step) for step in plots.steps_of(page)]
    yield from ('', *_headed('Time'))
    for line in page.timelines:
        spent = f'{moment(line.first)}, {words.duration(line.last - line.first)}'
        yield line.log
        yield f'  {spent if line.events else "not known when"}'
        counts = [f'{words.LANE_NAMES[lane]} {line.counts[lane]:,}' for lane in line.counts]
        yield f'  {", ".join(counts)}'


def _facts(page: Page) -> list[tuple[str, str]]:
    pull = f'#{page.pull.get("number")}' if page.pull else 'none'
    facts = [
        ('plan', page.plan_url or f'#{page.plan}'),
        ('gist', page.gist_url or 'none was made'),
        ('workflow', page.workflow_url or 'none was started'),
        ('PR', pull),
        ('set off by', f'{page.trigger}, {moment(page.began)}'),
    ]
    if page.files:
        facts += [
            ('size', f'{page.size:,} bytes, {page.tokens:,} tokens'),
            ('in it', f'{len(page.files):,} files of {page.sessions:,} sessions'),
            ('redacted', f'{page.redactions.total():,} placeholders'),
            ('sha256', page.sha256),
            ('digest', page.digest),
            ('packed by', f'learn-hook {page.version}, format {page.format}'),
        ]
    return [*facts, ('lies in', page.directory)]


def _file(file: File) -> Iterator[str]:
    yield ('  ' if file.is_agent else '') + file.name
    tokens = f', {file.tokens:,} tokens' if file.is_session else ''
    why = f'; {words.why(file.why)}' if file.why else ''
    entries = words.counted(file.entries, 'entry', 'entries')
    yield f'    {entries}, {file.size:,} bytes{tokens}{why}'


def _step(step: Step) -> str:
    begin = round(step.bar.x * _BAR / 100)
    bar = ' ' * begin + '#' * max(1, round(step.bar.width * _BAR / 100))
    size = f'{step.size:,}' if step.is_total else f'{step.size:+,}'
    return f'{step.label:<38}{size:>14}  {bar}'


def _entry(number: int, entry: Entry, at: int, width: int) -> Iterator[str]:
    when = time.strftime('%H:%M:%S', time.gmtime(at)) if at else ''
    facts = [words.fact(fact) for fact in entry.facts]
    yield from _folded('  '.join(filter(None, [f'{number} {entry.label}', *facts, when])), width)
    for field in entry.fields:
        if field.name:
            yield from _folded(f'  {field.name}:', width)
        for line in field.text.split('\n'):
            yield from _folded(f'    {line}', width)


def _headed(title: str) -> tuple[str, str]:
    return title, '-' * min(len(title), WIDTH)


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [f'{name:<12}{value}' for name, value in pairs]


def _columns(counts: Iterable[tuple[str, int]]) -> list[str]:
    return [f'{count:>12,}  {name}' for name, count in counts]


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
