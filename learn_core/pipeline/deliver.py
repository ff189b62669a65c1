"""Steps 5 and 6: one gist or ref and one workflow run, also where an answer was lost; and, with
`learn-hook.track`, what they leave on the plan for people and other machines.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.errors import LearnError, UndecidedError, UnreachableError
from learn_core.github import Stored, UnsureError
from learn_core.plans.fields import Place, Sending, home
from learn_core.plans.record import change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from learn_core.github import GitHub, PlanAnswer, Store, WorkflowFile, WorkflowRun
    from learn_core.materials.packed import Packed
    from learn_core.plans.fields import PlanRecord, Prepared

SECONDS_UNTIL_LISTED = 60.0  # GitHub lists a new run seconds late
SECONDS_BETWEEN_LOOKS = 5.0


def upload(
    record: PlanRecord, store: Store, ready: Prepared, packed: Packed, account: str
) -> tuple[PlanRecord, Stored]:
    """Step 5: the materials in the plan's place; looked for first where they may be there."""
    number, sending = record.plan.number, record.sending
    if sending is not None and sending.gist_id:
        return record, Stored(id=sending.gist_id, url=sending.gist_url)
    may_be_there = sending is not None
    if sending is None:
        sending = Sending(of=ready.of, mark=new_distinct_id(), home=store.home)
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
    sending = replace(sending, gist_id=stored.id, gist_url=stored.url)
    places = _with_place(record, _place_of(stored, account))
    return change(record, sending=sending, places=places), stored


def withdrawn(record: PlanRecord, store: Store, packed: Packed, account: str) -> PlanRecord:
    """The record without the upload of what has to be prepared anew; where that may have arrived
    becomes a place of the plan.
    """
    sending, places = record.sending, record.places
    if sending is None:
        return record
    stored = None if sending.gist_id else store.find(record.plan.number, packed)
    if stored is not None:
        places = _with_place(record, _place_of(stored, account))
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
    if sending.is_undecided or (sending.since is not None and not workflow.takes_mark):
        raise _undecided(record, workflow, sending)
    found = _looked_for(github, workflow, sending.mark, sending.since)
    if found is not None:
        return record, found
    since = github.now()
    record = change(record, sending=replace(sending, since=since))
    try:
        run = github.start(record.plan.number, stored, workflow, sending.mark)
    except UnsureError:
        if not workflow.takes_mark:  # another run of that moment may be anybody's
            raise _undecided(record, workflow, sending) from None
        run = None
    except LearnError:
        change(record, sending=replace(sending, since=None))  # it was not started
        raise
    return record, run or _shown_up(github, workflow, sending.mark, since)


def leave_marks(
    record: PlanRecord,
    github: GitHub,
    answer: PlanAnswer,
    ready: Prepared,
    stored: Stored,
    started: WorkflowRun,
    say: Callable[[str], None],
) -> None:
    """The header says that documentation is on its way, and a comment where this machine's sessions
    are. A failure is one line, because the run itself was started.
    """
    number, account = answer.plan.number, answer.workflow.actor
    moment = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
    fields = {'learn_status': 'pending', 'learn_run_id': started.id, 'last_learn_at': moment}
    with _said(say):
        github.mark_header(number, fields)
    if not answer.plan_is_private:
        say('the plan is public, so no link to the materials is left on it')
        return
    name, where = stored.given
    with _said(say):
        comment = {
            'machine': machine_of(record.common),
            name: where,
            'session_ids': _own_sessions(ready, stored),
            'digest': ready.digest,
        }
        found = github.put_comment(number, account, comment)
        place = Place(kind='comment', id=found, account=account)
        change(record, places=_with_place(record, place))


def machine_of(common: Path) -> str:
    """A random word for this clone; it says nothing about the machine."""
    from filelock import FileLock

    place = home(common) / 'machine'
    with FileLock(home(common) / 'lock-machine'):
        try:
            word = place.read_text(encoding='utf-8').strip() if place.exists() else ''
            if not word:
                word = secrets.token_hex(8)
                place.write_text(f'{word}\n', encoding='utf-8')
        except (OSError, ValueError) as error:
            raise LearnError(f'{place} cannot be read or written; check its permissions') from error
    return word


def new_distinct_id() -> str:
    """A random base-36 word, by which a workflow run is found again."""
    return ''.join(secrets.choice('0123456789abcdefghijklmnopqrstuvwxyz') for _ in range(10))


def _place_of(stored: Stored, account: str) -> Place:
    return Place(kind=stored.kind, id=stored.place, url=stored.url, account=account)


def _with_place(record: PlanRecord, place: Place) -> tuple[Place, ...]:
    """The places of a plan with one that is new, or newer."""
    kept = [one for one in record.places if (one.kind, one.id) != (place.kind, place.id)]
    return (*kept, place)


def _place_to_update(
    record: PlanRecord, store: Store, ready: Prepared, account: str
) -> tuple[PlanRecord, str | None]:
    """The plan's place of that account; deleted first if it holds what has been kept out since."""
    mine = [one.id for one in record.places if (one.kind, one.account) == (store.kind, account)]
    if not mine or not ready.summary.get('starts_anew'):
        return record, mine[-1] if mine else None
    store.delete(mine[-1])
    left = tuple(one for one in record.places if (one.kind, one.id) != (store.kind, mine[-1]))
    return change(record, places=left), None


def _shown_up(github: GitHub, workflow: WorkflowFile, mark: str, since: float) -> WorkflowRun:
    """The run of a start whose answer does not name it. Raises UnsureError."""
    run = None
    with suppress(LearnError):
        run = _looked_for(github, workflow, mark, since)
    if run is None:
        raise UnsureError(
            f'{workflow.name} was started, but its run does not show up; look at the Actions of '
            f'{workflow.repo}, and try again later: the run is looked for first'
        )
    return run


def _looked_for(
    github: GitHub, workflow: WorkflowFile, mark: str, since: float | None
) -> WorkflowRun | None:
    """The run of a start whose answer does not name it; an empty list proves nothing for a minute.
    None also where nothing was started.
    """
    if since is None:
        return None
    pause = SECONDS_BETWEEN_LOOKS / 8
    while True:
        found = github.find_run(workflow, mark, since=since)
        left = since + SECONDS_UNTIL_LISTED - github.now()
        if found is not None or left <= 0:
            return found
        time.sleep(min(pause, left))
        pause = min(pause * 2, SECONDS_BETWEEN_LOOKS)


def _undecided(record: PlanRecord, workflow: WorkflowFile, sending: Sending) -> UndecidedError:
    """`retry` starts it again."""
    change(record, sending=replace(sending, since=None, is_undecided=True))
    return UndecidedError(
        f'{workflow.name} may have been started, and cannot tell its runs apart (it declares no '
        f'distinct_id); look at the Actions of {workflow.repo}, learn-hook retry starts it again'
    )


def _own_sessions(ready: Prepared, stored: Stored) -> list[str]:
    """The sessions that nobody else has: of this machine, or left in our own place alone."""
    origins = ready.summary.get('origins')
    ours = ('', stored.place if stored.kind == 'ref' else stored.url)
    found = origins.items() if isinstance(origins, dict) else ()
    return [str(session) for session, origin in found if origin.partition('@')[0] in ours]


@contextlib.contextmanager
def _said(say: Callable[[str], None]) -> Iterator[None]:
    try:
        yield
    except LearnError as error:
        say(f'the workflow was started, and the plan does not say so: {error}')
