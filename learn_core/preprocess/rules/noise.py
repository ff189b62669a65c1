"""Rules 2, 3, 6, 11 and 14: blocks that carry no information, and text that the session already
contains.

2. The client's bookkeeping is dropped. An unknown block type is counted and dropped.
3. Documentation of commands and skills is short, and comes once.
6. A command that only searches for transcripts is dropped together with its result; so is an answer
   that only repeats the one before.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from learn_core.agents import Entry, Note, Text, Thinking, ToolCall, ToolResult, Unknown, tool

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from learn_core.agents import Block
    from learn_core.preprocess.memory import Memory

SHORTEST_DOCUMENTATION = 500  # characters; a shorter text is not command documentation
DOCUMENTATION_FIRST = 300

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
_SKILL = re.compile(r'Base directory for this skill: (\S{1,500})')
_HEADING = re.compile(r'^#+ +(\S.{0,80})', re.MULTILINE)
_APPROVED = 'User has approved your plan'
_PLAN_ABOVE = '[the plan above]'
_REMINDER, _REMINDER_END = '<system-reminder>', ('</system-reminder>', '</system-reminder>\n')


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


def without_repeats(entry: Entry, memory: Memory, left_out: Counter[str]) -> Sequence[Block]:
    """The entry's blocks without repeated text, or with a reference in its place."""
    if entry.type == 'assistant':
        new = _without_last_answer(entry.blocks, memory, left_out)
        return [_proposed_once(block, memory, left_out) for block in new]
    if entry.is_meta:
        return [_documented(block, memory, left_out) for block in entry.blocks]
    kept: list[Block] = []
    for block in entry.blocks:
        if isinstance(block, ToolResult):
            kept.append(_result(block, memory, left_out))
        elif reason := _comes_again(block, entry, memory):
            left_out[reason] += 1
        else:
            kept.append(block)
    return kept


def _without_last_answer(
    blocks: Sequence[Block], memory: Memory, left_out: Counter[str]
) -> Sequence[Block]:
    """Rule 6: drops text that repeats the previous answer, if the entry also calls a tool."""
    said = '\n'.join([block.text for block in blocks if isinstance(block, Text)])
    repeated = bool(said) and said == memory.last_answer
    if said:
        memory.last_answer = said
    if not repeated or not any(isinstance(block, ToolCall) for block in blocks):
        return blocks
    left_out['repeated assistant text'] += 1
    return [block for block in blocks if not isinstance(block, Text)]


def _documented(block: Block, memory: Memory, left_out: Counter[str]) -> Block:
    """Rule 3: shortens the documentation of a command; a repetition becomes a reference."""
    if not isinstance(block, Text) or len(block.text) <= SHORTEST_DOCUMENTATION:
        return block
    mark = sha256(block.text.encode()).hexdigest()[:16]
    occurrence = memory.documentation[mark] = memory.documentation.get(mark, 0) + 1
    if occurrence == 1:
        return Text(short_documentation(block.text, left_out))
    left_out['repeated command documentation'] += 1
    return Text(
        f'[Duplicate command documentation block omitted - hash {mark}, occurrence #{occurrence}]'
    )


def short_documentation(text: str, left_out: Counter[str]) -> str:
    """The name and the first characters of a skill's or command's documentation."""
    first, omitted = text[:DOCUMENTATION_FIRST], len(text) - DOCUMENTATION_FIRST
    left_out['characters of documentation'] += omitted
    folder, heading = _SKILL.search(text[:2_000]), _HEADING.search(text[:20_000])
    title = heading[1].strip() if heading else ''
    name = folder[1].rstrip('/').rpartition('/')[2] if folder else title
    name = f' of {name}' if name else ''
    return f'{first}\n[{omitted} more characters of the documentation{name} omitted]'


def _comes_again(block: Block, entry: Entry, memory: Memory) -> str:
    """Why to drop a plan that is known, or a prompt that the client only delivers again."""
    if isinstance(block, Note) and block.kind == 'plan':
        said = any(isinstance(one, Text) and block.text in one.text for one in entry.blocks)
        return 'repeated plan' if memory.again('plan', block.text.strip()) or said else ''
    if isinstance(block, Text):
        memory.last_answer = ''
        if memory.again('prompt', block.text) and entry.subtype == 'auto-continuation':
            return 'prompt delivered again'
    return ''


def _proposed_once(block: Block, memory: Memory, left_out: Counter[str]) -> Block:
    """Remembers a proposed plan: the result that accepts it often repeats it."""
    if not isinstance(block, ToolCall):
        return block
    known = tool(memory.agent, block.name)
    plan = block.parameters.get(known.content)
    if known.does != 'propose' or not isinstance(plan, str):
        return block
    memory.plan = plan.strip()
    if not memory.again('plan', memory.plan):
        return block
    left_out['repeated plan'] += 1
    return block._replace(parameters={**block.parameters, known.content: _PLAN_ABOVE})


def _result(result: ToolResult, memory: Memory, left_out: Counter[str]) -> ToolResult:
    """A result without a plan, or a reminder of the client at its end, that came before."""
    text = result.text
    if memory.plan and text.startswith(_APPROVED) and memory.plan in text:
        left_out['repeated plan'] += 1
        return result._replace(text=text.replace(memory.plan, _PLAN_ABOVE, 1))
    at = text.rfind(_REMINDER) if text.endswith(_REMINDER_END) else -1
    if at < 0 or not memory.again('reminder', text[at:]):
        return result
    left_out['repeated reminder'] += 1
    return result._replace(text=text[:at].rstrip())
