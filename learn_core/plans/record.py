"""What became of a plan here, on disk: one record per plan in git's common folder.

`learn-hook/plans/<host>/<owner>/<repo>/<number>/plan.json`, in lower case; `plans/new-<id>/` for a
plan whose place is not known yet. Every change is one rename under a short lock (`change`); whoever
works on a plan holds its long lock (`locked`). The packed files lie beside the record, those of a
dry run in `dry/`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from functools import lru_cache
from pathlib import Path  # noqa: TC003  (read back by its hint)
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from learn_core.errors import LearnError
from learn_core.plans.trigger import Trigger, joined, trigger_of
from learn_core.push import spool

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = 2
FILE = 'plan.json'
MOST_HISTORY = 20
_DAMAGED = 'damaged.json'
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
    since 1970 when, and a summary of counts. What was `shown` goes as it is, or not at all.
    """

    of: str
    at: float
    digest: str
    sha256: str
    names: tuple[str, ...]
    summary: dict[str, Any]
    shown: bool = False


@dataclass(frozen=True, kw_only=True)
class Sending:
    """Recorded before a request that must not be repeated. An upload may have been sent once this
    stands there; the start may have been once `since` does (the server's clock). `is_undecided`:
    nobody can see whether it was, so `retry` decides.
    """

    of: str
    at: float
    digest: str
    mark: str
    gist_id: str = ''
    gist_url: str = ''
    since: float | None = None
    is_undecided: bool = False


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The last that went, for the wanted `of`, of `branch` to `remote`, with pull request `pull`.

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
    """One plan. `due` is when it goes on, in seconds since 1970; None: not before somebody says so.
    `attempts` counts the tries for the wanted of now, `tried` is when, `error` the last sentence
    about it. `released` is what `send` let go, `requests` what GitHub was asked last, `without` the
    sessions that a person left out.
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
    def of(self) -> str:
        """The id of what is worked on next, '' for nothing."""
        if self.has_frozen and self.prepared is not None:
            return self.prepared.of
        return self.wanted.id if self.wanted is not None else ''

    @property
    def is_released(self) -> bool:
        """Did a person let go what is worked on next?"""
        return self.released != '' and self.released == self.of

    @property
    def is_waiting(self) -> bool:
        """Is something left to be done or decided?"""
        return self.wanted is not None or self.has_frozen

    @property
    def has_frozen(self) -> bool:
        """Was something shown, or perhaps sent in part? It goes as it is before anything newer."""
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
        """May it go on? A clock that was set back since it was put off puts nothing off."""
        return self.is_waiting and self.due is not None and (self.due <= now or now < self.tried)

    def _is_open(self, of: str) -> bool:
        return all(outcome.of != of for outcome in self.history)


def home(common: Path) -> Path:
    """The folder of all that is ours in git's common folder."""
    return common / 'learn-hook'


def folder_of(common: Path, host: str, full_name: str, number: int) -> Path:
    """Where a plan's record lies whose place on GitHub is known."""
    owner, _, repo = full_name.lower().partition('/')
    return home(common) / 'plans' / host.lower().replace(':', '-') / owner / repo / str(number)


def new_folder(common: Path, *words: str) -> Path:
    """Where the record lies of a plan that is known by these words alone so far."""
    digest = hashlib.sha256('\n'.join(words).encode('utf-8', 'surrogatepass')).hexdigest()
    return home(common) / 'plans' / f'new-{digest[:16]}'


def enter(common: Path, folder: Path, trigger: Trigger, ident: str, plan: PlanName) -> PlanRecord:
    """The plan wants this as well, whatever it wanted before; once for each `ident`.

    Raises LearnError where it cannot be written.
    """

    def added(record: PlanRecord) -> PlanRecord:
        served = [record.sent.of] if record.sent else []
        if ident in (*served, *(outcome.of for outcome in record.history)):
            return record
        if record.wanted is not None and record.wanted.id == ident:
            return record
        older = record.wanted.trigger if record.wanted is not None else None
        wanted = Wanted(id=ident, trigger=joined(older, trigger) if older else trigger)
        named = record.plan if record.plan.number else plan
        if record.has_frozen and record.sending is None:  # it waits behind what was shown
            return replace(record, plan=named, wanted=wanted)
        return replace(record, plan=named, wanted=wanted, due=0.0, attempts=0, error='')

    with _short_lock(common):
        record = read(folder) or _made(folder)
        return _written(added(record))


def opened(common: Path, folder: Path, plan: PlanName) -> PlanRecord:
    """The record of a plan, made if there is none. Raises LearnError."""
    with _short_lock(common):
        return read(folder) or _written(replace(_made(folder), plan=plan))


