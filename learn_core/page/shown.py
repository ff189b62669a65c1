"""What is shown of a plan: everything that the page, its text and its JSON are made from. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

Stage = Literal[
    'preview',  # gathered for a look: there may be no plan, no token and no network
    'dry run',
    'held',  # waits for a person
    'scheduled',  # `when` is the time
    'waiting',  # for a network, a token, GitHub: `note` has the error
    'uploaded',  # the materials are there, the workflow was not started
    'sent',  # `when` is the time
    'failed',
    'dropped',
    'unsent',  # there was nothing new to send
]


class Request(NamedTuple):
    """A request to GitHub; `status` is 0 without an answer, bytes are those of both bodies."""

    method: str
    path: str
    status: int
    sent: int
    received: int


class Missing(NamedTuple):
    """A session that was named and gives nothing."""

    session_id: str
    reason: str


class Suspicious(NamedTuple):
    """A line that looks like a secret and was not redacted: where it is first (counted from 1), how
    often its value occurs, why it was left, and the command that adds a rule for it.
    """

    file: str
    line: int
    text: str
    times: int
    why: str
    rule: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One plan's materials and what became of them. Times are seconds since 1970, 0 for none.

    `name` is what a command calls the plan (`123`), `store` where the materials go: a secret gist
    or a ref of the workflow's repository. `may_have_arrived` says that an upload was started and
    its answer never came. `files` are the packed ones, names and texts, none before that;
    `missing`, `left_out` and `replaced` tell what the run left out and redacted; `suspicious` is
    None where nobody looked.
    """

    name: str
    plan: int = 0
    plan_url: str = ''
    title: str = ''
    stage: Stage
    when: float = 0.0
    note: str = ''
    may_have_arrived: bool = False
    store: Literal['gist', 'ref'] = 'gist'
    host: str = ''
    account: str = ''
    gist_url: str = ''
    workflow_url: str = ''
    pull: int = 0
    other_pulls: tuple[int, ...] = ()
    trigger: str = ''
    began: float = 0.0
    directory: str = ''
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    manifest: Mapping[str, Any] = field(default_factory=dict, repr=False)
    digest: str = ''
    sha256: str = ''
    size: int = 0
    missing: tuple[Missing, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    replaced: Mapping[str, int] = field(default_factory=dict)
    suspicious: tuple[Suspicious, ...] | None = None
    requests: tuple[Request, ...] = ()
    history: tuple[str, ...] = ()
