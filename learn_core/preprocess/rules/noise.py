"""Rules 2 and 6: blocks that carry no information.

2. The client's bookkeeping is dropped. An unknown block type is counted and dropped.
6. A command that only searches for transcripts is dropped together with its result.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.agents import Entry, Note, Thinking, ToolCall, ToolResult, Unknown, tool

if TYPE_CHECKING:
    from collections import Counter

    from learn_core.agents import Block
    from learn_core.preprocess.memory import Memory

_LONGEST_LOG_FINDING = 1000  # characters of a command

_TYPE_NAME = re.compile(r'[A-Za-z0-9_.:-]{1,60}')

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


def without_noise(entry: Entry, memory: Memory, left_out: Counter[str]) -> Entry:
    """The entry without its blocks that carry no information."""
    kept: list[Block] = []
    for block in entry.blocks:
        if reason := _reason_to_hide(entry, block, memory):
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
    match block:
        case ToolCall() if _hides(block, memory):
            return 'log-finding command'
        case ToolResult() if block.tool_use_id in memory.hidden:
            return 'result of a log-finding command'
        case Thinking() if not block.text.strip():
            return 'thinking without text'
        case Unknown():
            return f'unknown block {_name(block.type)}'
        case Note('system', '', ()) if entry.subtype != 'compact_boundary':
            return f'system {_name(entry.subtype)} without text'
    return ''


def _hides(call: ToolCall, memory: Memory) -> bool:
    """Whether to drop a command that only searches for transcripts, and later its result."""
    command = call.parameters.get(tool(memory.agent, call.name).command)
    if not isinstance(command, str) or len(command) >= _LONGEST_LOG_FINDING or not call.id:
        return False
    hides = finds_logs(command)
    if hides:
        memory.hidden.add(call.id)
    return hides


def _name(kind: str) -> str:
    return kind if _TYPE_NAME.fullmatch(kind) else '?'
