"""What `learn-hook` is for: a run by hand, and which plan and sessions that means."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hooks.cli import terminal, waiting
from hooks.cli.here import here
from learn_core import git, status
from learn_core.errors import LearnError, say_on_stderr
from learn_core.plans import of_branch
from learn_core.plans.of_branch import PlanNumber
from learn_core.plans.trigger import by_hand
from learn_core.push.agent import agent_in
from learn_core.words import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.plans.plan import PlanIssue
    from learn_core.sessions.source import Discovered

_BY = {
    'option': '--issue',
    'config': 'git config branch.<name>.learn-issue',
    'reference': "the plan reference in the branch's worktree",
    'name': "the branch's name",
    'pull': "the branch's pull request",
}


def bare(arguments: argparse.Namespace) -> int:
    """`learn-hook --issue 123` is a run; without any option, help and one line of status."""
    if arguments.issue is not None or arguments.dry_run or arguments.force or arguments.verbose:
        return run(arguments)
    print(arguments.top.format_help())
    try:
        print(f'here: {waiting.standing(git.open_repository(Path.cwd()))}')
    except LearnError as error:
        print(f'here: {error}')
    return 0


def show_help(arguments: argparse.Namespace) -> None:
    """The help of all commands, or of one; raises SystemExit."""
    arguments.top.parse_args([arguments.topic, '--help'] if arguments.topic else ['--help'])


def run(arguments: argparse.Namespace) -> int:
    """The six steps, now."""
    from learn_core.pipeline import run as runs

    repository, settings = here()
    if arguments.dry_run:
        settings = replace(settings, mode='dry-run')
    branch = '' if arguments.issue is not None else git.current_branch(repository) or ''
    named = _named(repository, settings, branch, arguments.issue)
    trigger = by_hand(
        str(repository.worktree),
        issue=named.number,
        local_branch=branch,
        plan_repo=named.plan_repo,
        force=arguments.force,
    )
    if agent_in(dict(os.environ)):
        trigger = replace(trigger, by_hand=False)  # it needs the consent that a person gave before
    person = runs.Person(
        say=say_on_stderr,
        verbose=arguments.verbose,
        agree=lambda question: arguments.yes or terminal.agreed(question),
    )
    try:
        result = runs.by_hand(trigger, repository, settings, person)
    finally:
        waiting.put_due(repository)  # the next hook goes on where GitHub was away
    if settings.mode != 'dry-run':
        waiting.say_result(result, arguments)
    elif arguments.json:
        print(json.dumps({'issue_number': result.issue, **result.summary}))
    else:
        print('\n'.join(status.dry_run_lines(result.summary)))
    return 0


def _named(
    repository: Repository, settings: Settings, branch: str, issue: str | None, asked: str = ''
) -> PlanNumber:
    """The plan of an issue or else of a branch, which may be the one that was `asked` for. Raises
    LearnError where no plan is named.
    """
    if issue is not None:
        number, plan_repo = of_branch.issue_named(issue)
        return PlanNumber(number, 'option', plan_repo)
    found = of_branch.plan_number(repository, branch, branch)
    if found is not None:
        return found
    if asked and asked not in git.branches(repository):
        raise LearnError(f'there is no branch {asked!r} here; name one that git knows')
    is_never = git.learn_issue(repository, branch) == 'none'
    if not is_never and of_branch.glob_of([branch], settings.branches):
        return _by_pull_request(repository, settings, branch)
    raise LearnError(
        f'{branch or "a detached HEAD"} belongs to no plan; '
        'name one with --issue, or by `git config branch.<name>.learn-issue <number>`'
    )


def _by_pull_request(repository: Repository, settings: Settings, branch: str) -> PlanNumber:
    """The plan of a branch that a glob matches. Raises LearnError."""
    from learn_core.pipeline.target import page_of_branch, targets

    pushed_to = git.push_remote(repository, branch) or 'origin'
    github = targets(repository, pushed_to, settings, lambda _: None)[0]
    trigger = by_hand(str(repository.worktree), local_branch=branch)
    page = page_of_branch(trigger, github, repository, settings)
    if not page:
        raise LearnError(
            f'{branch} has no open pull request, which would be its plan; name one with --issue'
        )
    number, plan_repo = of_branch.issue_named(page)
    return PlanNumber(number, 'pull', plan_repo)


def why(arguments: argparse.Namespace) -> int:
    """Which plan a branch has, by what, and which sessions that means. Sends nothing; where GitHub
    cannot be asked, it says what this machine knows.
    """
    from learn_core.pipeline.gather import plan_branches, sources_of

    repository, settings = here()
    branch = arguments.branch or git.current_branch(repository) or ''
    named = _named(repository, settings, branch, arguments.issue, arguments.branch)
    plan, note = _plan(repository, named, settings)
    known = [branch] if branch else []
    if plan is not None:
        trigger = by_hand(str(repository.worktree), issue=named.number, local_branch=branch)
        known = plan_branches(plan, trigger, repository)
    elif arguments.issue and not _is_of(repository, branch, named):
        known = []  # only GitHub knows the branch of another plan
    found = sources_of(plan, known, repository)
    document = why_document(plan, note, named, found, settings.plan_labels)
    print(json.dumps(document) if arguments.json else '\n'.join(why_lines(document)))
    return 0


def _is_of(repository: Repository, branch: str, named: PlanNumber) -> bool:
    try:
        found = of_branch.plan_number(repository, branch, branch)
    except LearnError:
        return False
    return found is not None and found.number == named.number


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


def why_document(
    plan: PlanIssue | None,
    note: str,
    named: PlanNumber,
    found: Discovered,
    labels: Sequence[str],
) -> dict[str, Any]:
    """What `why --json` prints."""
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


def why_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The same for a person."""
    by, url = _BY[told['by']], told['issue_url']
    if url is None:
        yield f'plan #{told["issue_number"]}, by {by}'
        yield f'  GitHub did not say more: {told["note"]}'
    else:
        what = 'pull request' if '/pull/' in url else 'issue'
        kind = 'plan' if told['is_plan'] else f'{what} without a mark of a plan'
        yield f'{kind} #{told["issue_number"]}, by {by}: {url}'
    for source in told['session_sources']:
        place = source['path'] or source['gist_url'] or f'run {source["run_id"]}'
        yield f'  {source["kind"]:<9}{source["session_id"]}  by {source["why"]}: {place}'
    yield from (f'  missing  {name}  {reason}' for name, reason in told['missing'].items())
    for one in told['left_out']:
        yield f'  left out {one["session_id"]}  {one["reason"]}: {one["path"]}'
    if told['skipped']:
        yield f'  {counted(told["skipped"], "session")} kept out by #learn-skip'
    if told['commits_without_session']:
        commits = counted(told['commits'], 'commit')
        yield f'  {told["commits_without_session"]} of {commits} with no session here'
    if not told['session_sources']:
        yield '  no session of it is on this machine'
