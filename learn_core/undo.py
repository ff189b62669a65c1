"""What was sent, undone: a plan is forgotten, one or all that are closed."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    from learn_core.github import GitHub
    from learn_core.plans.fields import PlanRecord

OLD_SECONDS = 30 * 86_400
RECENT_SECONDS = 86_400  # a workflow run that was started before has ended
FORGOTTEN = 'forgotten; what was sent is deleted'
NOTHING_SENT = 'forgotten; nothing of it was sent'


@dataclass(kw_only=True)
class Forgotten:
    """What became of a plan. `gone` are gists and refs that were deleted, with True for those that
    were there; `cancelled` and `ended` pages of workflow runs; `trouble` has a sentence for each
    thing that is left. `summary` counts what the last pack held.
    """

    number: int
    summary: Mapping[str, Any]
    gone: list[tuple[Place, bool]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)


def sent_record(common: Path, word: str | None) -> PlanRecord:
    """The plan that a person means, else the one that sent something last, also if it is forgotten
    by now, so that repeating `forget` never deletes what a second one sent. Raises LearnError.
    """
    if word is not None:
        return plan_record.named(common, word)
    sent = [record for record in plan_record.records(common) if record.stopped or _is_left(record)]
    if not sent:
        raise LearnError('nothing was sent from here; learn-hook status says what there is')
    return max(sent, key=_newest)


def closed_records(common: Path, settings: Settings, now: float) -> list[PlanRecord]:
    """Plans that are closed on GitHub, whose last run was 30 days before `now` (seconds since 1970)
    and with which nothing is under way. Raises LearnError.
    """
    by_repo: dict[tuple[str, str, str], list[PlanRecord]] = {}
    for record in plan_record.records(common):
        at = record.sent.at if record.sent is not None else record.made
        if record.places and not record.is_waiting and at < now - OLD_SECONDS:
            plan = record.plan
            by_repo.setdefault((plan.host, plan.owner, plan.repo), []).append(record)
    found = []
    for repo, records in by_repo.items():
        github = github_of_page(f'https://{"/".join(repo)}', settings)
        closed = github.closed_plans([one.plan.number for one in records])
        found += [one for one in records if one.plan.number in closed]
    return found


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


def _forgotten(record: PlanRecord, settings: Settings) -> Forgotten:
    ready = record.prepared or record.dry
    summary = ready.summary if ready is not None else {}
    done = Forgotten(number=record.plan.number, summary=summary)
    note = FORGOTTEN if _is_left(record) or record.stopped else NOTHING_SENT
    if _is_left(record):
        record = _without_places(record, settings, done)
    clear(record.folder)
    of = record.of or (record.sent.of if record.sent is not None else 'forgotten')
    if done.trouble:
        note = f'forgotten; learn-hook forget {done.number} tries again what could not be deleted'
    finish(record, of, 'dropped', note, prepared=None, dry=None)
    # what was not cancelled may be tried again
    change(record, wanted=None, sent=record.sent if done.trouble else None, stopped=True)
    return done


def _without_places(record: PlanRecord, settings: Settings, done: Forgotten) -> PlanRecord:
    """Cancels what was started, and deletes what is at GitHub."""
    github = github_of_page(_page(record), settings)
    record = _with_lost_place(record, settings, done)
    _cancel(record, github, done)
    for place in record.places:
        holder = github if place.kind != 'ref' else github_of_page(place.url, settings)
        if _deleted(place, holder, done):
            left = tuple(one for one in record.places if one != place)
            record = change(record, places=left)
    return record


def _is_left(record: PlanRecord) -> bool:
    """Is anything of it at GitHub, or may be?"""
    return bool(record.places or record.sending or record.sent)


def _newest(record: PlanRecord) -> float:
    return max((one.at for one in record.history), default=0.0)


def _page(record: PlanRecord) -> str:
    plan = record.plan
    return plan.url or f'https://{plan.host}/{plan.owner}/{plan.repo}'


def _with_lost_place(record: PlanRecord, settings: Settings, done: Forgotten) -> PlanRecord:
    """With the gist or ref of an upload whose answer was lost among its places."""
    sending, ready = record.sending, record.prepared
    if sending is None:
        return record
    if sending.since is not None or sending.is_undecided:
        said = f'plan #{record.plan.number} may have been started; look at the Actions'
        done.trouble.append(said)
    if sending.gist_id or ready is None:
        return record
    kind, where = ('ref', sending.home) if sending.home else ('gist', _page(record))
    try:
        packed = load_packed(record.folder, list(ready.names))
        store = github_of_page(where, settings).store(machine_of(record.common), kind=kind)
        found = store.find(record.plan.number, packed)
    except LearnError:
        look = f'the refs of {sending.home}' if sending.home else 'your gists'
        done.trouble.append(
            f'whether anything was uploaded cannot be told any more; look at {look}'
        )
        return record
    if found is None:
        return record
    place = Place(kind=found.kind, id=found.place, url=found.url)
    return change(record, places=(*record.places, place))


def _cancel(record: PlanRecord, github: GitHub, done: Forgotten) -> None:
    """The workflow runs that were started with the plan's materials and may still be running."""
    since = _newest(record) - RECENT_SECONDS
    runs = [one.run_url for one in record.history if one.at > since]
    runs += [record.sent.run_url] if record.sent is not None else []
    for page in dict.fromkeys(run for run in runs if run):
        try:
            (done.cancelled if github.cancel_run(page) else done.ended).append(page)
        except LearnError as error:  # noqa: PERF203  (requests take longer)
            done.trouble.append(str(error))


def _deleted(place: Place, github: GitHub, done: Forgotten) -> bool:
    """Is it gone now?"""
    is_comment = place.kind == 'comment'
    try:
        if is_comment:
            github.delete_comment(place.id)
        else:
            done.gone.append((place, github.store(kind=place.kind).delete(place.id)))
    except LearnError as error:
        owner = f' (it is of {place.account})' if place.account and not is_comment else ''
        done.trouble.append(f'{error}{owner}')
        return False
    return True
