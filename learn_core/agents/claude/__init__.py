"""Claude Code's session logs: all that is known of their format. The door of the room."""

from __future__ import annotations

from learn_core.agents.claude.places import NAME, find, parts, recognises, roots
from learn_core.agents.claude.reading import read
from learn_core.agents.claude.subagents import subagents
from learn_core.agents.claude.tools import CAPABILITIES, TOOLS
from learn_core.agents.search import mentions, size

__all__ = [
    'CAPABILITIES',
    'NAME',
    'TOOLS',
    'find',
    'mentions',
    'parts',
    'read',
    'recognises',
    'roots',
    'size',
    'subagents',
]
