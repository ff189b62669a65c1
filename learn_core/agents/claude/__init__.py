"""Claude Code's session logs: all that is known of their format. The door of the room."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.agents.claude.blocks import (
    Block,
    Image,
    Note,
    Text,
    Thinking,
    ToolResult,
    ToolUse,
    Unknown,
)
from learn_core.agents.claude.entries import Entry, parse_entry
from learn_core.agents.claude.index import (
    AgentCall,
    AgentTraces,
    Index,
    PullRequestLink,
    Share,
    index_of,
)
from learn_core.agents.claude.lines import UNREADABLE, read_objects
from learn_core.agents.claude.order import in_order
from learn_core.agents.claude.outputs import with_outputs
from learn_core.agents.claude.subagents import AgentLog, agent_logs, lying_beside, nested_entries
from learn_core.agents.claude.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    'UNREADABLE',
    'AgentCall',
    'AgentLog',
    'AgentTraces',
    'Block',
    'Entry',
    'Image',
    'Index',
    'Note',
    'PullRequestLink',
    'Share',
    'Text',
    'Thinking',
    'ToolResult',
    'ToolUse',
    'Tree',
    'Unknown',
    'agent_logs',
    'in_order',
    'index_of',
    'index_transcript',
    'lying_beside',
    'nested_entries',
    'read_transcript',
    'uuids',
    'with_outputs',
]


def read_transcript(
    log: Path, left_out: Counter[str] | None = None, end: int | None = None
) -> Iterator[Entry]:
    """The entries of a log in its order, one at a time; of any type, known or not.

    Lines that begin at `end` (in bytes) or later are not read. What can't be read is counted in
    `left_out` under `unreadable`. Raises LearnError if the log can't be opened or is no regular
    file, and never for what it holds.
    """
    for at, fields in read_objects(log, Counter() if left_out is None else left_out, end):
        yield parse_entry(fields, at)


def index_transcript(log: Path) -> Index:
    """Reads a log once and keeps no text of it. Raises LearnError if it can't be opened."""
    unreadable: Counter[str] = Counter()
    index = index_of(read_transcript(log, unreadable))
    return replace(index, unreadable=unreadable[UNREADABLE])


def uuids(log: Path) -> frozenset[str]:
    """The ids of a log's entries, which the log of a continued session repeats.

    Raises LearnError if the log can't be opened.
    """
    return frozenset(entry.uuid for entry in read_transcript(log) if entry.uuid)
