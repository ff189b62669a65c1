"""Entries and their blocks, the common form of every agent's transcripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents.agent import told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BY_PROGRAM = 'exec'
BY_AGENT = 'agent'
COMPACT = 'compact'
UNREADABLE = 'unreadable'  # the reason to drop a line that cannot be parsed

_BY_PERSON = frozenset({'', 'interrupted', 'replaced', 'user_initiated', 'user initiated'})
_DATA_URL = re.compile(r'data:(?P<type>[\w.+/-]*)[^,]{0,200},')
_NAME = re.compile(r'[A-Za-z0-9_.:-]{1,60}')


class Text(NamedTuple):
    """Words of the entry's author."""

    text: str


class Thinking(NamedTuple):
    """The model's reasoning; empty where the log has a signature only."""

    text: str


class ToolCall(NamedTuple):
    """A call of a tool; `parameters` are JSON values as the log has them."""

    id: str
    name: str
    parameters: Mapping[str, object]


class Image(NamedTuple):
    """An image or a document: its type, and the size of the data in bytes."""

    media_type: str
    size: int


class ToolResult(NamedTuple):
    """What a tool returned; its texts joined by newlines.

    `is_rejected`: the person refused the call. `is_answer`: the text holds the person's own words
    (an answer, or the reason of a refusal).
    """

    tool_use_id: str
    text: str
    images: tuple[Image, ...] = ()
    is_error: bool = False
    is_rejected: bool = False
    is_answer: bool = False


class Note(NamedTuple):
    """What the client wrote: `kind` is `system`, `summary`, `plan` or `pr-link`; facts are pairs of
    name and value.
    """

    kind: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()


class Unknown(NamedTuple):
    """A block of an unknown type."""

    type: str


Block = Text | Thinking | ToolCall | ToolResult | Image | Note | Unknown


class Entry(NamedTuple):
    """One entry of a transcript. Strings that the log does not give are empty.

    `type` is `user` (a person's own words, and nothing else; or tool results), `assistant`,
    `summary` (of a compaction) or `system`: everything else that speaks, where `subtype` says what
    it is (`task-notification`, `peer`, `hook`, …; `exec` and `agent` for a prompt that a program or
    another agent wrote). Entries without content have the log's own type, and in `dropped` the
    reason to count.

    `uuid` is what a copy of the entry in another session repeats: its own id, or that of its turn.
    `agent` is the sub-agent that an entry comes from, `call` the tool call that started it,
    `report_of` the one whose report it is. `repository` is a URL or `owner/name`. Of the whole
    session, `automatic` tells why it is no person's, `forked_from` whose copy it begins with. `at`
    is where its line begins in the log, in bytes.
    """

    type: str
    blocks: tuple[Block, ...] = ()
    subtype: str = ''
    uuid: str = ''
    parent: str = ''
    time: str = ''
    branch: str = ''
    cwd: str = ''
    repository: str = ''
    agent: str = ''
    call: str = ''
    report_of: str = ''
    model: str = ''
    message_id: str = ''
    automatic: str = ''
    forked_from: str = ''
    dropped: str = ''
    at: int = 0
    is_meta: bool = False
    is_sidechain: bool = False
    is_api_error: bool = False
    queued: bool = False
    abandoned: bool = False

    @property
    def is_prompt(self) -> bool:
        """Whether the agent was asked something: by a person, a program or another agent, or by the
        summary of a conversation that goes on.
        """
        return self.type == 'user' or self.subtype in {BY_PROGRAM, BY_AGENT, COMPACT}


def dropped(reason: str) -> Entry:
    """What says nothing, with the reason to count."""
    return Entry('', dropped=reason)


def silent(agent: str, kind: str, what: str = 'type') -> Entry:
    """What says nothing for its kind, marked as unknown if agents.json does not name that."""
    name = f'{what} {name_of(kind)}'
    is_known = kind in told()[agent]['silent'][what]
    return dropped(name.removeprefix('type ') if is_known else f'unknown {name}')


def name_of(kind: str) -> str:
    """The name of a kind, `?` for anything that cannot be one."""
    return kind if _NAME.fullmatch(kind) else '?'


def noted(subtype: str, text: str, *facts: tuple[str, str], or_else: str = '') -> Entry:
    """What the client says; without a word or a fact it is dropped for the reason `or_else`."""
    if or_else and not text.strip():
        return dropped(or_else)
    return Entry('system', (Note('system', text, facts),), subtype=subtype)


def interrupted(why: str = '') -> Entry:
    """The end of a turn before its time, by the person or for another reason."""
    text = '[Request interrupted by user]' if why in _BY_PERSON else f'[Turn aborted: {why}]'
    return Entry('system', (Text(text),), subtype='interrupted')


def compacted(summary: str) -> Iterator[Entry]:
    """A compaction, with its summary if the log has it."""
    yield noted('compact_boundary', '')
    if summary:
        yield Entry('summary', (Text(summary),), subtype='compact')


def answered(call: str, words: str) -> Iterator[Entry]:
    """The result of a question that a person answered, and the answer."""
    yield Entry('user', (ToolResult(call, '[answered; the words follow]'),))
    yield Entry('user', (Text(words),), subtype='answer')


def image_of(url: object, media_type: str = '') -> Image:
    """The image in a data URL; the size of any other is unknown."""
    text = url if isinstance(url, str) else ''
    found = _DATA_URL.match(text)
    size = (len(text) - found.end()) * 3 // 4 if found else 0
    return Image(media_type or (found['type'] if found else ''), size)
