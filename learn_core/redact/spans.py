"""Spans of secrets: merged, and cut to what may be replaced."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Span(NamedTuple):
    """Where a secret stands in a text, in characters, and its kind."""

    start: int
    end: int
    kind: str


def apart(spans: Iterable[Span]) -> list[Span]:
    """Merges overlapping spans; the kind is that of the first, or of the longer of two."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end, one.kind)):
        if merged and span.start < merged[-1].end:
            merged[-1] = merged[-1]._replace(end=max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def outside(spans: Iterable[Span], kept: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """The parts of spans outside the kept ranges, which are sorted and do not overlap."""
    starts = [start for start, _ in kept]
    for span in spans:
        at = span.start
        for number in range(max(0, bisect_right(starts, at) - 1), len(kept)):
            left, right = kept[number]
            if left >= span.end:
                break
            if right > at:
                if left > at:
                    yield span._replace(start=at, end=left)
                at = right
        if at < span.end:
            yield span._replace(start=at)


def union(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in order, overlapping ones merged."""
    return [span[:2] for span in apart(Span(*place, '') for place in places)]
