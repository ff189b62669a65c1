"""Entries that the client wrote -> notes: its messages, and how hooks and tasks ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.agents.claude.content import blocks_of
from learn_core.agents.entry import Note
from learn_core.agents.values import mapping, string

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from learn_core.agents.entry import Block

_RUNNING = frozenset({'', 'pending', 'running'})
_HOOKS = ('hook_', 'async_hook')
_HOOK_IS_FINE = frozenset({'hook_success', 'hook_additional_context', 'hook_progress'})
_HOOK_WORDS = (
    'blockingError',
    'message',
    'stopReason',
    'reason',
    'decision',
    'command',
    'content',
    'stderr',
    'stdout',
)
_TASK_WORDS = ('description', 'deltaSummary', 'summary', 'error')


def system_text(fields: Mapping[str, object]) -> str:
    """The words of a system entry: its content, the complaints of hooks, or the API's answer."""
    said = [string(fields.get('content')), string(fields.get('stopReason'))]
    complaints = fields.get('hookErrors')
    if isinstance(complaints, list):
        said += [line for line in complaints if isinstance(line, str)]
    for key in ('error', 'cause'):
        error = mapping(fields.get(key))
        said += [string(error.get(name)) for name in ('type', 'code', 'message')]
        inner = mapping(mapping(error.get('error')).get('error'))
        said.append(string(inner.get('message')))
    return '\n'.join(filter(None, said))


def system_facts(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Numbers of a compaction and of a failed request."""
    for key in ('compactMetadata', 'microcompactMetadata'):
        found = mapping(fields.get(key))
        if trigger := string(found.get('trigger')):
            yield 'trigger', trigger
        if isinstance(found.get('preTokens'), int):
            yield 'tokens_before', str(found['preTokens'])
    status = mapping(fields.get('error')).get('status')
    if isinstance(status, int):
        yield 'status', str(status)


def link_facts(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The pull request that a `pr-link` entry names."""
    number = fields.get('prNumber')
    if isinstance(number, int) and not isinstance(number, bool):
        yield 'number', str(number)
        yield 'url', string(fields.get('prUrl'))
        yield 'repository', string(fields.get('prRepository'))


def attached(attachment: Mapping[str, object]) -> Iterator[Block]:
    """The blocks of an attachment; most attachments are reminders and have none."""
    kind = string(attachment.get('type'))
    if kind == 'queued_command':
        yield from blocks_of(attachment.get('prompt'))
    elif kind == 'plan_file_reference':
        yield Note('plan', string(attachment.get('planContent')))
    elif kind.startswith(_HOOKS) and kind not in _HOOK_IS_FINE:
        yield from _hook_end(attachment)
    elif kind == 'task_status' and string(attachment.get('status')) not in _RUNNING:
        facts = _facts(attachment, ('status', 'taskType', 'taskId'))
        yield Note('system', _words(attachment, _TASK_WORDS), facts)
    elif kind == 'max_turns_reached':
        yield Note('system', '', (('turns', str(attachment.get('maxTurns'))),))


def _hook_end(attachment: Mapping[str, object]) -> Iterator[Note]:
    """What a hook refused and why, or how it failed."""
    is_fine = attachment.get('exitCode') == 0 or attachment.get('decision') == 'allow'
    text = _words(attachment, _HOOK_WORDS)
    if text and not is_fine:
        yield Note('system', text, _facts(attachment, ('hookName', 'exitCode')))


def _facts(fields: Mapping[str, object], keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found = ((key, fields.get(key)) for key in keys)
    return tuple(
        (key, str(value))
        for key, value in found
        if (isinstance(value, str) and value) or type(value) is int
    )


def _words(fields: Mapping[str, object], keys: tuple[str, ...]) -> str:
    """The texts of these fields, each a string, a list of them, or an object that holds them."""
    texts: list[str] = []
    for key in keys:
        value = fields.get(key)
        if isinstance(value, dict):
            texts += [string(value.get(inner)) for inner in keys]
        elif isinstance(value, list):
            texts += [item for item in value if isinstance(item, str)]
        else:
            texts.append(string(value))
    return '\n'.join(dict.fromkeys(filter(None, texts)))