def change(record: PlanRecord, common: Path, **values: Any) -> PlanRecord:
    """The record as it is on disk now with these fields; what others changed meanwhile stays.

    Raises LearnError where it cannot be written, or is gone.
    """
    with _short_lock(common):
        current = read(record.folder)
        if current is None:
            raise LearnError(f'the record in {record.folder} is gone; see learn-hook status')
        return _written(replace(current, **values))


def finish(
    record: PlanRecord, common: Path, of: str, state: str, note: str = '', **values: Any
) -> PlanRecord:
    """What was wanted as `of` is served, or will never be; something newer stays wanted."""
    with _short_lock(common):
        current = read(record.folder) or record
        is_last = current.wanted is not None and current.wanted.id == of
        trigger = current.wanted.trigger if current.wanted is not None else None
        sent = values.get('sent') or current.sent
        outcome = Outcome(
            of=of,
            at=time.time(),
            state=state,
            note=note,
            kind=trigger.kind if trigger else '',
            branch=trigger.branch if trigger else '',
            run_url=sent.run_url if state == 'done' and sent is not None else '',
        )
        kept = tuple(one for one in current.history if one.of != of)
        return _written(
            replace(
                current,
                wanted=None if is_last else current.wanted,
                due=0.0,
                attempts=0,
                error='',
                sending=None,
                history=(*kept, outcome)[-MOST_HISTORY:],
                **values,
            )
        )


def read(folder: Path) -> PlanRecord | None:
    """The record in a folder; None where there is none, it is damaged or of a newer version."""
    content = content_of(folder)
    if not isinstance(content, dict) or content.get('version') != VERSION:
        return None
    try:
        found: PlanRecord = _value(PlanRecord, {**content, 'folder': folder})
    except (ValueError, TypeError, OverflowError):
        return None
    return found


def again(record: PlanRecord) -> PlanRecord | None:
    """The record as it is on disk now."""
    return read(record.folder)


def current(record: PlanRecord, common: Path, of: str) -> PlanRecord:
    """The record that is about `of` now: this one, or the one that it became part of. Where it is
    gone, one that wants nothing.
    """
    found = again(record)
    if found is not None:
        return found
    mine = [one for one in records(common) if of and one.of == of]
    return mine[0] if mine else replace(record, wanted=None, prepared=None)


def twin(record: PlanRecord, common: Path, place: Path, node_id: str) -> PlanRecord | None:
    """Another record of the same plan, which this one is to become part of: the one at its place,
    or an older one of the same node id (of a repository that was renamed).
    """
    for other in records(common):
        is_same = other.folder == place or (node_id and other.plan.node_id == node_id)
        is_new = record.folder.name.startswith('new-')
        if other.folder != record.folder and is_same and (is_new or other.made < record.made):
            return other
    return None


def put_together(record: PlanRecord, other: PlanRecord, common: Path) -> PlanRecord:
    """What a record holds becomes part of another one of the same plan; both locks are held."""
    if record.wanted is not None:
        enter(common, other.folder, record.wanted.trigger, record.wanted.id, other.plan)
    with _short_lock(common):
        mine = read(other.folder) or other
        released = record.released or mine.released
        joint = replace(
            mine,
            due=record.due if record.wanted is not None else mine.due,
            error=record.error or mine.error,
            released=released,
            sent=mine.sent or record.sent,
            places=tuple(dict.fromkeys((*record.places, *mine.places))),
            history=(*record.history, *mine.history)[-MOST_HISTORY:],
        )
        joint = _written(joint)
    delete(record)
    return joint


def moved(record: PlanRecord, common: Path, place: Path) -> PlanRecord:
    """The record at the place that is its own from now on. Raises LearnError."""
    with _short_lock(common):
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            record.folder.rename(place)
        except OSError as error:
            raise unwritten(place, error) from error
    return replace(record, folder=place)


def records(common: Path) -> list[PlanRecord]:
    """All records that can be read, those that changed last at the end."""
    found = (read(folder) for folder in folders(common))
    return [record for record in found if record is not None]


def folders(common: Path) -> list[Path]:
    """The folders of all records, those that changed last at the end."""
    top = home(common) / 'plans'
    found = [*top.glob(f'new-*/{FILE}'), *top.glob(f'*/*/*/[0-9]*/{FILE}')]
    return [path.parent for path in sorted(found, key=_changed)]


def left_alone(common: Path) -> list[str]:
    """A line for each record that is not touched: of a newer learn-hook, or damaged."""
    lines = []
    for folder in folders(common):
        if read(folder) is None:
            content = content_of(folder)
            is_newer = isinstance(content, dict) and _is_newer(content)
            why = 'is of a newer learn-hook; update this one' if is_newer else 'cannot be read'
            lines.append(f'{folder} {why}')
        elif (folder / _DAMAGED).exists():
            lines.append(f'{folder / _DAMAGED} cannot be read; what it says was sent may be there')
    return lines


