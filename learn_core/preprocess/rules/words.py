"""Rules 3 and 15, and what comes before all: long thinking, documentation, control sequences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter

LONGEST_THINKING = 1_500  # characters
THINKING_FIRST, THINKING_LAST = 300, 1_000
DOCUMENTATION_FIRST = 300

# CSI, OSC and other strings up to their end, and the rest of ECMA-48
_CONTROL = re.compile(
    r'(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]'
    r'|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)?'
    r'|\x1b[ -/]*[0-~]?'
    r'|[\x00-\x08\x0e-\x1a]'
)
_ANY_CONTROL = re.compile(r'[\x00-\x08\x0e-\x1b\x80-\x9f]')
_SKILL = re.compile(r'Base directory for this skill: (\S{1,500})')
_BROKEN_END, _BROKEN_BEGINNING = re.compile(r'(?<!\S)\S{1,40}$'), re.compile(r'^\S{1,40}\s')
_HEADING = re.compile(r'^#+ +(\S.{0,80})', re.MULTILINE)


def plain(text: str) -> str:
    """The text without terminal control sequences: colours, cursor moves, titles."""
    return _CONTROL.sub('', text) if _ANY_CONTROL.search(text) else text


def short_thinking(text: str, left_out: Counter[str]) -> str:
    """The beginning of long thinking, and its end: where it got to."""
    if len(text) <= LONGEST_THINKING:
        return text
    first = _BROKEN_END.sub('', text[:THINKING_FIRST])
    last = _BROKEN_BEGINNING.sub('', text[-THINKING_LAST:])
    omitted = len(text) - len(first) - len(last)
    left_out['characters of long thinking'] += omitted
    return f'{first}\n[{omitted} characters of thinking omitted]\n{last}'


def short_documentation(text: str, left_out: Counter[str]) -> str:
    """The name and the first characters of a skill's or command's documentation."""
    first, omitted = text[:DOCUMENTATION_FIRST], len(text) - DOCUMENTATION_FIRST
    left_out['characters of documentation'] += omitted
    folder, heading = _SKILL.search(text[:2_000]), _HEADING.search(text[:20_000])
    title = heading[1].strip() if heading else ''
    name = folder[1].rstrip('/').rpartition('/')[2] if folder else title
    name = f' of {name}' if name else ''
    return f'{first}\n[{omitted} more characters of the documentation{name} omitted]'
