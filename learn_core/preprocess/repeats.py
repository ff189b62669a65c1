"""Rules 3, 6 and 14: what the session said already."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from learn_core.transcript import Entry, Note, Text, ToolUse

if TYPE_CHECKING:
    from learn_core.transcript import Block

SHORTEST_DOCUMENTATION = 500  # characters; a shorter text is no documentation of a command


@dataclass
class Memory:
    """What was said so far in one log; long texts are remembered by their hash."""

    uuids: set[str] = field(default_factory=set)
    documentation: Counter[str] = field(default_factory=Counter)
    plans: set[str] = field(default_factory=set)
    prompts: set[str] = field(default_factory=set)
    last_answer: str = ''


def comes_again(entry: Entry, memory: Memory) -> bool:
    """Was an entry of this id read before? Branching and resuming copy whole conversations."""
    if not entry.uuid:
        return False
    known = entry.uuid in memory.uuids
    memory.uuids.add(entry.uuid)
    return known


def without_repeats(entry: Entry, memory: Memory, left_out: Counter[str]) -> Entry:
    """The entry without what was said before, or with a reference in its place."""
    if entry.type == 'assistant':
        blocks = _without_last_answer(entry, memory, left_out)
    elif entry.is_meta:
        blocks = tuple(_documented(block, memory, left_out) for block in entry.blocks)
    else:
        blocks = _without_copies(entry, memory, left_out)
    return entry._replace(blocks=blocks)


def fingerprint(text: str) -> str:
    """16 hex digits of a text's SHA-256."""
    return sha256(text.encode()).hexdigest()[:16]


def _without_last_answer(entry: Entry, memory: Memory, left_out: Counter[str]) -> tuple[Block, ...]:
    """Rule 6: an answer that is the last one again only accompanies the tool that it calls."""
    said = '\n'.join(block.text for block in entry.blocks if isinstance(block, Text))
    repeated = bool(said) and said == memory.last_answer
    if said:
        memory.last_answer = said
    if not repeated or not any(isinstance(block, ToolUse) for block in entry.blocks):
        return entry.blocks
    left_out['repeated assistant text'] += 1
    return tuple(block for block in entry.blocks if not isinstance(block, Text))


def _documented(block: Block, memory: Memory, left_out: Counter[str]) -> Block:
    """Rule 3: documentation of a command that comes again word for word becomes a reference."""
    if not isinstance(block, Text) or len(block.text) <= SHORTEST_DOCUMENTATION:
        return block
    mark = fingerprint(block.text)
    memory.documentation[mark] += 1
    occurrence = memory.documentation[mark]
    if occurrence == 1:
        return block
    left_out['repeated command documentation'] += 1
    return Text(
        f'[Duplicate command documentation block omitted - hash {mark}, occurrence #{occurrence}]'
    )


def _without_copies(entry: Entry, memory: Memory, left_out: Counter[str]) -> tuple[Block, ...]:
    """Rule 14: a plan is kept once, and what the client only delivers again not at all."""
    kept: list[Block] = []
    for block in entry.blocks:
        if isinstance(block, Note) and block.kind == 'plan':
            again = _again(block.text, memory.plans) or _said_in(block.text, entry)
        elif isinstance(block, Text):
            memory.last_answer = ''
            again = _again(block.text, memory.prompts) and entry.origin == 'auto-continuation'
        else:
            again = False
        if again:
            left_out['repeated plan' if isinstance(block, Note) else 'prompt delivered again'] += 1
        else:
            kept.append(block)
    return tuple(kept)


def _again(text: str, known: set[str]) -> bool:
    mark = fingerprint(text)
    if mark in known:
        return True
    known.add(mark)
    return False


def _said_in(plan: str, entry: Entry) -> bool:
    return any(isinstance(block, Text) and plan in block.text for block in entry.blocks)
