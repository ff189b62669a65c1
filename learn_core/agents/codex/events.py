"""Codex events that repeat no item: how turns, plans, reviews and hooks ended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.agents.entry import INTERRUPTION, Entry, Note, Text
from learn_core.agents.values import mapping, objects, reason, string

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LINES = re.compile(
    'inter_agent_communication_metadata|realtime_item|retained_context|security_risk_score'
    '|token_usage_record|world_state'
)
ITEMS = re.compile('compaction(_summary)?|ghost_snapshot|message|tool_search_output')
_EVENTS = re.compile(
    'context_compacted|entered_review_mode|(exec_command|mcp_tool_call|patch_apply)_(begin|end)'
    '|sub_agent_activity|task_(complete|started)|thread_(name_updated|settings_applied)|token_count'
    '|turn_diff|web_search_end'
)
_COMPLETED = re.compile(
    'CommandExecution|ContextCompaction|DynamicToolCall|EnteredReviewMode|Extension|FileChange'
    '|Image(Generation|View)|McpToolCall|Sleep|SubAgentActivity|WebSearch'
)


def event(payload: Mapping[str, object]) -> Iterator[Entry]:
    """An event that repeats no item."""
    kind = string(payload.get('type'))
    if kind == 'turn_aborted':
        why = string(payload.get('reason'))
        by_person = why in {'', 'interrupted', 'replaced'}
        text = INTERRUPTION if by_person else f'[Turn aborted: {why}]'
        yield Entry('system', (Text(text),), subtype='interrupted')
    elif kind == 'task_complete':
        error = payload.get('error')
        yield from _noted('error', string(error) or string(mapping(error).get('message')), kind)
    elif kind in {'error', 'stream_error', 'warning', 'guardian_warning'}:
        yield from _noted(kind, string(payload.get('message')), kind)
    elif kind == 'exited_review_mode':
        yield from _noted('review', _review(mapping(payload.get('review_output'))), kind)
    elif kind == 'thread_rolled_back':
        turns = str(payload.get('num_turns'))
        yield Entry('system', (Note('system', '', (('turns', turns),)),), subtype=kind)
    else:
        yield Entry('', dropped=reason(kind, _EVENTS, 'event'))


def completed(item: Mapping[str, object]) -> Iterator[Entry]:
    """A completed item that is none of the model's."""
    kind = string(item.get('type'))
    if kind == 'Plan':
        yield Entry('assistant', (Note('plan', string(item.get('text'))),))
    elif kind == 'HookPrompt':
        found = (string(part.get('text')) for part in objects(item.get('fragments')))
        yield from _noted('hook', '\n'.join(filter(None, found)), kind)
    elif kind == 'ExitedReviewMode':
        review = item.get('review')
        yield from _noted('review', string(review) or _review(mapping(review)), kind)
    else:
        yield Entry('', dropped=reason(kind, _COMPLETED, 'item'))


def compacted(payload: Mapping[str, object]) -> Iterator[Entry]:
    """A compaction; its summary is encrypted, or in `message`."""
    yield Entry('system', (Note('system', ''),), subtype='compact_boundary')
    if message := string(payload.get('message')):
        yield Entry('summary', (Text(message),), subtype='compact')


def between_agents(payload: Mapping[str, object]) -> Iterator[Entry]:
    """A message of one agent to another; its content may be encrypted."""
    content = payload.get('content')
    found = string(content) or '\n'.join(string(part.get('text')) for part in objects(content))
    if found.strip():
        by = string(payload.get('author'))
        note = Note('system', found, (('author', by),) if by else ())
        yield Entry('system', (note,), subtype='peer')
    else:
        yield Entry('', dropped='message between agents without text')


def _noted(subtype: str, text: str, kind: str) -> Iterator[Entry]:
    if text.strip():
        yield Entry('system', (Note('system', text),), subtype=subtype)
    else:
        yield Entry('', dropped=f'event {kind}')


def _review(output: Mapping[str, object]) -> str:
    """What a review found."""
    lines = [string(output.get('overall_explanation'))]
    for finding in objects(output.get('findings')):
        lines += [string(finding.get('title')), string(finding.get('body'))]
    return '\n'.join(filter(None, lines))
