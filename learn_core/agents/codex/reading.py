"""A rollout -> its entries. Each line's type tells whether it is a legacy or a paginated one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learn_core.agents.codex import events, outcomes, words
from learn_core.agents.codex.header import Header, header_of
from learn_core.agents.codex.survey import Survey, surveyed
from learn_core.agents.entry import (
    ANSWERED,
    BY_AGENT,
    BY_PROGRAM,
    UNREADABLE,
    Entry,
    Image,
    Text,
    Thinking,
)
from learn_core.agents.files import size_of_file
from learn_core.agents.lines import read_objects
from learn_core.agents.values import mapping, objects, reason, string, time_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from learn_core.agents.entry import Block, ToolResult
    from learn_core.agents.transcript import Transcript

SMALL = 16_000_000  # bytes of a rollout whose lines are kept between the two passes

_ASKS = frozenset({'request_user_input', 'request_user_input_async'})
_RESULTS = frozenset({'function_call_output', 'custom_tool_call_output', 'local_shell_call_output'})

Line = tuple[int, 'Mapping[str, object]']


@dataclass
class _State:
    """Where the reading of a rollout is."""

    survey: Survey
    header: Header
    is_subagent: bool
    cwd: str = ''
    branch: str = ''
    model: str = ''
    turn: str = ''
    last_item: str = ''
    last_event: str = ''
    calls: dict[str, str] = field(default_factory=dict)  # the tool's name by the call's id


def read(transcript: Transcript) -> Iterator[Entry]:
    """The entries of a session or a sub-agent. Raises LearnError if its file cannot be opened."""
    file = transcript.files[0]
    unreadable: Counter[str] = Counter()
    kept = list(read_objects(file, unreadable)) if size_of_file(file) <= SMALL else None

    def lines() -> Iterator[Line]:
        return read_objects(file, Counter()) if kept is None else iter(kept)

    survey = surveyed(fields for _, fields in lines())
    state = _State(survey, header_of(survey.header), transcript.subagent is not None)
    for number, (at, fields) in enumerate(lines()):
        abandoned = any(number in lines for lines in survey.abandoned)
        for entry in _entries(state, fields, number):
            yield entry._replace(
                at=at,
                time=time_of(fields.get('timestamp')),
                session_id=state.header.session_id,
                cwd=state.cwd,
                branch=state.branch,
                uuid=entry.uuid or (state.turn if not entry.dropped else ''),
                abandoned=abandoned,
            )
    yield from [Entry('', dropped=UNREADABLE)] * unreadable[UNREADABLE]


def _entries(state: _State, line: Mapping[str, object], number: int) -> Iterator[Entry]:
    kind, payload = string(line.get('type')), mapping(line.get('payload'))
    if _is_inherited(state, line):
        yield _dropped('entry of the parent session')
    elif read_kind := _KINDS.get(kind):
        yield from read_kind(state, payload, number)
    else:
        yield _dropped(reason(kind, events.LINES))


def _is_inherited(state: _State, line: Mapping[str, object]) -> bool:
    """Whether a paginated sub-agent's line is a copy of its parent's."""
    ordinal, first = line.get('ordinal'), state.header.first_own_ordinal
    is_before = type(ordinal) is int and ordinal < first and line.get('type') != 'session_meta'
    return is_before or mapping(line.get('metadata')).get('inherited_user_message') is True


def _session_meta(state: _State, payload: Mapping[str, object], _: int) -> Iterator[Entry]:
    """The first one counts; a repeated one may name a new branch, a parent's is ignored."""
    header = header_of(payload)
    if header.session_id not in {'', state.header.session_id}:
        yield _dropped('session_meta of another session')
        return
    state.cwd = state.cwd or header.cwd
    state.branch = header.branch or state.branch
    yield Entry('', dropped='session_meta', repository=header.repository, source=header.source)


def _turn_context(state: _State, payload: Mapping[str, object], _: int) -> Iterator[Entry]:
    state.cwd = string(payload.get('cwd')) or state.cwd
    state.model = string(payload.get('model')) or state.model
    state.turn = string(payload.get('turn_id')) or state.turn
    yield _dropped('turn_context')


def _item(state: _State, payload: Mapping[str, object], number: int) -> Iterator[Entry]:
    kind, role = string(payload.get('type')), string(payload.get('role'))
    if (kind, role) == ('message', 'assistant'):
        blocks = [Text(string(block.get('text'))) for block in objects(payload.get('content'))]
        yield _model(state, *blocks)
    elif (kind, role) == ('message', 'user'):
        yield from _user_item(state, payload, number)
    elif kind == 'reasoning':
        yield _model(state, *_reasoning(payload))
    elif kind in _RESULTS:
        yield from _result(state, payload)
    elif kind == 'agent_message':
        yield from events.between_agents(payload)
    elif call := outcomes.call_of(payload):
        state.calls[call.id] = call.name.split('__')[-1]
        yield _model(state, call)
    else:
        yield _dropped(f'{reason(kind, events.ITEMS, "item")} {role}'.strip())


def _user_item(state: _State, payload: Mapping[str, object], number: int) -> Iterator[Entry]:
    """A person's item in paginated logs; in legacy ones the event behind it has the words."""
    found = words.said_in(payload)
    text = words.own_words(found)
    for one in found:
        if one.by:
            yield Entry('system', (Text(one.text),), subtype=one.by)
        elif one.dropped:
            yield _dropped(one.dropped)
    if state.survey.has_user_events:
        state.last_item = words.comparable(text)
        if text:
            yield _dropped('user item beside its event')
        return
    images = _images(payload.get('content'))
    if text or images:
        is_answer = any(one.is_answer for one in found)
        yield _person(state, number, text, images, is_answer=is_answer)


