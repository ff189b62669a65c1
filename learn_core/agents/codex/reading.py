"""A rollout -> its entries. Each line's type tells whether it is a legacy or a paginated one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learn_core.agents.codex import outcomes, words
from learn_core.agents.codex.survey import TURN_BOUNDS, Survey, header_of, surveyed
from learn_core.agents.entry import (
    BY_AGENT,
    BY_PROGRAM,
    UNREADABLE,
    Entry,
    Text,
    Thinking,
    answered,
    compacted,
    dropped,
    image_of,
    silent,
)
from learn_core.agents.lines import mapping, objects, read_objects, string, time_of, twice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from learn_core.agents.agent import Transcript
    from learn_core.agents.entry import Block

_ASKS = frozenset({'request_user_input', 'request_user_input_async'})
_RESULTS = frozenset({'function_call_output', 'custom_tool_call_output', 'local_shell_call_output'})


@dataclass
class _State:
    """Where the reading of a rollout is."""

    survey: Survey
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
    lines = twice(lambda: read_objects(file), file)
    survey = surveyed(fields for _, fields in lines())
    is_subagent = transcript.subagent is not None or survey.header.is_subagent
    state = _State(survey, is_subagent)
    for number, (at, fields) in enumerate(lines()):
        abandoned = any(number in lines for lines in survey.abandoned)
        for entry in _entries(state, fields, number):
            yield entry._replace(
                at=at,
                time=time_of(fields.get('timestamp')),
                cwd=state.cwd,
                branch=state.branch,
                uuid='' if entry.dropped else state.turn,
                abandoned=abandoned,
            )


def _entries(state: _State, line: Mapping[str, object], number: int) -> Iterator[Entry]:
    kind, payload = string(line.get('type')), mapping(line.get('payload'))
    if not line:
        yield dropped(UNREADABLE)
    elif _is_inherited(state, line):
        yield dropped('entry of the parent session')
    elif kind == 'session_meta':
        yield _session_meta(state, payload)
    elif kind == 'turn_context':
        state.cwd = string(payload.get('cwd')) or state.cwd
        state.model = string(payload.get('model')) or state.model
        state.turn = string(payload.get('turn_id')) or state.turn
        yield dropped('turn_context')
    elif kind == 'response_item':
        yield from _item(state, payload, number)
    elif kind == 'event_msg':
        yield from _event(state, payload, number)
    elif kind == 'compacted':
        yield from compacted(string(payload.get('message')))
    else:
        yield silent('codex', kind)


def _is_inherited(state: _State, line: Mapping[str, object]) -> bool:
    """Whether a paginated sub-agent's line is a copy of its parent's."""
    ordinal, first = line.get('ordinal'), state.survey.header.first_own_ordinal
    is_before = type(ordinal) is int and ordinal < first and line.get('type') != 'session_meta'
    return is_before or mapping(line.get('metadata')).get('inherited_user_message') is True


def _session_meta(state: _State, payload: Mapping[str, object]) -> Entry:
    """The first one counts; a repeated one may name a new branch, a parent's is ignored."""
    header = header_of(payload)
    if header.session_id not in {'', state.survey.header.session_id}:
        return dropped('session_meta of another session')
    state.cwd = state.cwd or header.cwd
    state.branch = header.branch or state.branch
    return dropped('session_meta')._replace(
        repository=header.repository, automatic=header.automatic, forked_from=header.forked_from
    )


def _item(state: _State, payload: Mapping[str, object], number: int) -> Iterator[Entry]:
    kind, role = string(payload.get('type')), string(payload.get('role'))
    if (kind, role) == ('message', 'assistant'):
        yield _model(state, *map(Text, words.texts(payload.get('content'))))
    elif (kind, role) == ('message', 'user'):
        yield from _user_item(state, payload, number)
    elif kind == 'reasoning':
        parts = objects(payload.get('summary')) or objects(payload.get('content'))
        yield _model(state, *map(Thinking, words.texts(parts)))
    elif kind in _RESULTS:
        yield from _result(state, payload)
    elif kind == 'agent_message':
        yield outcomes.between_agents(payload)
    elif call := outcomes.call_of(payload):
        state.calls[call.id] = call.name.split('__')[-1]
        yield _model(state, call)
    else:
        yield dropped(f'{silent("codex", kind, "item").dropped} {role}'.strip())


def _user_item(state: _State, payload: Mapping[str, object], number: int) -> Iterator[Entry]:
    """A person's item in paginated logs; in legacy ones the event behind it has the words."""
    found = words.said_in(payload)
    text = words.own_words(found)
    for one in found:
        if one.by:
            yield Entry('system', (Text(one.text),), subtype=one.by)
        elif one.dropped:
            yield dropped(one.dropped)
    blocks = objects(payload.get('content'))
    urls = [block.get('image_url') for block in blocks if block.get('type') == 'input_image']
    if state.survey.has_user_events:
        state.last_item = words.comparable(text)
        if text:
            yield dropped('user item beside its event')
    elif text or urls:
        is_answer = any(one.is_answer for one in found)
        yield _person(state, number, words.Said(text, is_answer=is_answer), urls)


