"""GitHub Copilot CLI's session logs. The door of the room."""

from __future__ import annotations

from learn_core.agents.copilot.places import NAME, find, parts, recognises, roots, subagents
from learn_core.agents.copilot.reading import read
from learn_core.agents.copilot.tools import CAPABILITIES, TOOLS
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
