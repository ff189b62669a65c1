"""OpenAI Codex's session logs ("rollouts"). The door of the room."""

from __future__ import annotations

from learn_core.agents.codex.places import NAME, find, parts, recognises, roots, subagents
from learn_core.agents.codex.reading import read
from learn_core.agents.codex.tools import CAPABILITIES, TOOLS
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
