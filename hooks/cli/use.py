"""What `learn-hook` is for: a run by hand, and which plan and sessions that means."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hooks.cli import waiting
from learn_core import git, status
from learn_core.config import read_settings
from learn_core.errors import LearnError, say_on_stderr
from learn_core.plans import of_branch
from learn_core.plans.trigger import Trigger, by_hand

if TYPE_CHECKING:
    import argparse

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.plans.of_branch import PlanNumber

_NAME_ONE = 'name one with --issue, or by `git config branch.<name>.learn-issue <number>`'


def run(arguments: argparse.Namespace) -> int:
    """The six steps, now."""
    from learn_core.pipeline import steps

    repository, settings = _here(arguments)
    trigger = _trigger(repository, arguments)
    try:
        result = steps.by_hand(
            trigger, repository, settings, os.environ, say_on_stderr, verbose=arguments.verbose
        )
    finally:
        waiting.put_due(repository)  # the next hook goes on where GitHub was away
    if settings.mode != 'dry-run':
        print(status.result_line(result))
    elif arguments.json:
        print(json.dumps({'issue_number': result.issue, **result.summary}))
    else:
        print('\n'.join(status.dry_run_lines(result.summary)))
    return 0


def why(arguments: argparse.Namespace) -> int:
    """Which plan, by what, which sessions and why: sends nothing."""
    from learn_core.pipeline.gather import plan_branch, sources_of
    from learn_core.pipeline.target import holder_of, targets

    repository, settings = _here(arguments)
    branch = arguments.branch or git.current_branch(repository) or ''
    found = _plan_of(repository, branch)
    settings = replace(settings, plan_repo=found.plan_repo or settings.plan_repo)
    candidates = targets(repository, '', settings, os.environ, say_on_stderr)
    _, answer = holder_of(found.number, candidates, settings)
    trigger = Trigger(kind='manual', issue=found.number, local_branch=branch)
    sources = sources_of(answer.plan, plan_branch(answer.plan, trigger), repository, settings)
    if arguments.json:
        print(json.dumps(status.why_document(answer.plan, found.source, sources)))
    else:
        print('\n'.join(status.why_lines(answer.plan, found.source, sources)))
    return 0


def _here(arguments: argparse.Namespace) -> tuple[Repository, Settings]:
    repository = git.open_repository(Path.cwd())
    settings = read_settings(git.settings_of(repository), os.environ, mode='foreground')
    if getattr(arguments, 'dry_run', False):
        settings = replace(settings, mode='dry-run')
    return repository, settings


def _trigger(repository: Repository, arguments: argparse.Namespace) -> Trigger:
    """A run by hand: of the plan that was named, else of this branch's."""
    worktree, force = str(repository.worktree), arguments.force
    if arguments.issue is not None:
        number, plan_repo = of_branch.issue_named(arguments.issue)
        return by_hand(worktree, issue=number, plan_repo=plan_repo or '', force=force)
    branch = git.current_branch(repository) or ''
    found = _plan_of(repository, branch)
    repo = found.plan_repo
    return by_hand(worktree, issue=found.number, local_branch=branch, plan_repo=repo, force=force)


def _plan_of(repository: Repository, branch: str) -> PlanNumber:
    found = of_branch.plan_number(repository, branch, branch)
    if found is None:
        raise LearnError(f'{branch or "a detached HEAD"} belongs to no plan; {_NAME_ONE}')
    return found
