"""Claude Code's session logs: all that is known of their format. The door of the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.agents.claude.places import NAME, find, parts, recognises, roots
from learn_core.agents.claude.reading import read
from learn_core.agents.claude.subagents import subagents
from learn_core.agents.files import contents
from learn_core.agents.transcript import Capabilities, Tool

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ['NAME', 'contents', 'find', 'parts', 'read', 'recognises', 'roots', 'subagents']

CAPABILITIES = Capabilities(
    branch='on every entry',
    times='yes',
    errors='a flag on each tool result',
    reasoning='older clients',
    subagents='files of their own, or nested in the session',
    rewinds='kept, found by their parents',
    queued_prompts='yes',
)

TOOLS: Mapping[str, Tool] = {
    'Bash': Tool('run', command='command'),
    'BashOutput': Tool('run'),
    'TaskOutput': Tool('run'),
    'Read': Tool('read', path='file_path'),
    'NotebookRead': Tool('read', path='notebook_path'),
    'Grep': Tool('search', path='path'),
    'Glob': Tool('search', path='path'),
    'LS': Tool('search', path='path'),
    'Edit': Tool('edit', path='file_path', old='old_string', new='new_string'),
    'Update': Tool('edit', path='file_path', old='old_string', new='new_string'),
    'MultiEdit': Tool('edit', path='file_path'),
    'NotebookEdit': Tool('edit', path='notebook_path', new='new_source'),
    'Write': Tool('write', path='file_path', content='content'),
    'AskUserQuestion': Tool('ask'),
    'ExitPlanMode': Tool('propose', content='plan'),
    'TodoWrite': Tool('todo'),
    'TaskCreate': Tool('todo'),
    'TaskUpdate': Tool('todo'),
    'Task': Tool('delegate', content='prompt'),
    'Agent': Tool('delegate', content='prompt'),
    'WebFetch': Tool('fetch'),
    'WebSearch': Tool('fetch'),
}
