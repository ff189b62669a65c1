"""Codex events that repeat no item: how turns, plans, reviews and hooks ended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.agents.codex.words import texts
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
_COMPLAINTS = frozenset({'error', 'stream_error', 'warning', 'guardian_warning'})


def event(payload: Mapping[str, object]) -> Entry:
    """An event that repeats no item."""
    kind = string(payload.get('type'))
    if kind == 'turn_aborted':
        why = string(payload.get('reason'))
        by_person = why in {'', 'interrupted', 'replaced'}
        text = INTERRUPTION if by_person else f'[Turn aborted: {why}]'
        return Entry('system', (Text(text),), subtype='interrupted')
    if kind == 'task_complete':
        error = payload.get('error')
        return _noted('error', string(error) or string(mapping(error).get('message')), kind)
    if kind in _COMPLAINTS:
        return _noted(kind, string(payload.get('message')), kind)
    if kind == 'exited_review_mode':
        return _noted('review', _review(payload.get('review_output')), kind)
    if kind == 'thread_rolled_back':
        turns = str(payload.get('num_turns'))
        return Entry('system', (Note('system', '', (('turns', turns),)),), subtype=kind)
    return Entry('', dropped=reason(kind, _EVENTS, 'event'))


def completed(item: Mapping[str, object]) -> Entry:
    """A completed item that is none of the model's."""
    kind = string(item.get('type'))
    if kind == 'Plan':
        return Entry('assistant', (Note('plan', string(item.get('text'))),))
    if kind == 'HookPrompt':
        return _noted('hook', '\n'.join(filter(None, texts(item.get('fragments')))), kind)
    if kind == 'ExitedReviewMode':
        return _noted('review', _review(item.get('review')), kind)
    return Entry('', dropped=reason(kind, _COMPLETED, 'item'))


def compacted(payload: Mapping[str, object]) -> Iterator[Entry]:
    """A compaction; its summary is encrypted, or in `message`."""
    yield Entry('system', (Note('system', ''),), subtype='compact_boundary')
    if message := string(payload.get('message')):
        yield Entry('summary', (Text(message),), subtype='compact')


def between_agents(payload: Mapping[str, object]) -> Entry:
    """A message of one agent to another; its content may be encrypted."""
    content, by = payload.get('content'), string(payload.get('author'))
    found = string(content) or '\n'.join(texts(content))
    if not found.strip():
        return Entry('', dropped='message between agents without text')
    note = Note('system', found, (('author', by),) if by else ())
    return Entry('system', (note,), subtype='peer')


def _noted(subtype: str, text: str, kind: str) -> Entry:
    if text.strip():
        return Entry('system', (Note('system', text),), subtype=subtype)
    return Entry('', dropped=f'event {kind}')


def _review(output: object) -> str:
    """What a review found: a text, or an object with findings."""
    lines = [string(output), string(mapping(output).get('overall_explanation'))]
    for finding in objects(mapping(output).get('findings')):
        lines += [string(finding.get('title')), string(finding.get('body'))]
    return '\n'.join(filter(None, lines))
