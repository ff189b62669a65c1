"""What was sent, undone: a plan is forgotten, one or all that are closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learn_core.errors import LearnError
from learn_core.materials.unpack import load_packed
from learn_core.pipeline.deliver import machine_of
from learn_core.pipeline.target import github_of_page
from learn_core.plans import record as plan_record
from learn_core.plans.fields import Place
from learn_core.plans.record import change, finish
from learn_core.plans.retention import clear

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from learn_core.config import Settings
    from learn_core.github import GitHub, Stored
    from learn_core.plans.fields import PlanRecord

OLD_SECONDS = 30 * 86_400
RECENT_SECONDS = 86_400  # a workflow run that was started before has ended
FORGOTTEN = 'forgotten; what was sent is deleted'


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """What became of a plan. `gone` are gists and refs that were deleted, with True for those that
    were there; `cancelled` and `ended` pages of workflow runs; `trouble` has a sentence for each
    thing that is left. `summary` counts what the last pack held.
    """

    number: int
    summary: Mapping[str, Any]
    gone: tuple[tuple[Place, bool], ...] = ()
    cancelled: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()


def sent_record(common: Path, word: str | None) -> PlanRecord:
    """The plan that a person means, else the one that sent something last, also if it is forgotten
    by now, so that repeating `forget` never deletes what a second one sent. Raises LearnError.
    """
    if word is not None:
        return plan_record.named(common, word)
    sent = [record for record in plan_record.records(common) if record.stopped or _is_left(record)]
    if not sent:
        raise LearnError('nothing was sent from here; learn-hook status says what there is')
    return max(sent, key=lambda record: max((one.at for one in record.history), default=0.0))


def forget(record: PlanRecord, settings: Settings) -> Forgotten:
    """Deletes every gist of the plan with all its revisions and the comment that names it, cancels
    what was started, and clears what was packed here. The plan is then stopped until it is named by
    hand. What could not be done stays recorded for the next time.

    Raises LearnError where a run of the plan is under way, or nothing could be deleted.
    """
    with plan_record.claimed(record) as current:
        if current is None:
            name = record.plan.full_name
            raise LearnError(f'a run of plan {name} is under way; try again later')
        return _forgotten(current, settings)


def closed_records(common: Path, settings: Settings, now: float) -> list[PlanRecord]:
    """Plans that are closed on GitHub, whose last run was 30 days before `now` (seconds since 1970)
    and with which nothing is under way. Raises LearnError.
    """
    old = [
        record
        for record in plan_record.records(common)
        if record.places and not record.is_waiting and _last(record) < now - OLD_SECONDS
    ]
    found = []
    for repo in dict.fromkeys((one.plan.host, one.plan.owner, one.plan.repo) for one in old):
        mine = [one for one in old if (one.plan.host, one.plan.owner, one.plan.repo) == repo]
        github = github_of_page(f'https://{"/".join(repo)}', settings)
        closed = github.closed_plans([one.plan.number for one in mine])
        found += [one for one in mine if one.plan.number in closed]
    return found


def _forgotten(record: PlanRecord, settings: Settings) -> Forgotten:
    trouble: list[str] = []
    gone: list[tuple[Place, bool]] = []
    cancelled: list[str] = []
    ended: list[str] = []
    if _is_left(record):
        github = github_of_page(_page(record), settings)
        record = _with_lost_place(record, settings, trouble)
        _cancel(record, github, cancelled, ended, trouble)
        for place in record.places:
            holder = github if place.kind != 'ref' else github_of_page(place.url, settings)
            is_gone = _deleted(place, holder, gone, trouble)
            if is_gone:
                left = tuple(one for one in record.places if one != place)
                record = change(record, places=left)
    ready = record.prepared or record.dry
    summary = ready.summary if ready is not None else {}
    _settle(record, is_done=not trouble)
    return Forgotten(
        number=record.plan.number,
        summary=summary,
        gone=tuple(gone),
        cancelled=tuple(cancelled),
        ended=tuple(ended),
        trouble=tuple(trouble),
    )


def _settle(record: PlanRecord, *, is_done: bool) -> None:
    """Nothing of it is wanted or packed any more; what was not cancelled may be tried again."""
    clear(record.folder)
    of = record.of or (record.sent.of if record.sent is not None else 'forgotten')
    sent = None if is_done else record.sent
    finish(record, of, 'dropped', FORGOTTEN, prepared=None, dry=None)
    change(record, wanted=None, sent=sent, stopped=True)


def _is_left(record: PlanRecord) -> bool:
    """Is anything of it at GitHub, or may be?"""
    return bool(record.places or record.sending or record.sent)


def _page(record: PlanRecord) -> str:
    plan = record.plan
    return plan.url or f'https://{plan.host}/{plan.owner}/{plan.repo}'


def _last(record: PlanRecord) -> float:
    return record.sent.at if record.sent is not None else record.made


def _with_lost_place(
    record: PlanRecord,
    settings: Settings,
    trouble: list[str],
) -> PlanRecord:
    """With the gist or ref of an upload whose answer was lost among its places."""
    sending, ready = record.sending, record.prepared
    if sending is not None and (sending.since is not None or sending.is_undecided):
        trouble.append(f'plan #{record.plan.number} may have been started; look at the Actions')
    if sending is None or sending.gist_id:
        return record
    found: Stored | None = None
    kind, where = ('ref', sending.home) if sending.home else ('gist', _page(record))
    try:
        packed = load_packed(record.folder, list(ready.names)) if ready is not None else None
        store = github_of_page(where, settings).store(machine_of(record.common), kind=kind)
        found = store.find(record.plan.number, packed) if packed is not None else None
    except LearnError:
        look = f'the refs of {sending.home}' if sending.home else 'your gists'
        trouble.append(f'whether anything was uploaded cannot be told any more; look at {look}')
    if found is None:
        return record
    place = Place(kind=found.kind, id=found.place, url=found.url)
    return change(record, places=(*record.places, place))


def _cancel(
    record: PlanRecord,
    github: GitHub,
    cancelled: list[str],
    ended: list[str],
    trouble: list[str],
) -> None:
    """The workflow runs that were started with the plan's materials and may still be running."""
    newest = max((one.at for one in record.history), default=0.0)
    runs = [one.run_url for one in record.history if one.at > newest - RECENT_SECONDS]
    runs += [record.sent.run_url] if record.sent is not None else []
    for page in dict.fromkeys(run for run in runs if run):
        try:
            (cancelled if github.cancel_run(page) else ended).append(page)
        except LearnError as error:  # noqa: PERF203  (requests take longer)
            trouble.append(str(error))


def _deleted(
    place: Place, github: GitHub, gone: list[tuple[Place, bool]], trouble: list[str]
) -> bool:
    """Is it gone now?"""
    try:
        if place.kind == 'comment':
            github.delete_comment(place.id)
        else:
            gone.append((place, github.store(kind=place.kind).delete(place.id)))
    except LearnError as error:
        owner = f' (it is of {place.account})' if place.account else ''
        trouble.append(f'{error}{owner if place.kind != "comment" else ""}')
        return False
    return True
