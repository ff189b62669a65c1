"""Claude Code's session logs: all that is known of their format. The door of the room."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from learn_core.transcript.agents import AgentLog, agent_logs, lying_beside
from learn_core.transcript.entries import (
    Block,
    Entry,
    Image,
    Note,
    Text,
    Thinking,
    ToolResult,
    ToolUse,
    Unknown,
    parse_entry,
)
from learn_core.transcript.index import Index, PullRequestLink, Share, index_transcript
from learn_core.transcript.lines import UNREADABLE, read_objects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    'UNREADABLE',
    'AgentLog',
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
    'Unknown',
    'agent_logs',
    'index_transcript',
    'lying_beside',
    'read_transcript',
    'uuids',
]


def read_transcript(log: Path, left_out: Counter[str] | None = None) -> Iterator[Entry]:
    """The entries of a log in its order, one at a time; of any type, known or not.

    What can't be read is counted in `left_out` under `unreadable`. Raises LearnError if the log
    can't be opened or is no regular file, and never for what it holds.
    """
    for fields in read_objects(log, Counter() if left_out is None else left_out):
        yield parse_entry(fields)


def uuids(log: Path) -> frozenset[str]:
    """The ids of a log's entries, which the log of a continued session repeats.

    Raises LearnError if the log can't be opened.
    """
    return frozenset(entry.uuid for entry in read_transcript(log) if entry.uuid)
