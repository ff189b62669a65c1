"""The first reading of a transcript: what must be known before its first entry is rendered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from learn_core.agents.claude import index_of, lying_beside, nested_entries, read_transcript
from learn_core.preprocess.rules import noise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from learn_core.agents.claude import AgentLog, Entry, Index

_FEW = 2_000  # messages of a nested agent that are kept as well
SMALL = 16_000_000  # bytes of a transcript whose entries are kept until the second reading


@dataclass(frozen=True, kw_only=True)
class FirstPass:
    """What is known of a transcript, and the way to read its entries once more.

    `verdict` is `empty`, `warm-up`, or nothing if there is something to learn from it; `entries`
    are those that say something. `read` yields each entry and whether it was abandoned.
    """

    index: Index
    verdict: str
    entries: int
    bytes_in: int
    read: Callable[[], Iterator[tuple[Entry, bool]]]


def first_pass_of_session(log: Path, session_id: str, left_out: Counter[str]) -> FirstPass:
    """A session's transcript; counts what cannot be read in `left_out`. Raises LearnError."""
    size = _size(log)

    def read(count: Counter[str]) -> Iterator[Entry]:
        return _own(read_transcript(log, count, size), log, session_id, count)

    return _first_pass(read, size, left_out, noise.Impression())


def first_pass_of_agent(log: Path, agent: AgentLog, left_out: Counter[str]) -> FirstPass:
    """A sub-agent's transcript, its own or what is nested in `log`. Raises LearnError."""
    if agent.path is None:
        # nested entries never hold an agent's words, only its tools
        impression = noise.Impression(answered=True)
        size = 0 if len(agent.places) < _FEW else SMALL + 1
        first = _first_pass(lambda _: nested_entries(log, agent), size, left_out, impression)
        return replace(first, bytes_in=0)  # the session's own transcript was counted
    size = _size(agent.path)
    read = partial(_read_agent, agent.path, size)
    return _first_pass(read, size, left_out, noise.Impression())


def _read_agent(path: Path, size: int, count: Counter[str]) -> Iterator[Entry]:
    return read_transcript(path, count, size)


def _first_pass(
    read: Callable[[Counter[str]], Iterable[Entry]],
    size: int,
    left_out: Counter[str],
    impression: noise.Impression,
) -> FirstPass:
    kept = list(read(left_out)) if size <= SMALL else None
    index = index_of(read(left_out) if kept is None else kept, partial(noise.take_in, impression))
    return FirstPass(
        index=index,
        verdict=noise.verdict(impression),
        entries=impression.entries,
        bytes_in=size,
        read=lambda: index.tree.abandoned(read(Counter()) if kept is None else kept),
    )


def _own(
    entries: Iterable[Entry], log: Path, session_id: str, left_out: Counter[str]
) -> Iterator[Entry]:
    """Without entries that another transcript holds, if that one is still there."""
    elsewhere = {'': False, session_id: False, log.stem: False}
    for entry in entries:
        found = elsewhere.get(entry.session_id)
        if found is None:
            found = bool(lying_beside(log, [entry.session_id]))
            elsewhere[entry.session_id] = found
        if found:
            left_out['entry of another session'] += 1
        else:
            yield entry


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):  # reading it says what is wrong
        return 0