def _images(content: object) -> list[Image]:
    found = [block for block in objects(content) if block.get('type') == 'input_image']
    return [words.image_of(block.get('image_url')) for block in found]


def _person(
    state: _State, number: int, text: str, images: list[Image], *, is_answer: bool = False
) -> Entry:
    """A prompt: of a person, or of the program or the agent that started the session."""
    blocks: list[Block] = [Text(text)] if text else []
    entry = Entry('user', (*blocks, *images), subtype='answer' if is_answer else '')
    entry = entry._replace(queued=number in state.survey.queued)
    if state.is_subagent or state.header.is_subagent:
        return entry._replace(type='system', subtype=BY_AGENT)
    if state.header.is_scripted:
        return entry._replace(type='system', subtype=BY_PROGRAM)
    return entry


def _model(state: _State, *blocks: Block) -> Entry:
    return Entry('assistant', tuple(blocks), model=state.model)


def _reasoning(payload: Mapping[str, object]) -> list[Thinking]:
    parts = objects(payload.get('summary')) or objects(payload.get('content'))
    return [Thinking(string(part.get('text'))) for part in parts]


def _result(state: _State, payload: Mapping[str, object]) -> Iterator[Entry]:
    call = string(payload.get('call_id'))
    result = outcomes.result_of(payload, state.survey.failed.get(call))
    tool = state.calls.get(call, '')
    answer = words.answers_of(result.text) if tool in _ASKS else ''
    if answer:
        yield _of_tool(result._replace(text=ANSWERED))
        yield _person(state, -1, answer, [], is_answer=True)
        return
    yield _of_tool(result)
    if tool == 'spawn_agent':
        for thread in words.UUID.findall(result.text):
            yield Entry('', dropped='sub-agent started', agent=thread, call=call)


def _of_tool(result: ToolResult) -> Entry:
    return Entry('user', (result,))


def _event(state: _State, payload: Mapping[str, object], number: int) -> Iterator[Entry]:
    kind = string(payload.get('type'))
    if kind in {'task_started', 'task_complete', 'turn_aborted'}:
        state.turn = string(payload.get('turn_id')) or state.turn
    if kind == 'user_message':
        yield from _user_event(state, payload, number)
    elif kind == 'item_completed':
        yield from _completed(state, mapping(payload.get('item')), number)
    elif kind in {'agent_message', 'agent_reasoning'}:
        text = string(payload.get('message')) or string(payload.get('text'))
        yield from _mirrored(state, text, is_reasoning=kind == 'agent_reasoning')
    else:
        yield from events.event(payload)


def _user_event(state: _State, payload: Mapping[str, object], number: int) -> Iterator[Entry]:
    """A person's words in a legacy log; the prompt of `/review` is written twice, without items."""
    said = words.said(string(payload.get('message')))
    text, has_item = words.comparable(said.text), bool(state.last_item)
    is_again = text == state.last_event and not has_item
    state.last_event, state.last_item = text, ''
    if said.dropped or is_again:
        yield _dropped(said.dropped or 'prompt written twice')
        return
    urls = payload.get('images')
    images = [words.image_of(url) for url in urls] if isinstance(urls, list) else []
    local = payload.get('local_images')
    images += [Image('', 0) for _ in local] if isinstance(local, list) else []
    if said.by:
        yield Entry('system', (Text(said.text),), subtype=said.by)
    else:
        yield _person(state, number, said.text, images, is_answer=said.is_answer)


def _completed(state: _State, item: Mapping[str, object], number: int) -> Iterator[Entry]:
    """An item as the client's surface received it; kept unless an item of the model repeats it."""
    kind = string(item.get('type'))
    if kind == 'UserMessage':
        yield _completed_prompt(state, words.text_of(item), number)
    elif kind == 'AgentMessage':
        yield from _mirrored(state, words.text_of(item))
    elif kind == 'Reasoning':
        summary = item.get('summary_text')
        for line in summary if isinstance(summary, list) else []:
            yield from _mirrored(state, string(line), is_reasoning=True)
    elif kind == 'CommandExecution' and string(item.get('id')) not in state.survey.calls:
        call, result = outcomes.command_of(item)
        yield _model(state, call)
        yield _of_tool(result)
    elif kind == 'HookPrompt' and state.survey.has_hook_items:
        yield _dropped('hook prompt beside its item')
    else:
        yield from events.completed(item)


def _completed_prompt(state: _State, text: str, number: int) -> Entry:
    said = words.said(text)
    known = state.survey.user_items.get(state.turn, set())
    if said.dropped or words.comparable(said.text) in known or state.survey.has_user_events:
        return _dropped(said.dropped or 'user message beside its item')
    return _person(state, number, said.text, [], is_answer=said.is_answer)


def _mirrored(state: _State, text: str, *, is_reasoning: bool = False) -> Iterator[Entry]:
    """The model's words in an event, unless an item repeats them."""
    if not text or text in state.survey.model_items:
        yield _dropped('event beside its item')
        return
    state.survey.model_items.add(text)
    yield _model(state, Thinking(text) if is_reasoning else Text(text))


def _dropped(reason: str) -> Entry:
    return Entry('', dropped=reason)


_KINDS: Mapping[str, Callable[[_State, Mapping[str, object], int], Iterator[Entry]]] = {
    'session_meta': _session_meta,
    'turn_context': _turn_context,
    'response_item': _item,
    'event_msg': _event,
    'compacted': lambda _, payload, __: events.compacted(payload),
}