def _person(state: _State, number: int, said: words.Said, urls: list[object]) -> Entry:
    """A prompt: of a person, or of the program or the agent that started the session."""
    texts = [Text(said.text)] if said.text else []
    entry = Entry('user', (*texts, *map(image_of, urls)))
    entry = entry._replace(queued=number in state.survey.queued)
    if state.is_subagent:
        return entry._replace(type='system', subtype=BY_AGENT)
    if state.survey.header.is_scripted:
        return entry._replace(type='system', subtype=BY_PROGRAM)
    return entry._replace(subtype='answer' if said.is_answer else '')


def _model(state: _State, *blocks: Block) -> Entry:
    return Entry('assistant', blocks, model=state.model)


def _result(state: _State, payload: Mapping[str, object]) -> Iterator[Entry]:
    call = string(payload.get('call_id'))
    result = outcomes.result_of(payload, state.survey.failed.get(call))
    tool = state.calls.get(call, '')
    answer = words.answers_of(result.text) if tool in _ASKS else ''
    if answer:
        given, _ = answered(call, answer)
        yield given
        yield _person(state, -1, words.Said(answer, is_answer=True), [])
        return
    yield Entry('user', (result,))
    for thread in words.UUID.findall(result.text) if tool == 'spawn_agent' else ():
        yield dropped('sub-agent started')._replace(agent=thread, call=call)


def _event(state: _State, payload: Mapping[str, object], number: int) -> Iterator[Entry]:
    kind = string(payload.get('type'))
    if kind in TURN_BOUNDS:
        state.turn = string(payload.get('turn_id')) or state.turn
    if kind == 'user_message':
        yield _user_event(state, payload, number)
    elif kind == 'item_completed':
        yield from _completed(state, mapping(payload.get('item')), number)
    elif kind in {'agent_message', 'agent_reasoning'}:
        text = string(payload.get('message')) or string(payload.get('text'))
        yield _mirrored(state, text, is_reasoning=kind == 'agent_reasoning')
    else:
        yield outcomes.event(payload)


def _user_event(state: _State, payload: Mapping[str, object], number: int) -> Entry:
    """A person's words in a legacy log; the prompt of `/review` is written twice, without items."""
    said = words.said(string(payload.get('message')))
    text, has_item = words.comparable(said.text), bool(state.last_item)
    is_again = text == state.last_event and not has_item
    state.last_event, state.last_item = text, ''
    if said.dropped or is_again:
        return dropped(said.dropped or 'prompt written twice')
    if said.by:
        return Entry('system', (Text(said.text),), subtype=said.by)
    lists = [payload.get('images'), payload.get('local_images')]
    urls = [url for urls in lists if isinstance(urls, list) for url in urls]
    return _person(state, number, said, urls)


def _completed(state: _State, item: Mapping[str, object], number: int) -> Iterator[Entry]:
    """An item as the client's surface received it; kept unless an item of the model repeats it."""
    kind = string(item.get('type'))
    if kind == 'UserMessage':
        yield _completed_prompt(state, words.text_of(item), number)
    elif kind == 'AgentMessage':
        yield _mirrored(state, words.text_of(item))
    elif kind == 'Reasoning':
        summary = item.get('summary_text')
        for line in summary if isinstance(summary, list) else []:
            yield _mirrored(state, string(line), is_reasoning=True)
    elif kind == 'CommandExecution' and string(item.get('id')) not in state.survey.calls:
        call, result = outcomes.command_of(item)
        yield _model(state, call)
        yield Entry('user', (result,))
    elif kind == 'HookPrompt' and state.survey.has_hook_items:
        yield dropped('hook prompt beside its item')
    else:
        yield outcomes.completed(item)


def _completed_prompt(state: _State, text: str, number: int) -> Entry:
    said = words.said(text)
    known = state.survey.user_items.get(state.turn, set())
    if said.dropped or words.comparable(said.text) in known or state.survey.has_user_events:
        return dropped(said.dropped or 'user message beside its item')
    return _person(state, number, said, [])


def _mirrored(state: _State, text: str, *, is_reasoning: bool = False) -> Entry:
    """The model's words in an event, unless an item repeats them."""
    if not text or text in state.survey.model_items:
        return dropped('event beside its item')
    state.survey.model_items.add(text)
    return _model(state, Thinking(text) if is_reasoning else Text(text))
