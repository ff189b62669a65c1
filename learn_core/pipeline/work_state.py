"""The state of the work on a plan branch, for the overview: from git and what was gathered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core import git
from learn_core.preprocess import WorkState

if TYPE_CHECKING:
    from collections.abc import Collection

    from learn_core.git import Repository
    from learn_core.materials.directory import Materials

_SHORT = 10  # digits of a sha


def work_state(
    materials: Materials,
    repository: Repository,
    branch: str,
    *,
    tip: str = '',
    before: str = '',
    unattended: Collection[str] | None = None,
) -> WorkState:
    """What is known of the branch here; `tip` is the commit that was pushed, or merged onto
    `before`. The `unattended` commits were made while no session ran; None: not known.
    """
    work = git.work_of(repository, tip or branch, before=before)
    planned = {entry['session_id'] for entry in materials.missing}
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
        missing=tuple(f'session {one}' for one in sorted(planned)),
    )


def _is_among(commit: str, shas: Collection[str]) -> bool:
    return any(sha.startswith(commit.partition(' ')[0]) for sha in shas)


def _pull_request(materials: Materials) -> str:
    """The plan's pull request, as `#45`."""
    found = materials.facts.get('pull_request')
    return f'#{found["number"]}' if isinstance(found, dict) else ''
