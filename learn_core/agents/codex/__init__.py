"""OpenAI Codex's session logs ("rollouts"). The door of the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.agents.codex.places import NAME, find, parts, recognises, roots, subagents
from learn_core.agents.codex.reading import read
from learn_core.agents.files import contents
from learn_core.agents.transcript import Capabilities, Tool

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ['NAME', 'contents', 'find', 'parts', 'read', 'recognises', 'roots', 'subagents']

CAPABILITIES = Capabilities(
    branch='at the start and at each resume',
    times='yes',
    errors='exit codes in events or in the text of results',
    reasoning='summaries only',
    subagents='files of their own',
    rewinds='kept in legacy logs, gone from paginated ones',
    queued_prompts='yes, by their place in a running turn',
)

TOOLS: Mapping[str, Tool] = {
    'exec_command': Tool('run', command='cmd'),
    'shell_command': Tool('run', command='command'),
    'shell': Tool('run', command='command'),
    'local_shell': Tool('run', command='command'),
    'write_stdin': Tool('run', command='chars'),
    'exec': Tool('run', command='input'),
    'wait': Tool('run'),
    'apply_patch': Tool('edit', patch='input'),
    'view_image': Tool('read', path='path'),
    'request_user_input': Tool('ask'),
    'request_user_input_async': Tool('ask'),
    'update_plan': Tool('todo'),
    'spawn_agent': Tool('delegate', content='message'),
    'send_message': Tool('delegate', content='message'),
    'followup_task': Tool('delegate', content='message'),
    'web_search': Tool('fetch'),
    'tool_search': Tool('search'),
}
