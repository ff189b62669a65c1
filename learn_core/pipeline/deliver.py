"""Steps 5 and 6: one gist or ref and one workflow run, also where an answer was lost."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.errors import LearnError, UndecidedError, UnreachableError
from learn_core.github import Stored, UnsureError
from learn_core.plans.fields import Place, Sending
from learn_core.plans.record import change

if TYPE_CHECKING:
    from learn_core.github import GitHub, Store, WorkflowFile, WorkflowRun
    from learn_core.materials.packed import Packed
    from learn_core.plans.fields import PlanRecord, Prepared

SECONDS_UNTIL_LISTED = 60.0  # GitHub lists a new run seconds late
SECONDS_BETWEEN_LOOKS = 5.0


def upload(
    record: PlanRecord,
    store: Store,
    ready: Prepared,
    packed: Packed,
    account: str,
) -> tuple[PlanRecord, Stored]:
    """Step 5: the materials in the plan's place; looked for first where they may be there."""
    number, sending = record.plan.number, record.sending
    if sending is not None and sending.gist_id:
        return record, Stored(id=sending.gist_id, url=sending.gist_url)
    may_be_there = sending is not None
    if sending is None:
        mark = new_distinct_id()
        sending = Sending(
            of=ready.of, at=time.time(), digest=packed.digest, mark=mark, home=store.home
        )
        record = change(record, sending=sending)
    try:
        stored = store.find(number, packed) if may_be_there else None
        if stored is None:
            record, known = _place_to_update(record, store, ready, account)
            stored = store.put(number, packed, known)
    except (UnsureError, UnreachableError):
        raise
    except LearnError:
        if not may_be_there:
            change(record, sending=None)  # it was refused, so nothing is on its way
        raise
    place = Place(kind=stored.kind, id=stored.place, url=stored.url, account=account)
    sending = replace(sending, gist_id=stored.id, gist_url=stored.url)
    return change(record, sending=sending, places=with_place(record, place)), stored


def withdrawn(record: PlanRecord, store: Store, packed: Packed, account: str) -> PlanRecord:
    """The record without the upload of what has to be prepared anew; where that may have arrived
    becomes a place of the plan.
    """
    sending, places = record.sending, record.places
    if sending is None:
        return record
    stored = None if sending.gist_id else store.find(record.plan.number, packed)
    if stored is not None:
        place = Place(kind=stored.kind, id=stored.place, url=stored.url, account=account)
        places = with_place(record, place)
    return change(record, sending=None, places=places)


def start(
    record: PlanRecord, github: GitHub, stored: Stored, workflow: WorkflowFile
) -> tuple[PlanRecord, WorkflowRun]:
    """Step 6: a workflow run; looked for first where it may have been started. Raises
    UndecidedError where that cannot be seen.
    """
    sending = record.sending
    if sending is None:
        raise LearnError('nothing was uploaded that could be learned from; learn-hook retry')
    if sending.is_undecided:
        raise _undecided(record, workflow, sending)
    if sending.since is not None:
        found = _looked_for(record, github, workflow, sending)
        if found is not None:
            return record, found
    record = change(record, sending=replace(sending, since=github.now()))
    try:
        return record, github.start(record.plan.number, stored, workflow, sending.mark)
    except UnsureError:
        if not workflow.takes_mark:
            raise _undecided(record, workflow, sending) from None
        raise
    except LearnError:
        change(record, sending=replace(sending, since=None))  # it was not started
        raise


def with_place(record: PlanRecord, place: Place) -> tuple[Place, ...]:
    """The places of a plan with one that is new, or newer."""
    kept = [one for one in record.places if (one.kind, one.id) != (place.kind, place.id)]
    return (*kept, place)


def new_distinct_id() -> str:
    """A random base-36 word, by which a workflow run is found again."""
    return ''.join(secrets.choice('0123456789abcdefghijklmnopqrstuvwxyz') for _ in range(10))


def _place_to_update(
    record: PlanRecord, store: Store, ready: Prepared, account: str
) -> tuple[PlanRecord, str | None]:
    """The plan's place, which is deleted first if its revisions hold a session that a person has
    kept out since.
    """
    known = _known(record, store.kind, account)
    if known is None or not ready.summary.get('starts_anew'):
        return record, known
    store.delete(known)
    left = tuple(one for one in record.places if (one.kind, one.id) != (store.kind, known))
    return change(record, places=left), None


def _known(record: PlanRecord, kind: str, account: str) -> str | None:
    """The plan's place of that account, which is updated: another's cannot be."""
    mine = [one.id for one in record.places if (one.kind, one.account) == (kind, account)]
    return mine[-1] if mine else None


def _looked_for(
    record: PlanRecord, github: GitHub, workflow: WorkflowFile, sending: Sending
) -> WorkflowRun | None:
    """The run of a start whose answer never came; an empty list proves nothing for a minute."""
    if not workflow.takes_mark:
        raise _undecided(record, workflow, sending)
    while True:
        found = github.find_run(workflow, sending.mark, since=sending.since)
        left = (sending.since or 0.0) + SECONDS_UNTIL_LISTED - github.now()
        if found is not None or left <= 0:
            return found
        time.sleep(min(SECONDS_BETWEEN_LOOKS, left))


def _undecided(record: PlanRecord, workflow: WorkflowFile, sending: Sending) -> UndecidedError:
    """`retry` starts it again."""
    change(record, sending=replace(sending, since=None, is_undecided=True))
    return UndecidedError(
        f'{workflow.name} may have been started, and cannot tell its runs apart (it declares no '
        f'distinct_id); look at the Actions of {workflow.repo}, learn-hook retry starts it again'
    )
