"""The fields of a plan's record, and how JSON becomes them again."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from functools import lru_cache
from pathlib import Path  # noqa: TC003  (read back by its hint)
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from learn_core.plans.trigger import Trigger, trigger_of

ASKS = 'waits for your yes: git config learn-hook.consent yes (or no), or learn-hook send'
REVIEW = 'is prepared and waits for you: learn-hook show, send or drop'


@dataclass(frozen=True, kw_only=True)
class PlanName:
    """Which plan: its place on GitHub; empty where that is not known yet. `node_id` outlives a
    renamed repository; `is_public` is None as long as GitHub was not asked.
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
    at: float
    digest: str
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
    is_marked: bool = False
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
        return common_of(self.folder)

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
        return is_on_its_way or (ready.shown and self._is_open(ready.of))

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

    def _is_open(self, of: str) -> bool:
        return all(outcome.of != of for outcome in self.history)


def common_of(folder: Path) -> Path:
    """git's common folder, which holds a record's folder."""
    return folder.parents[2 if folder.name.startswith('new-') else 5]


def is_ready(record: PlanRecord) -> bool:
    """Is what is worked on next prepared?"""
    return record.prepared is not None and record.prepared.of == record.of


def value_of(kind: Any, content: Any) -> Any:
    """A dataclass out of what JSON made of it. Raises TypeError, ValueError or OverflowError."""
    if not isinstance(content, dict):
        raise TypeError(f'{content!r} is not an object')
    hints = _hints(kind)
    names = [one.name for one in fields(kind) if one.name in content]
    return kind(**{name: _plain(hints[name], content[name]) for name in names})


@lru_cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _plain(hint: Any, value: Any) -> Any:
    options = [one for one in get_args(hint) if one is not type(None)]
    if isinstance(hint, UnionType):
        return None if value is None else _plain(options[0], value)
    if hint is Trigger:
        return _trigger(value)
    if is_dataclass(hint):
        return value_of(hint, value)
    kind = get_origin(hint) or hint
    if kind is tuple and isinstance(value, list):
        return tuple(_plain(options[0], one) for one in value)
    return _single(kind, value)


def _trigger(value: Any) -> Trigger:
    trigger = trigger_of(value if isinstance(value, dict) else {})
    if trigger is None:
        raise ValueError('not a trigger')
    return trigger


def _single(kind: Any, value: Any) -> Any:
    if kind is float and type(value) in (int, float):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f'{value!r} is not of {kind}')
    return value
