"""Rules 3, 6, 11 and 14: text that the session already contains."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from learn_core.agents import Entry, Note, Text, ToolCall, ToolResult, tool
from learn_core.preprocess.rules.words import short_documentation

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from learn_core.agents import Block
    from learn_core.preprocess.memory import Memory

SHORTEST_DOCUMENTATION = 500  # characters; a shorter text is not command documentation

_APPROVED = 'User has approved your plan'
_PLAN_ABOVE = '[the plan above]'
_REMINDER, _REMINDER_END = '<system-reminder>', ('</system-reminder>', '</system-reminder>\n')


def without_repeats(
    entry: Entry, blocks: Sequence[Block], memory: Memory, left_out: Counter[str]
) -> Sequence[Block]:
    """The blocks without repeated text, or with a reference in its place."""
    if entry.type == 'assistant':
        new = _without_last_answer(blocks, memory, left_out)
        return [_proposed_once(block, memory, left_out) for block in new]
    if entry.is_meta:
        return [_documented(block, memory, left_out) for block in blocks]
    return _without_copies(entry, blocks, memory, left_out)


def fingerprint(text: str) -> str:
    """16 hex digits of a text's SHA-256."""
    return sha256(text.encode()).hexdigest()[:16]


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
    mark = fingerprint(block.text)
    memory.documentation[mark] += 1
    occurrence = memory.documentation[mark]
    if occurrence == 1:
        return Text(short_documentation(block.text, left_out))
    left_out['repeated command documentation'] += 1
    return Text(
        f'[Duplicate command documentation block omitted - hash {mark}, occurrence #{occurrence}]'
    )


def _without_copies(
    entry: Entry, blocks: Sequence[Block], memory: Memory, left_out: Counter[str]
) -> Sequence[Block]:
    """Rules 11 and 14: keeps a plan once, removes repeated reminders from results, and drops a
    prompt that the client only delivers again.
    """
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, ToolResult):
            kept.append(_result(block, memory, left_out))
        elif isinstance(block, Note) and block.kind == 'plan' and _known_plan(block, entry, memory):
            left_out['repeated plan'] += 1
        elif isinstance(block, Text) and _delivered_again(block, entry, memory):
            left_out['prompt delivered again'] += 1
        else:
            kept.append(block)
    return kept


def _known_plan(note: Note, entry: Entry, memory: Memory) -> bool:
    said = any(isinstance(block, Text) and note.text in block.text for block in entry.blocks)
    return _again(note.text.strip(), memory.plans) or said


def _delivered_again(text: Text, entry: Entry, memory: Memory) -> bool:
    memory.last_answer = ''
    return _again(text.text, memory.prompts) and entry.subtype == 'auto-continuation'


def _proposed_once(block: Block, memory: Memory, left_out: Counter[str]) -> Block:
    """Remembers a proposed plan: the result that accepts it often repeats it."""
    known = tool(memory.agent, block.name) if isinstance(block, ToolCall) else None
    if not isinstance(block, ToolCall) or known is None or known.does != 'propose':
        return block
    plan = block.parameters.get(known.content)
    if not isinstance(plan, str):
        return block
    memory.plan = plan.strip()
    if not _again(memory.plan, memory.plans):
        return block
    left_out['repeated plan'] += 1
    return block._replace(parameters={**block.parameters, known.content: _PLAN_ABOVE})


def _result(result: ToolResult, memory: Memory, left_out: Counter[str]) -> ToolResult:
    """A result without a plan or a reminder that the session already contains."""
    text = result.text
    if memory.plan and text.startswith(_APPROVED) and memory.plan in text:
        left_out['repeated plan'] += 1
        return result._replace(text=text.replace(memory.plan, _PLAN_ABOVE, 1))
    if text.endswith(_REMINDER_END):
        return result._replace(text=_without_reminder(text, memory, left_out))
    return result


def _without_reminder(text: str, memory: Memory, left_out: Counter[str]) -> str:
    """A result without the client's reminder at its end, if the same reminder came before."""
    at = text.rfind(_REMINDER)
    if at < 0 or not _again(text[at:], memory.reminders):
        return text
    left_out['repeated reminder'] += 1
    return text[:at].rstrip()


def _again(text: str, known: set[int]) -> bool:
    mark = hash(text)
    if mark in known:
        return True
    known.add(mark)
    return False
