"""Steps 5 and 6: one gist and one workflow run, also where an answer was lost."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.github import UnsureError

if TYPE_CHECKING:
    from collections.abc import Collection

    from learn_core.github import Gist, GitHub, WorkflowFile, WorkflowRun
    from learn_core.materials.packed import Packed
    from learn_core.plans.run import Run


def upload(run: Run, github: GitHub, packed: Packed, before: Run | None, *, look: bool) -> Gist:
    """Step 5: the plan's gist with these materials; looked for first where it may be there."""
    found = github.find_gist(run.issue, packed) if look else None
    return found or github.put_gist(run.issue, packed, gist_id=gist_id_of(before))


def may_have_started(run: Run) -> bool:
    """Was a start sent before, and not surely refused? The refusal holds for that start alone."""
    if run.steps.pop('refused', False):
        run.save()
        return False
    return 'mark' in run.steps


def start(
    run: Run,
    github: GitHub,
    gist: Gist,
    workflow: WorkflowFile,
    mark: str,
    *,
    booked: Collection[str] | None,
) -> WorkflowRun:
    """Step 6: a workflow run; looked for first where it may have been started (`booked` are then
    the runs of others: without a mark a run is known by its time alone).
    """
    found = github.find_run(workflow, mark, since=run.began) if booked is not None else None
    if found is not None and (workflow.takes_mark or found.id not in (booked or ())):
        return found
    try:
        return github.start(run.issue, gist, workflow, mark)
    except UnsureError:
        raise
    except LearnError:
        run.steps['refused'] = True  # so there is nothing to look for
        run.save()
        raise


def gist_id_of(before: Run | None) -> str | None:
    """The gist of the plan's earlier run, which is updated."""
    gist = before.steps.get('gist') if before is not None else None
    return str(gist['id']) if isinstance(gist, dict) else None


def new_distinct_id() -> str:
    """A random base-36 word, by which a workflow run is found again."""
    return ''.join(secrets.choice('0123456789abcdefghijklmnopqrstuvwxyz') for _ in range(10))
