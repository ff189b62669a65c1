"""With `learn-hook.track`: what a run leaves on the plan issue, for people and other machines."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.plans import journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from learn_core.github import Gist, GitHub, PlanAnswer, WorkflowRun
    from learn_core.plans.run import Run


def leave_marks(
    run: Run,
    github: GitHub,
    answer: PlanAnswer,
    common: Path,
    gist: Gist,
    started: WorkflowRun,
    say: Callable[[str], None],
) -> None:
    """The header says that lessons are on their way, and a comment where this machine's sessions
    are. What fails is one line, for the run itself is done.
    """

    def comment() -> str:
        fields = {
            'machine': machine_of(common),
            'gist_url': gist.url,
            'session_ids': own_sessions(run, gist),
            'digest': run.steps.get('digest'),
        }
        return github.put_comment(run.issue, answer.workflow.actor, fields)

    def header() -> bool:
        moment = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
        fields = {
            'learn_status': 'pending',
            'learn_run_id': started.id,
            'last_learn_at': moment,
        }
        github.mark_header(run.issue, fields)
        return True

    _try(lambda: run.once('header', bool, header), say)
    if answer.plan_is_private:
        _try(lambda: run.once('comment', str, comment), say)
    else:
        say('the plan issue is public, so no link to the secret gist is left on it')


def own_sessions(run: Run, gist: Gist) -> list[str]:
    """The sessions that nobody else has: those of this machine, and those that only our own gist
    still holds, for logs are deleted after a while.
    """
    summary = run.steps.get('summary')
    origins = summary.get('origins') if isinstance(summary, dict) else None
    found = origins.items() if isinstance(origins, dict) else ()
    return [str(session) for session, origin in found if origin in ('', gist.url)]


def machine_of(common: Path) -> str:
    """A random word for this machine, or rather for this clone; it says nothing of either."""
    home = journal.home(common)
    place = home / 'machine'
    with journal.locked(home / 'lock-machine'):
        try:
            word = place.read_text(encoding='utf-8').strip() if place.exists() else ''
            if not word:
                word = secrets.token_hex(8)
                place.write_text(f'{word}\n', encoding='utf-8')
        except (OSError, ValueError) as error:
            raise LearnError(f'{place} can not be read or written; see who may') from error
    return word


def _try(leave: Callable[[], object], say: Callable[[str], None]) -> None:
    try:
        leave()
    except LearnError as error:
        say(f'the run is done, and the plan issue does not say so: {error}')
