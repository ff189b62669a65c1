"""Numbers -> bars and marks in percent of a plot's width. The template draws them as SVG. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from learn_core.page.timeline import LANES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from learn_core.page.model import Page
    from learn_core.page.timeline import Timeline

MANY = 60  # files, of which each has no row of its own any more
HEIGHT = 160  # pixels of a plot of many files
COLUMNS = 400  # places for a mark in a lane: several marks of one place are one
GROUPS = ('user', 'assistant', 'thinking', 'tool', 'result', 'other', 'around')

_GROUP_OF = {'tool_use': 'tool', 'tool_result': 'result'}


class Bar(NamedTuple):
    """A bar of a kind: where it begins and how wide it is, in percent."""

    kind: str
    x: float
    width: float


class Step(NamedTuple):
    """A step of the way from raw logs to what is sent: what it adds, in bytes, and its bar.

    A total adds nothing: `size` is what there is then.
    """

    label: str
    size: int
    is_total: bool
    bar: Bar


class Stack(NamedTuple):
    """The tokens of a file by kind; `around` are those of its wrapper and meta lines."""

    name: str
    total: int
    parts: tuple[tuple[str, int], ...]
    bars: tuple[Bar, ...]


class Column(NamedTuple):
    """A bar that stands: where it begins and how wide it is in percent, where it ends and how high
    it is in pixels from the top of a plot that is `HEIGHT` high.
    """

    kind: str
    x: float
    width: float
    y: float
    height: float


class Lane(NamedTuple):
    """The marks of one kind in a log's time."""

    kind: str
    marks: int
    bars: tuple[Bar, ...]


def steps_of(page: Page) -> tuple[Step, ...]:
    """What each rule saved, from raw to sent; nothing where it was not measured for all."""
    said = page.measured.steps
    unmeasured = any(file.is_session and not file.by_tag for file in page.files)
    if unmeasured or not page.measured.bytes_in:
        return ()
    sessions = sum(file.size for file in page.files if file.is_session)
    comments = sum(file.size for file in page.files if file.name.startswith('pr-'))
    short_uses, uses = said.get('short parameters', 0), said.get('parameters', 0)
    once, short = said.get('once', 0), said.get('short', 0)
    raw, outputs = page.measured.bytes_in, said.get('outputs', 0)
    changes = (
        ('results kept beside the logs', outputs),
        ('JSON around it, bookkeeping, images', said.get('said', 0) - raw - outputs),
        ('secrets replaced', said.get('redacted', 0) - said.get('said', 0)),
        ('said before', once - said.get('redacted', 0)),
        ('long parameters shortened', short_uses - uses),
        ('long results shortened', short - short_uses - once + uses),
        ('tags of the XML', sessions - short),
        ('comments of the pull request', comments),
        ('manifest and packing', page.size - sessions - comments),
    )
    widest = max(raw + outputs, page.size)
    steps = [Step('session logs', raw, True, _span('total', 0, raw, widest))]
    level = raw
    for label, change in changes:
        if change:
            kind = 'saved' if change < 0 else 'added'
            bar = _span(kind, min(level, level + change), max(level, level + change), widest)
            steps.append(Step(label, change, False, bar))
            level += change
    return (*steps, Step('sent', page.size, True, _span('total', 0, page.size, widest)))


def stacks_of(page: Page) -> tuple[Stack, ...]:
    """Tokens by kind of each session's file; nothing where they were not measured."""
    widest = axis(page)
    stacks = []
    for file in page.files:
        if not 0 < sum(file.by_tag.values()) <= file.tokens:
            continue
        tokens = dict.fromkeys(GROUPS, 0)
        for tag, count in file.by_tag.items():
            group = _GROUP_OF.get(tag, tag)
            tokens[group if group in tokens else 'other'] += count
        tokens['around'] = file.tokens - sum(tokens.values())
        stacks.append(
            Stack(file.name, file.tokens, tuple(tokens.items()), _stacked(tokens, widest))
        )
    return tuple(stacks)


def columns_of(stacks: Sequence[Stack]) -> tuple[Column, ...]:
    """The bars of many files side by side, each standing."""
    width = 100 / max(1, len(stacks))
    return tuple(
        Column(
            bar.kind,
            round(at * width, 3),
            round(width * 0.9, 3),
            round(HEIGHT * (1 - (bar.x + bar.width) / 100), 1),
            round(HEIGHT * bar.width / 100, 1),
        )
        for at, stack in enumerate(stacks)
        for bar in stack.bars
    )


def axis(page: Page) -> float:
    """The tokens that the width of the plot stands for: a little more than the limit."""
    return max(page.measured.max_tokens, *(file.tokens for file in page.files), 1) * 1.04


def lanes_of(timeline: Timeline) -> tuple[Lane, ...]:
    """The lanes of a log that have marks; marks that would cover one another are one."""
    first, length = timeline.first, max(1, timeline.last - timeline.first)
    places: dict[str, set[int]] = {}
    for at, lane in timeline.events:
        places.setdefault(lane, set()).add((at - first) * (COLUMNS - 1) // length)
    width = 100 / COLUMNS
    return tuple(
        Lane(
            kind,
            timeline.counts[kind],
            tuple(Bar(kind, place * width, width) for place in sorted(places[kind])),
        )
        for kind in LANES
        if kind in places
    )


def counted(counts: Mapping[str, int]) -> tuple[tuple[str, int, Bar], ...]:
    """A bar for each count, the largest first."""
    most = max(counts.values(), default=1)
    pairs = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((name, count, _span('redacted', 0, count, most)) for name, count in pairs)


def _stacked(tokens: Mapping[str, int], widest: float) -> tuple[Bar, ...]:
    bars, at = [], 0
    for kind, count in tokens.items():
        if count:
            bars.append(_span(kind, at, at + count, widest))
            at += count
    return tuple(bars)


def _span(kind: str, start: float, end: float, widest: float) -> Bar:
    return Bar(kind, round(100 * start / widest, 3), round(100 * (end - start) / widest, 3))
