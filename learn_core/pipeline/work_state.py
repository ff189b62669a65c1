"""The state of the work on a plan branch, for the overview and the manifest."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.preprocess import WorkState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learn_core.git import Repository
    from learn_core.materials.directory import Materials
    from learn_core.plans.plan import PlanIssue
    from learn_core.sessions.source import Discovered

_SHORT = 10  # digits of a sha
_UNASKED = 'GitHub was not asked'


def work_state(
    materials: Materials,
    repository: Repository,
    branch: str,
    found: Discovered,
    plan: PlanIssue | None = None,
    *,
    tip: str = '',
    before: str = '',
) -> WorkState:
    """What git here knows of the branch, and what was gathered.

    `tip` is the commit that was pushed, or merged onto `before`. Without `plan` GitHub was not
    asked.
    """
    work = git.work_of(repository, tip or branch, before=before)
    pull = materials.facts.get('pull_request')
    pull_request = f'#{pull["number"]}' if isinstance(pull, dict) else ''
    without_session = []
    for commit in work.commits:
        sha = commit.partition(' ')[0]
        is_open = not found.head or any(one.startswith(sha) for one in found.unattended)
        if is_open and not materials.holds(sha[:7]):
            without_session.append(commit)
    return WorkState(
        branch=branch,
        head=work.head[:_SHORT],
        base=work.base,
        merged_as=tip[:_SHORT] if before else '',
        pull_request=pull_request,
        diff_stat=work.diff_stat,
        commits=work.commits,
        without_session=tuple(without_session),
        began_at=tuple(_beginnings(repository, found)),
        missing=tuple(_missing(materials, branch, work.head, found, plan, pull_request)),
    )


def _beginnings(repository: Repository, found: Discovered) -> Iterator[tuple[str, str]]:
    """(session, the commit that it began at) where the reflog here still has it."""
    for source in found.sources:
        if source.index is None or not source.index.branches:
            continue
        with suppress(ValueError, OverflowError):
            first = datetime.fromisoformat(source.index.first_time.replace('Z', '+00:00'))
            sha = git.commit_at(repository, next(iter(source.index.branches)), first.timestamp())
            if sha:
                yield source.session_id, sha[:_SHORT]


def _missing(
    materials: Materials,
    branch: str,
    head: str,
    found: Discovered,
    plan: PlanIssue | None,
    pull_request: str,
) -> Iterator[str]:
    """What a reader may look for in vain, each with its reason."""
    if not any(source.kind == 'planning' for source in found.sources):
        named = plan.header.created_from_session if plan is not None and plan.header else None
        reason = f'session {named} is not here' if named else 'the plan names none'
        yield f'no planning session, so no plan text: {reason if plan else _UNASKED}'
    for one in materials.missing:
        yield f'no session {one["session_id"]}: {one["reason"]}'
    if not pull_request:
        yield f'no pull request: {"GitHub knows none of this branch" if plan else _UNASKED}'
    if branch and not head:
        yield f'no head and base: git here knows no branch {branch}'
