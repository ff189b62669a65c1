"""What `learn-hook` is for: a run by hand, and which plan and sessions that means."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hooks.cli import terminal, waiting
from hooks.cli.here import here
from hooks.cli.why import NAME_ONE
from learn_core import git, status
from learn_core.errors import LearnError, say_on_stderr
from learn_core.plans import of_branch
from learn_core.plans.trigger import Trigger, by_hand
from learn_core.push.agent import agent_in

if TYPE_CHECKING:
    import argparse

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.plans.of_branch import PlanNumber


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


def show_help(arguments: argparse.Namespace) -> int:
    """The help of all commands, or of one."""
    arguments.top.parse_args([arguments.topic, '--help'] if arguments.topic else ['--help'])
    return 0


def run(arguments: argparse.Namespace) -> int:
    """The six steps, now."""
    from learn_core.pipeline import run as runs

    repository, settings = _here(arguments)
    trigger = _trigger(repository, arguments)
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


def _here(arguments: argparse.Namespace) -> tuple[Repository, Settings]:
    repository, settings = here()
    if getattr(arguments, 'dry_run', False):
        settings = replace(settings, mode='dry-run')
    return repository, settings


def _trigger(repository: Repository, arguments: argparse.Namespace) -> Trigger:
    """A run by hand: of the plan that was named, else of this branch's."""
    worktree, force = str(repository.worktree), arguments.force
    if arguments.issue is not None:
        number, plan_repo = of_branch.issue_named(arguments.issue)
        return by_hand(worktree, issue=number, plan_repo=plan_repo, force=force)
    branch = git.current_branch(repository) or ''
    found = _plan_of(repository, branch)
    repo = found.plan_repo
    return by_hand(worktree, issue=found.number, local_branch=branch, plan_repo=repo, force=force)


def _plan_of(repository: Repository, branch: str) -> PlanNumber:
    found = of_branch.plan_number(repository, branch, branch)
    if found is None:
        raise LearnError(f'{branch or "a detached HEAD"} belongs to no plan; {NAME_ONE}')
    return found
