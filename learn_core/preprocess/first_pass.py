"""The first reading of a transcript: what must be known before its first entry is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from learn_core.agents import index_of, read, size_of
from learn_core.preprocess.rules import noise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from learn_core.agents import Entry, Index, Transcript

SMALL = 16_000_000  # bytes of a transcript whose entries are kept until the second reading


@dataclass(frozen=True, kw_only=True)
class FirstPass:
    """What is known of a transcript, and the way to read its entries once more.

    `verdict` is `empty`, `warm-up`, or nothing if there is something to learn from it; `entries`
    are those that say something.
    """

    index: Index
    verdict: str
    entries: int
    bytes_in: int
    read: Callable[[], Iterator[Entry]]


def first_pass(transcript: Transcript) -> FirstPass:
    """A session's transcript, or a sub-agent's. Raises LearnError if it cannot be opened."""
    agent = transcript.subagent
    is_nested = agent is not None and bool(agent.places)
    # nested entries need not hold an agent's words, only its tools
    impression = noise.Impression(is_subagent=agent is not None, answered=is_nested)
    size = size_of(transcript)
    kept = list(read(transcript)) if size <= SMALL else None
    entries = read(transcript) if kept is None else kept
    index = index_of(entries, partial(noise.take_in, impression))
    return FirstPass(
        index=index,
        verdict=noise.verdict(impression),
        entries=impression.entries,
        bytes_in=0 if is_nested else size,  # those of the session's own transcript were counted
        read=lambda: read(transcript) if kept is None else iter(kept),
    )
