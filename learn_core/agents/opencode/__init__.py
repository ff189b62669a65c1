"""OpenCode's sessions. The door of the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.agents.opencode.places import (
    NAME,
    contents,
    find,
    parts,
    recognises,
    roots,
    subagents,
)
from learn_core.agents.opencode.reading import read
from learn_core.agents.transcript import Capabilities, Tool

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ['NAME', 'contents', 'find', 'parts', 'read', 'recognises', 'roots', 'subagents']

CAPABILITIES = Capabilities(
    branch='no: found by folder and by commits made meanwhile',
    times='yes',
    errors='a status on each tool call; exit codes of commands',
    reasoning='yes',
    subagents='sessions of their own',
    rewinds='the last one, until the next prompt deletes it',
    queued_prompts='yes, by time',
)

TOOLS: Mapping[str, Tool] = {
    'bash': Tool('run', command='command'),
    'read': Tool('read', path='filePath'),
    'glob': Tool('search', path='path'),
    'grep': Tool('search', path='path'),
    'list': Tool('search', path='path'),
    'edit': Tool('edit', path='filePath', old='oldString', new='newString'),
    'multiedit': Tool('edit', path='filePath'),
    'apply_patch': Tool('edit', patch='patchText'),
    'patch': Tool('edit', patch='patchText'),
    'write': Tool('write', path='filePath', content='content'),
    'question': Tool('ask'),
    'plan_exit': Tool('propose', content='plan'),
    'todowrite': Tool('todo'),
    'todoread': Tool('todo'),
    'task': Tool('delegate', content='prompt'),
    'webfetch': Tool('fetch'),
    'websearch': Tool('fetch'),
}
