"""OpenCode's sessions. The door of the room."""

from __future__ import annotations

from learn_core.agents.opencode.places import (
    NAME,
    find,
    mentions,
    parts,
    recognises,
    roots,
    size,
    subagents,
)
from learn_core.agents.opencode.reading import read
from learn_core.agents.opencode.tools import CAPABILITIES, TOOLS

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
