"""The first pass over a rollout: facts from lines that decide how other lines are read.

The same text is in items (the model's input and output) and in events (what the client showed).
Items are used first and events fill gaps, except for a person's words in legacy logs: there the
events are used.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learn_core.agents.codex import outcomes, words
from learn_core.agents.values import mapping, objects, string

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


_TURN_BOUNDS = frozenset({'task_started', 'task_complete', 'turn_aborted'})


@dataclass
class Survey:
    """What is known at the end of a rollout. Lines are named by their number, from 0.

    `model_items` and `user_items` (by turn) are the texts that items hold. `failed` are the calls
    of which an event told whether they failed. `queued` are the lines of prompts typed inside a
    running turn, `prompts` those of the others, `abandoned` the lines of turns that were rewound.
    """

    header: Mapping[str, object] = field(default_factory=dict)
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
    survey = Survey()
    for number, line in enumerate(lines):
        payload = mapping(line.get('payload'))
        kind = string(line.get('type'))
        if kind == 'session_meta':
            survey.header = survey.header or payload
        elif kind == 'turn_context':
            survey.turn = string(payload.get('turn_id')) or survey.turn
        elif kind == 'response_item':
            _note_item(survey, payload, number)
        elif kind == 'event_msg':
            _note_event(survey, payload, number)
    if survey.has_user_events:
        survey.user_items.clear()
    return survey


def _note_item(survey: Survey, payload: Mapping[str, object], number: int) -> None:
    kind, role = string(payload.get('type')), string(payload.get('role'))
    if kind == 'message' and role == 'assistant':
        survey.model_items.add(_joined(payload.get('content')))
    elif kind == 'message' and role == 'user':
        found = words.said_in(payload)
        survey.has_hook_items |= any(one.by == 'hook_prompt' for one in found)
        text = words.own_words(found)
        if text and not survey.has_user_events:
            survey.user_items[survey.turn].add(words.comparable(text))
            _note_prompt(survey, number)
    elif kind == 'reasoning':
        survey.model_items.update(
            string(part.get('text')) for part in objects(payload.get('summary'))
        )
    elif call := string(payload.get('call_id')):
        survey.calls.add(call)


def _note_event(survey: Survey, payload: Mapping[str, object], number: int) -> None:
    kind = string(payload.get('type'))
    if kind in _TURN_BOUNDS:
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
    first = survey.prompts[-turns] if turns <= len(survey.prompts) else survey.prompts[0]
    del survey.prompts[-turns:]
    survey.abandoned.append(range(first, number))
    survey.running = False


def _joined(content: object) -> str:
    return '\n'.join(string(block.get('text')) for block in objects(content))
