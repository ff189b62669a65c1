"""The first reading of a transcript: what must be known before its first entry is rendered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learn_core.agents import UNREADABLE, Entry, Image, Index, Text, ToolCall, reader, size_of, tool
from learn_core.preprocess.rules.parameters import is_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from learn_core.agents import Transcript

SMALL = 16_000_000  # bytes of a transcript whose entries are kept until the second reading
FEWEST_ENTRIES = 3

_NOT_IN_A_WORD = re.compile(r'[\W_]')


@dataclass
class FirstPass:
    """What is known of a transcript, collected entry by entry, and the way to read them once more.

    `entries` are those that say something. `last_plan` is the id of the call that holds the plan in
    its last version; `has_report`: the last words are the agent's, with no tool call behind them.
    """

    agent: str
    is_subagent: bool = False
    answered: bool = False
    prompted: bool = False
    first_words: str = ''
    entries: int = 0
    bytes_in: int = 0
    last_plan: str = ''
    has_report: bool = False
    index: Index = field(default_factory=Index)
    read: Callable[[], Iterable[Entry]] = list

    def meet(self, entry: Entry) -> None:
        """Adds an entry."""
        self.entries += entry.dropped not in {UNREADABLE, 'file-history-snapshot'}
        if entry.dropped or not entry.blocks:
            return
        self.has_report = entry.type == 'assistant' and isinstance(entry.blocks[-1], Text)
        words = ''.join([block.text for block in entry.blocks if isinstance(block, Text)])
        if entry.type == 'assistant':
            self.answered |= bool(words.strip())
            self._note_plans(entry)
        elif entry.is_prompt:
            shows = any(isinstance(block, Image) for block in entry.blocks)
            if not (self.prompted or shows):
                self.first_words = words
            self.prompted |= shows or bool(words.strip())

    def _note_plans(self, entry: Entry) -> None:
        for block in entry.blocks:
            if isinstance(block, ToolCall) and is_plan(block, tool(self.agent, block.name)):
                self.last_plan = block.id

    @property
    def is_silent(self) -> bool:
        """Whether it is a sub-agent's, which ended without a report."""
        return self.is_subagent and bool(self.bytes_in) and not self.has_report

    @property
    def verdict(self) -> str:
        """Rule 1: `empty`, `warm-up`, or an empty text for a transcript to learn from.

        Empty is one of fewer than 3 entries, or without a prompt or an answer; a warm-up is one
        whose first prompt is the single word, ignoring case and punctuation.
        """
        first = self.first_words
        if len(first) < 100 and _NOT_IN_A_WORD.sub('', first).casefold() == 'warmup':
            return 'warm-up'
        fewest = 0 if self.is_subagent else FEWEST_ENTRIES
        is_complete = self.prompted and self.answered and self.entries >= fewest
        return '' if is_complete else 'empty'


def first_pass(transcript: Transcript) -> FirstPass:
    """A session's transcript, or a sub-agent's. Raises LearnError if it cannot be opened."""
    agent = transcript.subagent
    is_nested = agent is not None and bool(agent.places)
    # nested entries need not hold an agent's words, only its tools
    first = FirstPass(transcript.agent, agent is not None, answered=is_nested)
    size = size_of(transcript)
    first.bytes_in = 0 if is_nested else size  # those of the session's own transcript were counted
    first.read = reader(transcript)
    if size <= SMALL:
        kept = list(first.read())
        first.read = lambda: kept
    for entry in first.read():
        first.index.add(entry)
        first.meet(entry)
    return first
