"""Entries and their blocks, the common form of every agent's transcripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

BY_PROGRAM = 'exec'
BY_AGENT = 'agent'
COMPACT = 'compact'
UNREADABLE = 'unreadable'  # the reason to drop a line that cannot be parsed
INTERRUPTION = '[Request interrupted by user]'
ANSWERED = '[answered; the words follow]'  # result of a question; the person's entry follows


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
    `report_of` the one whose report it is. `repository` is a URL or `owner/name`. `source` tells of
    the whole session (see `Index`). `at` is where its line begins in the log, in bytes.
    """

    type: str
    blocks: tuple[Block, ...] = ()
    subtype: str = ''
    uuid: str = ''
    parent: str = ''
    time: str = ''
    session_id: str = ''
    branch: str = ''
    cwd: str = ''
    repository: str = ''
    agent: str = ''
    call: str = ''
    report_of: str = ''
    model: str = ''
    message_id: str = ''
    source: str = ''
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
