"""The first reading of a transcript: what must be known before its first entry is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learn_core.agents import Text, ToolCall, index_of, read, size_of, tool
from learn_core.preprocess.rules import noise
from learn_core.preprocess.rules.parameters import is_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from learn_core.agents import Entry, Index, Transcript

SMALL = 16_000_000  # bytes of a transcript whose entries are kept until the second reading


@dataclass(frozen=True, kw_only=True)
class FirstPass:
    """What is known of a transcript, and the way to read its entries once more.

    `verdict` is `empty`, `warm-up`, or nothing if there is something to learn from it; `entries`
    are those that say something. `last_plan` is the id of the call that holds the plan in its last
    version; `has_report`: the last words are the assistant's, with no tool call behind them.
    """

    index: Index
    verdict: str
    entries: int
    bytes_in: int
    last_plan: str
    has_report: bool
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
    plans: list[str] = []
    last: list[bool] = []

    def meet(entry: Entry) -> None:
        noise.take_in(impression, entry)
        if entry.blocks and not entry.dropped:
            last[:] = [entry.type == 'assistant' and isinstance(entry.blocks[-1], Text)]
        for block in entry.blocks:
            if isinstance(block, ToolCall) and is_plan(block, tool(transcript.agent, block.name)):
                plans[:] = [block.id]

    index = index_of(entries, meet)
    return FirstPass(
        index=index,
        verdict=noise.verdict(impression),
        entries=impression.entries,
        bytes_in=0 if is_nested else size,  # those of the session's own transcript were counted
        last_plan=plans[0] if plans else '',
        has_report=any(last),
        read=lambda: read(transcript) if kept is None else iter(kept),
    )
