"""Rollouts made by hand: a line an object, as the client writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from learn_core.agents import Transcript
from tests.agents.odd import write

if TYPE_CHECKING:
    from pathlib import Path

THREAD = '01a00000-0000-7000-8000-000000000001'
OTHER = '01a00000-0000-7000-8000-000000000002'


def rollout(folder: Path, *lines: object, thread: str = THREAD, **header: object) -> Transcript:
    """A transcript with a header and these lines."""
    name = f'rollout-2026-10-01T10-00-00-{thread}.jsonl'
    log = write(folder / name, [meta(thread, **header), *lines])
    return Transcript(agent='codex', session_id=thread, files=(log,))


def meta(thread: str = THREAD, **fields: object) -> dict[str, object]:
    """A `session_meta` line."""
    payload = {
        'id': thread,
        'cwd': '/home/ann/widgets',
        'originator': 'codex-tui',
        'source': 'cli',
        'git': {'branch': 'P5-x', 'repository_url': 'git@github.com:acme/widgets.git'},
    }
    return line('session_meta', **{**payload, **fields})


def line(kind: str, **payload: object) -> dict[str, object]:
    """A line of a kind."""
    return {'timestamp': '2026-10-01T10:00:00.000Z', 'type': kind, 'payload': payload}


def event(kind: str, **payload: object) -> dict[str, object]:
    """An event."""
    return line('event_msg', **{'type': kind, **payload})


def item(kind: str, **payload: object) -> dict[str, object]:
    """An item of the model's conversation."""
    return line('response_item', **{'type': kind, **payload})


def typed(text: str, **payload: object) -> list[dict[str, object]]:
    """A person's prompt in a legacy log: the item, and the event behind it."""
    return [user_item(text), event('user_message', message=text, images=[], **payload)]


def user_item(*texts: str, kinds: tuple[str, ...] = ()) -> dict[str, object]:
    """An item of role user, labelled where kinds are given."""
    content = [{'type': 'input_text', 'text': text} for text in texts]
    about = {'content_item_kinds': list(kinds)} if kinds else {}
    return item(
        'message',
        role='user',
        content=content,
        internal_chat_message_metadata_passthrough=about,
    )


def says(text: str) -> dict[str, object]:
    """What the model said."""
    return item('message', role='assistant', content=[{'type': 'output_text', 'text': text}])


def calls(name: str, call: str = 'call_1', **arguments: object) -> dict[str, object]:
    """A call of a function."""
    return item('function_call', name=name, arguments=json.dumps(arguments), call_id=call)


def gives(output: object, call: str = 'call_1', **payload: object) -> dict[str, object]:
    """What a function gave."""
    return item('function_call_output', call_id=call, output=output, **payload)


def completed(kind: str, **fields: object) -> dict[str, object]:
    """An item as a paginated log tells its surface."""
    return event('item_completed', item={'type': kind, **fields}, turn_id='turn-1')


def turn(identity: str) -> dict[str, object]:
    """The beginning of a turn."""
    return event('task_started', turn_id=identity)
