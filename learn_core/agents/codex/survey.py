"""The first pass over a rollout: facts from lines that decide how other lines are read.

The same text is in items (the model's input and output) and in events (what the client showed).
Items are used first and events fill gaps, except for a person's words in legacy logs: there the
events are used.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents.codex import outcomes, words
from learn_core.agents.lines import mapping, string

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TURN_BOUNDS = frozenset({'task_started', 'task_complete', 'turn_aborted'})

_PERSONS = frozenset({'', 'user'})
_LONGEST_KIND = 40  # characters


class Header(NamedTuple):
    """The first `session_meta`: whose session it is, and where it ran. `automatic` and
    `forked_from`: see `Entry`; `parent` is the thread that started a sub-agent.

    Lines of a paginated sub-agent before `first_own_ordinal` are its parent's.
    """

    session_id: str
    cwd: str
    branch: str
    repository: str
    automatic: str
    forked_from: str
    parent: str
    nickname: str
    role: str
    is_subagent: bool
    is_scripted: bool
    first_own_ordinal: int


def header_of(payload: Mapping[str, object]) -> Header:
    """What a `session_meta` says."""
    git, source = mapping(payload.get('git')), payload.get('source')
    spawned = mapping(mapping(mapping(source).get('subagent')).get('thread_spawn'))
    is_subagent = bool(spawned) or payload.get('thread_source') == 'subagent'
    automatic = 'sub-agent of another session' if is_subagent else _automatic(payload)
    parent = string(payload.get('parent_thread_id')) or string(spawned.get('parent_thread_id'))
    first = payload.get('subagent_history_start_ordinal')
    return Header(
        session_id=string(payload.get('id')),
        cwd=string(payload.get('cwd')),
        branch=string(git.get('branch')),
        repository=string(git.get('repository_url')),
        automatic=automatic,
        forked_from='' if automatic else string(payload.get('forked_from_id')),
        parent=parent if is_subagent else '',
        nickname=string(spawned.get('agent_nickname')) or string(spawned.get('agent_path')),
        role=string(spawned.get('agent_role')),
        is_subagent=is_subagent,
        is_scripted=source == 'exec' or payload.get('originator') == 'codex_exec',
        first_own_ordinal=first if type(first) is int else 0,
    )


def _automatic(payload: Mapping[str, object]) -> str:
    """Why it is not a person's session, if it is not."""
    kind, source = string(payload.get('thread_source')), payload.get('source')
    if kind in _PERSONS:
        if not isinstance(source, dict):
            return ''
        agent = source.get('subagent')
        other = string(mapping(agent).get('other'))
        kind = string(agent) or other or next(iter(mapping(agent)), 'sub-agent')
    return f'automatic session ({kind[:_LONGEST_KIND]})'


@dataclass
class Survey:
    """What is known at the end of a rollout. Lines are named by their number, from 0.

    `model_items` and `user_items` (by turn) are the texts that items hold. `failed` are the calls
    of which an event told whether they failed. `queued` are the lines of prompts typed inside a
    running turn, `prompts` those of the others, `abandoned` the lines of turns that were rewound.
    """

    header: Header = field(default_factory=lambda: header_of({}))
    has_user_events: bool = False
    has_hook_items: bool = False
    model_items: set[str] = field(default_factory=set)
    user_items: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    failed: dict[str, bool] = field(default_factory=dict)
    calls: set[str] = field(default_factory=set)
    abandoned: list[range] = field(default_factory=list)
    turn: str = ''
    prompts: list[int] = field(default_factory=list)
    queued: set[int] = field(default_factory=set)
    running: bool = False


def surveyed(lines: Iterable[Mapping[str, object]]) -> Survey:
    """The survey of a rollout's lines, in their order."""
    survey, first = Survey(), mapping(None)
    for number, line in enumerate(lines):
        payload = mapping(line.get('payload'))
        kind = string(line.get('type'))
        if kind == 'session_meta':
            first = first or payload
        elif kind == 'turn_context':
            survey.turn = string(payload.get('turn_id')) or survey.turn
        elif kind == 'response_item':
            _note_item(survey, payload, number)
        elif kind == 'event_msg':
            _note_event(survey, payload, number)
    survey.header = header_of(first)
    if survey.has_user_events:
        survey.user_items.clear()
    return survey


def _note_item(survey: Survey, payload: Mapping[str, object], number: int) -> None:
    kind, role = string(payload.get('type')), string(payload.get('role'))
    if kind == 'message' and role == 'assistant':
        survey.model_items.add('\n'.join(words.texts(payload.get('content'))))
    elif kind == 'message' and role == 'user':
        found = words.said_in(payload)
        survey.has_hook_items |= any(one.by == 'hook_prompt' for one in found)
        text = words.own_words(found)
        if text and not survey.has_user_events:
            survey.user_items[survey.turn].add(words.comparable(text))
            _note_prompt(survey, number)
    elif kind == 'reasoning':
        survey.model_items.update(words.texts(payload.get('summary')))
    elif call := string(payload.get('call_id')):
        survey.calls.add(call)


def _note_event(survey: Survey, payload: Mapping[str, object], number: int) -> None:
    kind = string(payload.get('type'))
    if kind in TURN_BOUNDS:
        survey.turn, survey.running = string(payload.get('turn_id')), False
    elif kind == 'user_message':
        _note_message(survey, payload, number)
    elif kind == 'thread_rolled_back':
        _roll_back(survey, payload.get('num_turns'), number)
    elif kind == 'item_completed':
        item = mapping(payload.get('item'))
        told = outcomes.failure_of_item(item)
        survey.failed.update([told] if told else [])
        if string(item.get('type')) == 'UserMessage' and not survey.has_user_events:
            text = words.comparable(words.said(words.text_of(item)).text)
            if text not in survey.user_items[survey.turn]:
                _note_prompt(survey, number)
    elif told := outcomes.failure_of(payload):
        survey.failed.update([told])


def _note_message(survey: Survey, payload: Mapping[str, object], number: int) -> None:
    if not survey.has_user_events:  # what came of items until now repeats the events
        survey.has_user_events, survey.running = True, False
        survey.prompts.clear()
        survey.queued.clear()
    said = words.said(string(payload.get('message')))
    if not said.by and not said.dropped:
        _note_prompt(survey, number)


def _note_prompt(survey: Survey, number: int) -> None:
    """A person's message begins a turn, unless one is running."""
    if survey.running:
        survey.queued.add(number)
    else:
        survey.prompts.append(number)
    survey.running = True


def _roll_back(survey: Survey, turns: object, number: int) -> None:
    """The last turns before this line were taken back by the person."""
    if type(turns) is not int or turns < 1 or not survey.prompts:
        return
    survey.abandoned.append(range(survey.prompts[-turns:][0], number))
    del survey.prompts[-turns:]
    survey.running = False
