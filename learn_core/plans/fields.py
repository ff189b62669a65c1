"""A plan's record: its fields, how JSON becomes them again, and the folders that it lies in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, is_dataclass
from functools import cache
from pathlib import Path  # noqa: TC003  (read back by its hint)
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from learn_core.plans.trigger import Trigger  # noqa: TC001  (likewise)

ASKS = 'waits for your yes: git config learn-hook.consent yes (or no), or learn-hook send'
AGREED = 'goes at the next push or merge, or now by learn-hook retry'
REVIEW = 'is prepared and waits for you: learn-hook show, send or drop'


@dataclass(frozen=True, kw_only=True)
class PlanName:
    """A plan's place on GitHub, as far as it is known. `node_id` outlives a renamed repository;
    `is_public` is None as long as GitHub was not asked.
    """

    number: int = 0
    host: str = ''
    owner: str = ''
    repo: str = ''
    url: str = ''
    node_id: str = ''
    is_public: bool | None = None

    @property
    def full_name(self) -> str:
        """`owner/repo#5`."""
        return f'{self.owner}/{self.repo}#{self.number}' if self.repo else f'#{self.number}'


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The newest landed trigger that was not served yet; `id` changes with every new one."""

    id: str
    trigger: Trigger


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What was packed for the wanted `of`: the `names` of its files beside the record, in seconds
    since 1970 when, and a summary of counts. What was `shown` is sent unchanged or not at all.
    `rules` is a hash of the rules by which it was redacted.
    """

    of: str
    at: float
    digest: str
    sha256: str
    names: tuple[str, ...]
    summary: dict[str, Any]
    shown: bool = False
    rules: str = ''


@dataclass(frozen=True, kw_only=True)
class Sending:
    """Recorded before a request that must not be repeated. An upload may have been sent once this
    stands there; the start may have been once `since` does (the server's clock). `home` is the page
    of the repository that a ref is in, '' for a gist. `is_undecided`: nobody can see whether it was
    started, so `retry` decides.
    """

    of: str
    mark: str
    home: str = ''
    gist_id: str = ''
    gist_url: str = ''
    since: float | None = None
    is_undecided: bool = False


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What was sent last: for the wanted `of`, of `branch` to `remote`, with pull request `pull`.

    `looked` is when GitHub was last asked about it, `conclusion` how the run ended (by GitHub, or
    `deleted`; empty while it is under way), `failed_at` the step, `issue_url` what it wrote.
    """

    of: str
    at: float
    digest: str
    gist_id: str
    gist_url: str
    run_id: str
    run_url: str
    branch: str = ''
    remote: str = ''
    pull: int = 0
    looked: float = 0.0
    conclusion: str = ''
    failed_at: str = ''
    issue_url: str = ''


@dataclass(frozen=True, kw_only=True)
class Place:
    """A `gist`, `ref` or `comment` of ours that was made and not deleted, and whose account's."""

    kind: str
    id: str
    url: str = ''
    account: str = ''


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How the wanted `of` ended: `done`, `dropped`, `failed`; an empty note means it was sent."""

    of: str
    at: float
    state: str
    kind: str
    branch: str = ''
    note: str = ''
    run_url: str = ''


@dataclass(frozen=True, kw_only=True)
class PlanRecord:
    """One plan. `due` is when it continues, in seconds since 1970; None: not before a person says
    so. `attempts` counts the tries for the wanted of now, `tried` is when, `error` the last
    sentence about it. `released` is what `send` released, `requests` what GitHub was asked last,
    `without` the sessions that a person left out.
    """

    folder: Path
    plan: PlanName = field(default_factory=PlanName)
    made: float = 0.0
    wanted: Wanted | None = None
    due: float | None = 0.0
    attempts: int = 0
    tried: float = 0.0
    error: str = ''
    prepared: Prepared | None = None
    dry: Prepared | None = None
    sending: Sending | None = None
    sent: Sent | None = None
    places: tuple[Place, ...] = ()
    history: tuple[Outcome, ...] = ()
    requests: tuple[dict[str, Any], ...] = ()
    released: str = ''
    without: tuple[str, ...] = ()
    stopped: bool = False

    @property
    def common(self) -> Path:
        """git's common folder, which holds the record."""
        return self.folder.parents[2 if self.is_new else 5]

    @property
    def is_new(self) -> bool:
        """Is its place on GitHub unknown?"""
        return self.folder.name.startswith('new-')

    @property
    def trigger(self) -> Trigger | None:
        """What set it off, None where nothing is wanted."""
        return self.wanted.trigger if self.wanted is not None else None

    @property
    def last(self) -> Outcome | None:
        """How the last one ended."""
        return self.history[-1] if self.history else None

    @property
    def of(self) -> str:
        """The id of what is worked on next, '' for nothing."""
        if self.has_frozen and self.prepared is not None:
            return self.prepared.of
        return self.wanted.id if self.wanted is not None else ''

    @property
    def is_ready(self) -> bool:
        """Is what is worked on next prepared?"""
        return self.prepared is not None and self.prepared.of == self.of

    @property
    def is_released(self) -> bool:
        """Did a person release what is worked on next?"""
        return self.released != '' and self.released == self.of

    @property
    def is_waiting(self) -> bool:
        """Is something left to be done or decided?"""
        return self.wanted is not None or self.has_frozen

    @property
    def has_frozen(self) -> bool:
        """Was something shown, or perhaps sent in part? It is sent first, and unchanged."""
        ready = self.prepared
        if ready is None or (self.sent is not None and self.sent.of == ready.of):
            return False
        is_on_its_way = self.sending is not None and self.sending.of == ready.of
        return is_on_its_way or (ready.shown and all(one.of != ready.of for one in self.history))

    @property
    def is_stuck(self) -> bool:
        """Does it wait for somebody to say `retry`?"""
        return self.is_waiting and self.due is None

    @property
    def is_held(self) -> bool:
        """Does it wait for a person's yes, or for a review?"""
        return self.is_waiting and self.error in (ASKS, REVIEW)

    def is_due(self, now: float) -> bool:
        """May it continue? A clock that was set back since then delays nothing."""
        return self.is_waiting and self.due is not None and (self.due <= now or now < self.tried)


def home(common: Path) -> Path:
    """The folder of all that is ours in git's common folder."""
    return common / 'learn-hook'


def folder_of(common: Path, host: str, full_name: str, number: int) -> Path:
    """The folder of a record whose plan's place on GitHub is known."""
    owner, _, repo = full_name.lower().partition('/')
    return home(common) / 'plans' / host.lower().replace(':', '-') / owner / repo / str(number)


def new_folder(common: Path, *words: str) -> Path:
    """The folder of the record of a plan that is known only by these words so far."""
    digest = hashlib.sha256('\n'.join(words).encode('utf-8', 'surrogatepass')).hexdigest()
    return home(common) / 'plans' / f'new-{digest[:16]}'


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def value_of(hint: Any, value: Any) -> Any:
    """A value of a type, out of what JSON made of it; dataclasses ignore keys that they do not
    know. Raises TypeError, ValueError or OverflowError.
    """
    options, kind = get_args(hint), get_origin(hint) or hint
    if kind is UnionType:  # `X | None`
        return None if value is None else value_of(options[0], value)
    if is_dataclass(kind) and isinstance(value, dict):
        hints = _hints(hint)
        known = hints.keys() & value.keys()
        return hint(**{name: value_of(hints[name], value[name]) for name in known})
    if kind is tuple and isinstance(value, list):
        return tuple(value_of(options[0], one) for one in value)
    return _plain(kind, value)


def _plain(kind: Any, value: Any) -> Any:
    if kind is float and type(value) is int:
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f'{value!r} is not of {kind}')
    return value
