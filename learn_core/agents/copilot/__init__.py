"""GitHub Copilot CLI's session logs. The door of the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.agents.copilot.places import NAME, find, parts, recognises, roots, subagents
from learn_core.agents.copilot.reading import read
from learn_core.agents.files import contents
from learn_core.agents.transcript import Capabilities, Tool

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ['NAME', 'contents', 'find', 'parts', 'read', 'recognises', 'roots', 'subagents']

CAPABILITIES = Capabilities(
    branch='at the start, at each resume and change',
    times='yes',
    errors='a flag on each tool result; exit codes in its text',
    reasoning='yes',
    subagents='in the session, by agent id',
    rewinds='no: undone events are deleted',
    queued_prompts='yes',
)

_SHELL = Tool('run', command='command')
TOOLS: Mapping[str, Tool] = {
    'bash': _SHELL,
    'powershell': _SHELL,
    'read_bash': Tool('run'),
    'read_powershell': Tool('run'),
    'write_bash': Tool('run', command='input'),
    'view': Tool('read', path='path'),
    'grep': Tool('search', path='path'),
    'glob': Tool('search', path='path'),
    'rg': Tool('search', path='path'),
    'edit': Tool('edit', path='path', old='old_str', new='new_str'),
    'apply_patch': Tool('edit', patch='input'),
    'create': Tool('write', path='path', content='file_text'),
    'ask_user': Tool('ask'),
    'exit_plan_mode': Tool('propose', content='summary'),
    'task': Tool('delegate', content='prompt'),
    'web_fetch': Tool('fetch'),
}
