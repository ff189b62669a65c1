"""The state of the work on a plan branch, for the overview and the manifest."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.preprocess import WorkState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from learn_core.git import Repository
    from learn_core.materials.directory import Materials
    from learn_core.plans.plan import PlanIssue
    from learn_core.sessions.source import Discovered, SessionSource

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
    unattended = found.unattended if found.head else None
    starts = ((source.session_id, _began_at(repository, source)) for source in found.sources)
    return WorkState(
        branch=branch,
        head=work.head[:_SHORT],
        base=work.base,
        merged_as=tip[:_SHORT] if before else '',
        pull_request=_pull_request(materials),
        diff_stat=work.diff_stat,
        commits=work.commits,
        without_session=tuple(
            commit
            for commit in work.commits
            if not materials.holds(commit.partition(' ')[0][:7])
            and (unattended is None or _is_among(commit, unattended))
        ),
        began_at=tuple((session_id, sha[:_SHORT]) for session_id, sha in starts if sha),
        missing=tuple(_missing(materials, branch, work.head, found, plan)),
    )


def _is_among(commit: str, shas: Collection[str]) -> bool:
    return any(sha.startswith(commit.partition(' ')[0]) for sha in shas)


def _began_at(repository: Repository, source: SessionSource) -> str:
    """The commit that a session of this machine began at, '' if the reflog does not have it."""
    index = source.index
    if index is None or not index.branches:
        return ''
    try:
        began = datetime.fromisoformat(index.first_time.replace('Z', '+00:00')).timestamp()
    except (ValueError, OverflowError):
        return ''
    return git.commit_at(repository, index.branches[0], began)


def _missing(
    materials: Materials, branch: str, head: str, found: Discovered, plan: PlanIssue | None
) -> Iterator[str]:
    """What a reader may look for in vain, each with its reason."""
    if not any(source.kind == 'planning' for source in found.sources):
        header = plan.header if plan is not None else None
        named = header.created_from_session if header is not None else None
        reason = f'session {named} is not here' if named else 'the plan names none'
        yield f'no planning session, so no plan text: {reason if plan else _UNASKED}'
    for one in materials.missing:
        yield f'no session {one["session_id"]}: {one["reason"]}'
    if not _pull_request(materials):
        yield f'no pull request: {"GitHub knows none of this branch" if plan else _UNASKED}'
    if branch and not head:
        yield f'no head and base: git here knows no branch {branch}'


def _pull_request(materials: Materials) -> str:
    """The plan's pull request, as `#45`."""
    found = materials.facts.get('pull_request')
    return f'#{found["number"]}' if isinstance(found, dict) else ''
