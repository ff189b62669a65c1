"""Tool calls of Codex, and how they, turns, reviews and hooks ended.

Results have no error flag; four dialects tell a failure. Events about the call come first
(`exec_command_end`, `patch_apply_end`, `mcp_tool_call_end`, `CommandExecution`), then the head of
the result's text before `Output:`, because the output itself may hold the same words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_core.agents.codex.words import texts
from learn_core.agents.entry import (
    Entry,
    Image,
    Note,
    ToolCall,
    ToolResult,
    image_of,
    interrupted,
    noted,
    silent,
)
from learn_core.agents.lines import joined, mapping, objects, parsed, string

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMPLAINTS = frozenset({'error', 'stream_error', 'warning', 'guardian_warning'})
_HEAD = 2_000  # characters of a result in which its exit code is looked for
_MOST_HEAD = 8  # lines
_HEAD_LINE = re.compile(r'Chunk ID:|Wall time:?|Original token count:|Process |Exit code:|Script ')
_TELLS = re.compile(r'Process running|Script (?!completed)|.*\bcode:? (?!0\Z)')
_OUTPUT = re.compile(r'^(?:Output|Total output lines):', re.MULTILINE)
_CODE = re.compile(r'(?:Process exited with code|Exit code:) (-?\d+)')
_FAILED = re.compile(
    r'\s*(?:Script failed|aborted by user|apply_patch verification failed|execution error'
    r'|exec_command failed|failed to parse function arguments|unsupported call)'
)
_REJECTED = re.compile(r'\s*(?:exec command |patch )?rejected by user')
_PACKED = re.compile(r'\{"(?:output|chunk_id|exit_code|metadata|wall_time_seconds)"')


def call_of(payload: Mapping[str, object]) -> ToolCall | None:
    """A tool call item, named as the agent calls the tool."""
    kind, identity = string(payload.get('type')), string(payload.get('call_id'))
    name, action = string(payload.get('name')), mapping(payload.get('action'))
    if kind == 'function_call':
        name = '__'.join(filter(None, (string(payload.get('namespace')), name)))
        return ToolCall(identity, name, _arguments(payload.get('arguments')))
    if kind == 'custom_tool_call':
        return ToolCall(identity, name, {'input': string(payload.get('input'))})
    if kind == 'local_shell_call':
        return ToolCall(identity, 'local_shell', {'command': action.get('command')})
    if kind == 'web_search_call':
        return ToolCall('', 'web_search', {key: value for key, value in action.items() if value})
    if kind == 'image_generation_call':
        return ToolCall('', 'image_generation', {'prompt': string(payload.get('revised_prompt'))})
    if kind == 'tool_search_call':
        return ToolCall(identity, 'tool_search', _arguments(payload.get('arguments')))
    return None


def result_of(payload: Mapping[str, object], failed: bool | None) -> ToolResult:
    """A tool result item; `failed` is what an event said about the call, None without an event."""
    texts, images = _content(payload.get('output'))
    unpacked = [_unpacked(_without_head(text)) for text in texts]
    first = texts[0] if texts else ''
    is_rejected = bool(_REJECTED.match(first))
    says_so = _says_error(first) or any(code not in {None, 0} for _, code in unpacked)
    return ToolResult(
        tool_use_id=string(payload.get('call_id')),
        text=joined(text for text, _ in unpacked),
        images=images,
        is_error=is_rejected or (says_so if failed is None else failed),
        is_rejected=is_rejected,
    )


def failure_of(payload: Mapping[str, object]) -> tuple[str, bool] | None:
    """The call that an event is about, and whether it failed."""
    kind, call = string(payload.get('type')), string(payload.get('call_id'))
    if kind == 'exec_command_end' and isinstance(payload.get('exit_code'), int):
        return call, payload.get('exit_code') != 0
    if kind == 'patch_apply_end' and isinstance(payload.get('success'), bool):
        return call, payload.get('success') is False
    if kind == 'mcp_tool_call_end':
        result = mapping(payload.get('result'))
        return call, 'Err' in result or mapping(result.get('Ok')).get('isError') is True
    return None


def failure_of_item(item: Mapping[str, object]) -> tuple[str, bool] | None:
    """The call that a completed item is about, and whether it failed."""
    kind, identity, status = (string(item.get(key)) for key in ('type', 'id', 'status'))
    if kind == 'CommandExecution' and isinstance(item.get('exit_code'), int):
        return identity, item.get('exit_code') != 0
    if kind in {'FileChange', 'McpToolCall', 'DynamicToolCall'}:
        is_known = status in {'completed', 'failed', 'declined', 'error'}
        failed = bool(item.get('error')) or status in {'failed', 'declined', 'error'}
        return (identity, failed) if is_known or failed else None
    return None


def command_of(item: Mapping[str, object]) -> tuple[ToolCall, ToolResult]:
    """A command that a script of code mode ran: its output is in the script's result already,
    unless it failed.
    """
    identity, code = string(item.get('id')), item.get('exit_code')
    words = item.get('command')
    command = ' '.join(map(str, words)) if isinstance(words, list) else string(words)
    failed = code not in (None, 0)
    output = string(item.get('aggregated_output')) or string(item.get('stdout'))
    text = f'exit code {code}' if code is not None else string(item.get('status'))
    shown = f'{text}\n{output}' if failed and output else text
    call = ToolCall(identity, 'exec_command', {'cmd': command})
    return call, ToolResult(identity, shown, is_error=failed)


def _arguments(value: object) -> Mapping[str, object]:
    found = parsed(value) if isinstance(value, str) else value
    if isinstance(found, dict):
        return found
    return {} if value is None else {'arguments': value if found is None else found}


def _content(output: object) -> tuple[list[str], tuple[Image, ...]]:
    """Texts and images of an output: a string, a list of blocks, or an object around either."""
    if isinstance(output, dict):
        output = output.get('content', output.get('output'))
    if isinstance(output, str):
        return [output], ()
    blocks = objects(output)
    images = (image_of(block.get('image_url')) for block in blocks if 'image_url' in block)
    return [string(block.get('text')) for block in blocks if 'text' in block], tuple(images)


def _without_head(text: str) -> str:
    """A result without the lines that say only how it was run; a failure keeps its exit code."""
    head = text[:_HEAD].split('\n', _MOST_HEAD)
    for number, line in enumerate(head[:_MOST_HEAD]):
        if line == 'Output:':
            kept = [told for told in head[:number] if _TELLS.match(told)]
            return '\n'.join([*kept, text[sum(map(len, head[: number + 1])) + number + 1 :]])
        if not _HEAD_LINE.match(line):
            break
    return text


def _unpacked(text: str) -> tuple[str, int | None]:
    """The output inside a JSON object with its exit code; any other text as it is."""
    if not _PACKED.match(text):
        return text, None
    fields = mapping(parsed(text))
    code = fields.get('exit_code', mapping(fields.get('metadata')).get('exit_code'))
    output = string(fields.get('output'))
    if type(code) is not int:
        return output or text, None
    return (f'Exit code: {code}\n{output}' if code else output), code


def _says_error(text: str) -> bool:
    if _FAILED.match(text):
        return True
    end = _OUTPUT.search(text)
    head = text[: end.start() if end else _HEAD]
    return any(code != '0' for code in _CODE.findall(head[:_HEAD]))


def event(payload: Mapping[str, object]) -> Entry:
    """An event that repeats no item: how a turn, a review or the client's work ended."""
    kind, error = string(payload.get('type')), payload.get('error')
    if kind == 'turn_aborted':
        return interrupted(string(payload.get('reason')))
    if kind == 'task_complete':
        words = string(error) or string(mapping(error).get('message'))
        return noted('error', words, or_else=f'event {kind}')
    if kind in _COMPLAINTS:
        return noted(kind, string(payload.get('message')), or_else=f'event {kind}')
    if kind == 'exited_review_mode':
        return noted('review', _review(payload.get('review_output')), or_else=f'event {kind}')
    if kind == 'thread_rolled_back':
        return noted(kind, '', ('turns', str(payload.get('num_turns'))))
    return silent('codex', kind, 'event')


def completed(item: Mapping[str, object]) -> Entry:
    """A completed item that is none of the model's."""
    kind = string(item.get('type'))
    if kind == 'Plan':
        return Entry('assistant', (Note('plan', string(item.get('text'))),))
    if kind == 'HookPrompt':
        return noted('hook', joined(texts(item.get('fragments'))), or_else=f'event {kind}')
    if kind == 'ExitedReviewMode':
        return noted('review', _review(item.get('review')), or_else=f'event {kind}')
    return silent('codex', kind, 'item')


def between_agents(payload: Mapping[str, object]) -> Entry:
    """A message of one agent to another; its content may be encrypted."""
    content, by = payload.get('content'), string(payload.get('author'))
    facts = [('author', by)] if by else []
    words = string(content) or '\n'.join(texts(content))
    return noted('peer', words, *facts, or_else='message between agents without text')


def _review(output: object) -> str:
    """What a review found: a text, or an object with findings."""
    lines = [output, mapping(output).get('overall_explanation')]
    for finding in objects(mapping(output).get('findings')):
        lines += [finding.get('title'), finding.get('body')]
    return joined(lines)
