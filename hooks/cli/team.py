"""`learn-hook status --team`: what the repository learned, whoever's machine it came from."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from hooks.cli.here import here
from learn_core.errors import say_on_stderr
from learn_core.status import ago
from learn_core.words import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from learn_core.github import Page, Team

_FAILED = ('failure', 'timed_out', 'startup_failure', 'action_required')


def show(arguments: argparse.Namespace) -> int:
    """The last 30 days, in at most four requests."""
    from learn_core.pipeline.target import targets

    repository, settings = here()
    github = targets(repository, '', settings, say_on_stderr)[0]
    found = github.team(workflow=settings.workflow, labels=settings.plan_labels)
    if arguments.json:
        print(json.dumps(_document(found)))
    else:
        print('\n'.join(_lines(found, github.address.full_name, time.time())))
    return 0


def _document(team: Team) -> dict[str, object]:
    return {
        'runs': [run._asdict() for run in team.runs],
        'documents': [page._asdict() for page in team.documents],
        'merged_without_a_run': [page._asdict() for page in team.unlearned],
    }


def _lines(team: Team, repo: str, now: float) -> Iterator[str]:
    failed = [run for run in team.runs if run.state in _FAILED]
    yield f'{repo}, the last 30 days'
    yield f'workflow runs: {len(team.runs)}, {len(failed)} of them failed'
    for run in team.runs:
        plan = f'#{run.plan}' if run.plan else '?'
        yield f'  {plan:<8}{run.state:<12}{run.actor}, {ago(int(now - run.began))}: {run.url}'
    yield f'documentation: {counted(len(team.documents), "issue")}'
    yield from map(_page, team.documents)
    yield f'merged without a run: {counted(len(team.unlearned), "plan")}'
    yield from map(_page, team.unlearned)


def _page(page: Page) -> str:
    plan = f' (of plan #{page.plan})' if page.plan not in (0, page.number) else ''
    return f'  #{page.number:<7}{page.title}{plan}: {page.url}'