def named(common: Path, word: str) -> PlanRecord:
    """The record that a person means by `123`, `#123` or `owner/repo#123`. Raises LearnError."""
    repo, _, number = word.strip().lower().rpartition('#')
    mine = [
        record
        for record in records(common)
        if number == str(record.plan.number)
        and repo in ('', f'{record.plan.owner}/{record.plan.repo}'.lower())
    ]
    if not mine:
        raise LearnError(f'nothing is known here of plan {word[:60]!r}; see learn-hook status')
    if len(mine) > 1:
        names = ', '.join(record.plan.full_name for record in mine)
        raise LearnError(f'several plans have the number {word[:60]}: {names}; name one of them')
    return mine[0]


def delete(record: PlanRecord) -> None:
    """Deletes a record with all that lies beside it; renames it first, so that an interrupted
    delete leaves nothing half-readable.
    """
    aside = record.folder.with_name(f'.{record.folder.name}-{os.getpid()}')
    with contextlib.suppress(OSError):
        record.folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


@contextlib.contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Holds a plan's long lock, which the kernel gives back with the process. False if another
    process holds it and there is no `wait`, or the plan has gone: nothing is made for that.
    """
    from filelock import FileLock, Timeout

    if not (folder / FILE).exists():
        yield False
        return
    try:
        with FileLock(folder / 'lock', timeout=-1 if wait else 0):
            yield (folder / FILE).exists()
    except Timeout:
        yield False


def is_ready(record: PlanRecord) -> bool:
    """Is what is worked on next prepared?"""
    return record.prepared is not None and record.prepared.of == record.of


def is_busy(record: PlanRecord) -> bool:
    """Does another process work on the plan?"""
    from filelock import FileLock, Timeout

    try:
        with FileLock(record.folder / 'lock', timeout=0):
            return False
    except Timeout:
        return True


def content_of(folder: Path) -> object:
    """What stands in a record's file, None where that is not JSON."""
    try:
        return json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _made(folder: Path) -> PlanRecord:
    """A new one. What cannot be read is kept beside it, and what a newer version wrote refused."""
    content = content_of(folder)
    if isinstance(content, dict) and _is_newer(content):
        raise LearnError(f'the record in {folder} is of a newer learn-hook; update this one')
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (folder / FILE).exists():
            (folder / FILE).replace(folder / _DAMAGED)
    except OSError as error:
        raise unwritten(folder, error) from error
    return PlanRecord(folder=folder, made=time.time())


def _written(record: PlanRecord) -> PlanRecord:
    """Durable before it returns."""
    content = {'version': VERSION, **asdict(record)}
    del content['folder']
    aside = record.folder / f'.{FILE}'
    try:
        with aside.open('w', encoding='utf-8') as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(record.folder / FILE)
        spool.flush(str(record.folder))
    except OSError as error:
        raise unwritten(record.folder, error) from error
    return record


def unwritten(folder: Path, error: OSError) -> LearnError:
    """Why a record could not be written."""
    return LearnError(f'{folder} cannot be written ({error.strerror}); make room there')


@contextlib.contextmanager
def _short_lock(common: Path) -> Iterator[None]:
    from filelock import FileLock

    try:
        home(common).mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(home(common) / 'lock-plans'):
            yield
    except OSError as error:
        raise unwritten(home(common), error) from error


def _value(kind: Any, content: Any) -> Any:
    """A dataclass out of what JSON made of it. Raises TypeError, ValueError or OverflowError."""
    if not isinstance(content, dict):
        raise TypeError(f'{content!r} is not an object')
    hints = _hints(kind)
    names = [one.name for one in fields(kind) if one.name in content]
    return kind(**{name: _plain(hints[name], content[name]) for name in names})


def _is_newer(content: dict[str, Any]) -> bool:
    version = content.get('version')
    return isinstance(version, int) and version > VERSION


@lru_cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _plain(hint: Any, value: Any) -> Any:
    options = [one for one in get_args(hint) if one is not type(None)]
    if isinstance(hint, UnionType):
        return None if value is None else _plain(options[0], value)
    if hint is Trigger:
        trigger = trigger_of(value if isinstance(value, dict) else {})
        if trigger is None:
            raise ValueError('not a trigger')
        return trigger
    if is_dataclass(hint):
        return _value(hint, value)
    kind = get_origin(hint) or hint
    if kind is tuple and isinstance(value, list):
        return tuple(_plain(options[0], one) for one in value)
    if kind is float and type(value) in (int, float):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f'{value!r} is not of {kind}')
    return value


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
