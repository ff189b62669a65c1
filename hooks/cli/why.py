"""`learn-hook why`: which plan a branch has, by what, and which sessions that means."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from hooks.cli.here import here
from learn_core import git
from learn_core.errors import LearnError
from learn_core.plans import of_branch
from learn_core.plans.of_branch import PlanNumber
from learn_core.plans.trigger import by_hand
from learn_core.words import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.plans.plan import PlanIssue
    from learn_core.sessions.source import Discovered

NAME_ONE = 'name one with --issue, or by `git config branch.<name>.learn-issue <number>`'
_BY = {
    'option': '--issue',
    'config': 'git config branch.<name>.learn-issue',
    'reference': "the plan reference in the branch's worktree",
    'name': "the branch's name",
}


def why(arguments: argparse.Namespace) -> int:
    """Sends nothing. Where GitHub cannot be asked, it says what this machine knows."""
    from learn_core.pipeline.gather import plan_branches, sources_of

    repository, settings = here()
    branch = arguments.branch or git.current_branch(repository) or ''
    named = _named(repository, branch, arguments)
    plan, note = _plan(repository, named, settings)
    known = [branch] if branch else []
    if plan is not None:
        trigger = by_hand(str(repository.worktree), issue=named.number, local_branch=branch)
        known = plan_branches(plan, trigger, repository)
    elif arguments.issue and _number_of(repository, branch) != named.number:
        known = []  # only GitHub knows the branch of another plan
    found = sources_of(plan, known, repository)
    if arguments.json:
        print(json.dumps(_document(plan, note, named, found, settings.plan_labels)))
    else:
        print('\n'.join(_lines(plan, note, named, found, settings.plan_labels)))
    return 0


def _named(repository: Repository, branch: str, arguments: argparse.Namespace) -> PlanNumber:
    """Raises LearnError where no plan is named, or there is no such branch."""
    if arguments.issue is not None:
        number, plan_repo = of_branch.issue_named(arguments.issue)
        return PlanNumber(number, 'option', plan_repo)
    found = of_branch.plan_number(repository, branch, branch)
    if found is not None:
        return found
    if arguments.branch and not git.has_branch(repository, branch):
        raise LearnError(f'there is no branch {branch!r} here; name one that git knows')
    raise LearnError(f'{branch or "a detached HEAD"} belongs to no plan; {NAME_ONE}')


def _number_of(repository: Repository, branch: str) -> int:
    try:
        found = of_branch.plan_number(repository, branch, branch)
    except LearnError:
        return 0
    return found.number if found is not None else 0


def _plan(
    repository: Repository, named: PlanNumber, settings: Settings
) -> tuple[PlanIssue | None, str]:
    """The plan as GitHub has it, or None and the reason why it was not asked or did not answer."""
    from learn_core.pipeline.target import holder_of, targets

    settings = replace(settings, plan_repo=named.plan_repo or settings.plan_repo)
    try:
        found = targets(repository, '', settings, lambda _: None)
        answer = holder_of(named.number, [one.in_a_hurry() for one in found], settings)[1]
        return answer.plan, ''
    except LearnError as error:
        return None, str(error)


def _document(
    plan: PlanIssue | None,
    note: str,
    named: PlanNumber,
    found: Discovered,
    labels: Sequence[str],
) -> dict[str, object]:
    return {
        'issue_number': named.number,
        'issue_url': plan.url if plan is not None else None,
        'by': named.source,
        'is_plan': plan.is_marked(labels) if plan is not None else None,
        'note': note,
        'session_sources': [
            {
                'session_id': source.session_id,
                'agent': source.transcript.agent if source.transcript else None,
                'source_type': source.source_type,
                'kind': source.kind,
                'why': source.why,
                'path': str(source.path) if source.path else None,
                'gist_url': source.gist_url,
                'run_id': source.run_id,
            }
            for source in found.sources
        ],
        'missing': dict(found.missing),
        'left_out': [
            {'session_id': one.session_id, 'reason': one.reason, 'path': str(one.path)}
            for one in found.left_out
        ],
        'skipped': found.skipped,
        'commits': found.commits,
        'commits_without_session': len(found.unattended),
    }


def _lines(
    plan: PlanIssue | None,
    note: str,
    named: PlanNumber,
    found: Discovered,
    labels: Sequence[str],
) -> Iterator[str]:
    by = _BY[named.source]
    if plan is None:
        yield f'plan #{named.number}, by {by}'
        yield f'  GitHub did not say more: {note}'
    else:
        what = 'pull request' if plan.is_pull else 'issue'
        kind = 'plan' if plan.is_marked(labels) else f'{what} without a mark of a plan'
        yield f'{kind} #{plan.number}, by {by}: {plan.url}'
    for source in found.sources:
        place = source.path or source.gist_url or f'run {source.run_id}'
        yield f'  {source.kind:<9}{source.session_id}  by {source.why}: {place}'
    yield from (f'  missing  {name}  {reason}' for name, reason in found.missing.items())
    yield from (f'  left out {one.session_id}  {one.reason}: {one.path}' for one in found.left_out)
    if found.skipped:
        yield f'  {counted(found.skipped, "session")} kept out by #learn-skip'
    if found.unattended:
        commits = counted(found.commits, 'commit')
        yield f'  {len(found.unattended)} of {commits} with no session here'
    if not found.sources:
        yield '  no session of it is on this machine'
