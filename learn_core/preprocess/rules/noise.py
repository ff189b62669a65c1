"""Rules 1, 2 and 6: sessions that teach nothing, and blocks that carry no information.

1. A session is empty if it has fewer than 3 entries, no prompt, or no answer. It is a warm-up if
   its first user message is the single word "warmup".
2. The client's bookkeeping is dropped. An unknown block type is counted and dropped.
6. A command that only searches for transcripts is dropped together with its result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learn_core.agents import (
    UNREADABLE,
    Entry,
    Image,
    Note,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Unknown,
    tool,
)

if TYPE_CHECKING:
    from collections import Counter

    from learn_core.agents import Block
    from learn_core.preprocess.memory import Memory

FEWEST_ENTRIES = 3

_LONGEST_LOG_FINDING = 1000  # characters of a command

_TYPE_NAME = re.compile(r'[A-Za-z0-9_.:-]{1,60}')
_NOT_IN_A_WORD = re.compile(r'[\W_]')

_CLAUDE = r"""["']?(~|\$HOME|\$\{HOME\}|/(Users|home)/[^/\s"']+|/root)/\.claude["']?"""
_IN_CLAUDE = rf'{_CLAUDE}(/["\']?|/projects[^\s$`<>|()&;]*)?'
_TEST = r'-(?:i?name|type|m(?:time|min)|newer|maxdepth|print0?|size)'
_LOG_FINDING = re.compile(
    r'pwd'
    rf'|ls(\s+-[A-Za-z0-9-]+)*\s+{_IN_CLAUDE}'
    rf'|find\s+{_IN_CLAUDE}(\s+{_TEST}(\s+(?:-?\d+\w?|[^-\s$`<>|()&;]+))?)*'
)
_JOINED = re.compile(r'&&|;|\n')
_TRIMMED = re.compile(
    r'(\s{0,9}2>\s{0,9}/dev/null|\s{0,9}\|\s{0,9}(head|tail|sort|wc)(\s{1,9}-\S{1,30}){0,9}){1,9}$'
)


@dataclass
class Impression:
    """What rule 1 needs to know about a transcript, collected entry by entry."""

    is_subagent: bool = False
    entries: int = 0
    prompted: bool = False
    answered: bool = False
    first_words: str | None = None


def take_in(impression: Impression, entry: Entry) -> None:
    """Adds an entry to the impression."""
    impression.entries += entry.dropped not in {UNREADABLE, 'file-history-snapshot'}
    if entry.dropped:
        return
    if entry.type == 'assistant':
        impression.answered = impression.answered or _has_text(entry)
    elif entry.is_prompt:
        shows = any(isinstance(block, Image) for block in entry.blocks)
        if not (shows or _has_text(entry)):
            return
        impression.prompted = True
        if impression.first_words is None:
            impression.first_words = '' if shows else ''.join(_texts(entry))


def verdict(impression: Impression) -> str:
    """`empty`, `warm-up`, or an empty text for a session to learn from."""
    if impression.first_words is not None and is_warm_up(impression.first_words):
        return 'warm-up'
    fewest = 0 if impression.is_subagent else FEWEST_ENTRIES
    if impression.entries < fewest or not (impression.prompted and impression.answered):
        return 'empty'
    return ''


def is_warm_up(text: str) -> bool:
    """Whether the text is the single word, ignoring case and punctuation."""
    return len(text) < 100 and _NOT_IN_A_WORD.sub('', text.strip()).casefold() == 'warmup'


def without_noise(entry: Entry, memory: Memory, left_out: Counter[str]) -> Entry:
    """The entry without its blocks that carry no information."""
    kept: list[Block] = []
    for block in entry.blocks:
        reason = _reason_to_hide(entry, block, memory)
        if reason:
            left_out[reason] += 1
        else:
            kept.append(block)
    return entry if len(kept) == len(entry.blocks) else entry._replace(blocks=tuple(kept))


def finds_logs(command: str) -> bool:
    """Whether every part of a shell command only searches for transcripts."""
    parts = [part.strip() for part in _JOINED.split(command) if part.strip()]
    trimmed = (_TRIMMED.sub('', part) for part in parts)
    return bool(parts) and all(_LOG_FINDING.fullmatch(part) for part in trimmed)


def _reason_to_hide(entry: Entry, block: Block, memory: Memory) -> str:
    if isinstance(block, Text):
        return ''
    if isinstance(block, ToolCall):
        return 'log-finding command' if _hides(block, memory) else ''
    if isinstance(block, ToolResult):
        return 'result of a log-finding command' if block.tool_use_id in memory.hidden else ''
    if isinstance(block, Thinking):
        return '' if block.text.strip() else 'thinking without text'
    if isinstance(block, Unknown):
        return f'unknown block {_name(block.type)}'
    if isinstance(block, Note) and block.kind == 'system' and not block.text:
        return '' if _tells(entry, block) else f'system {_name(entry.subtype)} without text'
    return ''


def _hides(call: ToolCall, memory: Memory) -> bool:
    """Whether to drop a command that only searches for transcripts."""
    command = call.parameters.get(tool(memory.agent, call.name).command)
    if not isinstance(command, str) or len(command) >= _LONGEST_LOG_FINDING or not call.id:
        return False
    if not finds_logs(command):
        return False
    memory.hidden.add(call.id)
    return True


def _tells(entry: Entry, note: Note) -> bool:
    return bool(note.facts) or entry.subtype == 'compact_boundary'


def _has_text(entry: Entry) -> bool:
    return any(text.strip() for text in _texts(entry))


def _texts(entry: Entry) -> list[str]:
    return [block.text for block in entry.blocks if isinstance(block, Text)]


def _name(kind: str) -> str:
    return kind if _TYPE_NAME.fullmatch(kind) else '?'
