"""Logs made by hand: an entry a line, as the client writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from learn_core.agents import Transcript

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = [
    'agentId', 'attachment', 'compactMetadata', 'content', 'continuedInSessionId', 'data', 'error',
    'gitBranch', 'hookErrors', 'id', 'input', 'isCompactSummary', 'isMeta', 'isSidechain',
    'message', 'model', 'name', 'operation', 'origin', 'planContent', 'prompt', 'role',
    'sessionId', 'source', 'subtype', 'summary', 'text', 'thinking', 'timestamp', 'tool_use_id',
    'toolUseResult', 'type', 'uuid',
]  # fmt: skip
TYPES = [
    'agent_progress', 'assistant', 'attachment', 'base64', 'continued-in', 'enqueue', 'image',
    'plan_file_reference', 'progress', 'queue-operation', 'queued_command', 'summary', 'system',
    'text', 'thinking', 'tool_result', 'tool_use', 'user',
]  # fmt: skip

_odd_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(TYPES)
    | st.text(st.characters(), max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=12,
)
odd_objects = st.builds(
    lambda kind, fields: {**fields, 'type': kind},
    st.sampled_from(TYPES) | _odd_values,
    st.dictionaries(st.sampled_from(FIELDS), _odd_values, max_size=6),
)
"""Objects with the fields of the format, and anything at all in them."""

SESSION = '11111111-aaaa-4bbb-8ccc-000000000001'


def write(log: Path, *entries: object) -> Path:
    """A log with these entries, each on its line."""
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(''.join(json.dumps(entry) + '\n' for entry in entries))
    return log


def of(log: Path, session_id: str = '') -> Transcript:
    """The transcript that a log is."""
    return Transcript(agent='claude', session_id=session_id or log.stem, files=(log,))


def user(content: object, **fields: object) -> dict[str, object]:
    """What a person (or a tool) said."""
    message = {'role': 'user', 'content': content}
    return {'type': 'user', 'sessionId': SESSION, 'message': message, **fields}


def assistant(*blocks: object, **fields: object) -> dict[str, object]:
    """What the model said; a string is a text block."""
    content = [
        {'type': 'text', 'text': block} if isinstance(block, str) else block for block in blocks
    ]
    message = {'role': 'assistant', 'model': 'claude-opus-4-5', 'content': content}
    return {'type': 'assistant', 'sessionId': SESSION, 'message': message, **fields}


def uses(name: str, identity: str = 't1', **parameters: object) -> dict[str, object]:
    """A block that calls a tool."""
    return {'type': 'tool_use', 'id': identity, 'name': name, 'input': parameters}


def gives(content: object, identity: str = 't1', **fields: object) -> dict[str, object]:
    """A block that holds what a tool gave."""
    return {'type': 'tool_result', 'tool_use_id': identity, 'content': content, **fields}


def typed(prompt: object, kind: str | None = 'human') -> dict[str, object]:
    """What was typed while the agent worked."""
    attachment = {'type': 'queued_command', 'prompt': prompt}
    if kind is not None:
        attachment['origin'] = {'kind': kind}
    return {'type': 'attachment', 'sessionId': SESSION, 'attachment': attachment}


def progress(agent: str, message: object, call: str = 't1', **fields: object) -> dict[str, object]:
    """A message of a sub-agent, nested in the session's own log."""
    data = {'type': 'agent_progress', 'agentId': agent, 'message': message}
    outer = {'type': 'progress', 'sessionId': SESSION, 'parentToolUseID': call, 'data': data}
    return {**outer, **fields}
