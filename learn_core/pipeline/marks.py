"""With `learn-hook.track`: what a run leaves on the plan, for people and other machines."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.pipeline.deliver import with_place
from learn_core.plans.fields import Place, home
from learn_core.plans.record import change

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from learn_core.github import GitHub, PlanAnswer, Stored, WorkflowRun
    from learn_core.plans.fields import PlanRecord, Prepared


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
    number = answer.plan.number
    moment = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
    fields = {'learn_status': 'pending', 'learn_run_id': started.id, 'last_learn_at': moment}
    _try(lambda: github.mark_header(number, fields), say)
    if not answer.plan_is_private:
        say('the plan is public, so no link to the materials is left on it')
        return

    def comment() -> None:
        account = answer.workflow.actor
        name, where = stored.given
        found = github.put_comment(
            number,
            account,
            {
                'machine': machine_of(record.common),
                name: where,
                'session_ids': own_sessions(ready, stored),
                'digest': ready.digest,
            },
        )
        place = Place(kind='comment', id=found, account=account)
        change(record, places=with_place(record, place))

    _try(comment, say)


def own_sessions(ready: Prepared, stored: Stored) -> list[str]:
    """The sessions that nobody else has: those of this machine, and those that only our own place
    still holds, because clients delete transcripts after a while.
    """
    origins = ready.summary.get('origins')
    found = origins.items() if isinstance(origins, dict) else ()
    return [str(session) for session, origin in found if _is_own(origin, stored)]


def _is_own(origin: str, stored: Stored) -> bool:
    place = stored.place if stored.kind == 'ref' else stored.url
    return origin.partition('@')[0] in ('', place)


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


def _try(leave: Callable[[], object], say: Callable[[str], None]) -> None:
    try:
        leave()
    except LearnError as error:
        say(f'the workflow was started, and the plan does not say so: {error}')
