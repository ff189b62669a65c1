"""What `learn-hook` does with plans that wait here: status, log, retry, send, drop."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hooks.cli import terminal
from hooks.cli.here import here, settings_of
from learn_core import git
from learn_core import status as report
from learn_core.errors import LearnError, UsageError, say_on_stderr
from learn_core.pipeline.policy import as_agreed
from learn_core.plans import record as plan_record
from learn_core.plans.fields import REVIEW
from learn_core.push import consent
from learn_core.push.spawn import start_worker
from learn_core.words import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.github import Page, Team
    from learn_core.pipeline.steps import Result
    from learn_core.plans.fields import PlanRecord

_ANEW = 'the rest is prepared anew at the next push or merge, or now by learn-hook retry'
_FAILED = ('failure', 'timed_out', 'startup_failure', 'action_required')  # of a workflow run


def retry(arguments: argparse.Namespace) -> int:
    """Goes on with what waits, here and now, and says what came of each plan."""
    from learn_core.worker import loop

    repository = git.open_repository(Path.cwd())
    common = repository.common
    old = {record.folder: record.last for record in plan_record.records(common)}
    code = loop.retry(common, repository.worktree, arguments.plan)
    after = plan_record.records(common)
    tried = [one for one in after if one.is_waiting or one.last != old.get(one.folder)]
    print('\n'.join(report.plans_lines(tried, time.time())) or 'nothing waits')
    return code


def status(arguments: argparse.Namespace) -> int:
    """What was sent, what waits and for what, on or off and why; with `--team` of everyone."""
    if arguments.team:
        return _team(arguments)
    repository = git.open_repository(Path.cwd())
    common = repository.common
    _clear_after_a_no(repository)
    _look_at_ends(repository)
    settings, left_alone = settings_of(repository, 'background'), plan_record.left_alone(common)
    found = [as_agreed(one, settings) for one in plan_record.records(common)]
    document = report.status_document(found, standing(repository), left_alone, time.time())
    print(json.dumps(document) if arguments.json else '\n'.join(report.status_lines(document)))
    return 0


def _team(arguments: argparse.Namespace) -> int:
    """What the repository learned in the last 30 days, whoever's machine it came from, in at most
    four requests.
    """
    from learn_core.pipeline.target import targets

    repository, settings = here()
    github = targets(repository, '', settings, say_on_stderr)[0]
    found = github.team(workflow=settings.workflow, labels=settings.plan_labels)
    if arguments.json:
        print(json.dumps(_team_document(found)))
    else:
        print('\n'.join(_team_lines(found, github.address.full_name, time.time())))
    return 0


def _team_document(team: Team) -> dict[str, object]:
    return {
        'runs': [run._asdict() for run in team.runs],
        'documents': [page._asdict() for page in team.documents],
        'merged_without_a_run': [page._asdict() for page in team.unlearned],
    }


def _team_lines(team: Team, repo: str, now: float) -> Iterator[str]:
    failed = [run for run in team.runs if run.state in _FAILED]
    yield f'{repo}, the last 30 days'
    yield f'workflow runs: {len(team.runs)}, {len(failed)} of them failed'
    for run in team.runs:
        plan = f'#{run.plan}' if run.plan else '?'
        ago = report.ago(int(now - run.began))
        yield f'  {plan:<8}{run.state:<12}{run.actor}, {ago}: {run.url}'
    yield f'documentation: {counted(len(team.documents), "issue")}'
    yield from map(_page_line, team.documents)
    yield f'merged without a run: {counted(len(team.unlearned), "plan")}'
    yield from map(_page_line, team.unlearned)


def _page_line(page: Page) -> str:
    plan = f' (of plan #{page.plan})' if page.plan not in (0, page.number) else ''
    return f'  #{page.number:<7}{page.title}{plan}: {page.url}'


def _clear_after_a_no(repository: Repository) -> None:
    """What waits is dropped where the person has said no; its rows say so."""
    from learn_core.install.cleanup import end_plans

    with contextlib.suppress(LearnError):
        settings = settings_of(repository, 'background')
        place = _place(repository, settings)
        if consent.answer(list(settings.consents), place, is_public=None) == 'no':
            note = 'you said no (learn-hook.consent); nothing was sent'
            if end_plans(repository.common, note):
                put_due(repository)


def _place(repository: Repository, settings: Settings) -> str:
    """`<host>/<owner>` of where pushes go, '' if unknown."""
    urls = git.remote_urls(repository, settings.remote or 'origin')
    return consent.owner_of(urls[0]) if urls else ''


def _look_at_ends(repository: Repository) -> None:
    """Starts a worker that asks how workflow runs ended, if that may be asked again."""
    from learn_core.worker.outcome import look_due

    now, common = time.time(), repository.common
    due = [look_due(record, now) for record in plan_record.records(common)]
    if any(at is not None and at <= now for at in due) and not consent.is_off(dict(os.environ)):
        wait = os.environ.get('LEARN_HOOK_MODE') == 'foreground'
        with contextlib.suppress(OSError):
            start_worker(str(common), str(repository.worktree), 0, wait=wait)


def standing(repository: Repository) -> str:
    """Is learn-hook on in this repository, and why. Raises LearnError."""
    from learn_core.install.hooks import places, runs_by_pre_commit

    settings = settings_of(repository, 'background')
    hooks = list(places(repository))
    if not hooks and runs_by_pre_commit(repository):
        hooks = ['pre-commit']
    return report.standing(hooks, settings, os.environ, _place(repository, settings))


def log(arguments: argparse.Namespace) -> int:
    """What was said while a plan was worked on; of the last one if none is named."""
    record = chosen(git.open_repository(Path.cwd()).common, arguments.plan)
    try:
        text = (record.folder / 'log').read_text(encoding='utf-8', errors='replace').rstrip()
    except OSError:
        last = record.last.note if record.last is not None else ''
        text = record.error or last or f'plan {record.plan.full_name} has no log yet'
    print(text)
    return 0


def chosen(common: Path, word: str | None) -> PlanRecord:
    """The plan that is named, else the one that changed last. Raises LearnError."""
    if word is not None:
        return plan_record.named(common, word)
    found = plan_record.records(common)
    if not found:
        raise LearnError('no plan is known here yet; push a plan branch or use --issue')
    return found[-1]


def send(arguments: argparse.Namespace) -> int:
    """Lets a plan go that waits: the very bytes that were shown, where they were."""
    from learn_core.pipeline.run import Person, here_and_now

    terminal.refuse_agent('agree to what is sent')
    repository, settings = here()
    with _mine(repository.common, arguments.plan, 'sent') as record:
        record = plan_record.change(record, released=record.of)
        try:
            result = here_and_now(record, repository, settings, Person(say_on_stderr))
        finally:
            put_due(repository)
    say_result(result, arguments)
    return 0


def say_result(result: Result, arguments: argparse.Namespace) -> None:
    """One line of JSON for a program, else some lines for a person."""
    if terminal.wants_json(arguments):
        print(report.result_line(result))
    else:
        print('\n'.join(report.result_lines(result)))


def drop(arguments: argparse.Namespace) -> int:
    """Nothing is sent of a plan that waits, and what was prepared for it is deleted."""
    repository, _ = here()
    common = repository.common
    if arguments.all and arguments.plan:
        raise UsageError('name a plan or use --all, not both; see learn-hook drop --help')
    names = [arguments.plan]
    if arguments.all:
        names = [one.plan.full_name for one in plan_record.records(common) if one.is_waiting]
    for name in names:
        with _mine(common, name, 'dropped') as record:
            dropped = _without(record, arguments.session)
        print(dropped)
    put_due(repository)
    if not names:
        print('nothing waits')
    return 0


def _without(record: PlanRecord, session: str | None) -> str:
    """Drops the plan, or one session of it; the line that says so."""
    from learn_core.plans.retention import clear

    plan = record.plan.full_name
    if session is not None:
        _refuse_unknown(record, session)
    clear(record.folder)
    if session is None:
        note = 'by hand; nothing was sent'
        plan_record.finish(record, record.of, 'dropped', note, prepared=None, dry=None)
        return f'dropped plan {plan}; nothing was sent'
    without = tuple(dict.fromkeys((*record.without, session)))
    error = _ANEW if record.error == REVIEW else record.error
    plan_record.change(record, without=without, prepared=None, due=0.0, error=error)
    then = _ANEW if record.prepared is not None else 'nothing of the plan is prepared yet'
    return f'session {session} of plan {plan} is left out; {then}'


def _refuse_unknown(record: PlanRecord, session: str) -> None:
    """Raises LearnError where what was prepared does not hold the session: it is misspelled."""
    ready = record.prepared
    known = ready.summary.get('origins') if ready is not None else None
    if isinstance(known, dict) and session not in known:
        plan = record.plan
        raise LearnError(
            f'plan {plan.full_name} has no session {session}; '
            f'learn-hook why --issue {plan.number} lists its sessions'
        )


def put_due(repository: Repository) -> None:
    """Schedules what waits for the next hook."""
    from learn_core.worker import loop

    try:
        settings = settings_of(repository, 'background')
    except LearnError:
        settings = None
    loop.put_due(repository.common, settings)


@contextlib.contextmanager
def _mine(common: Path, word: str | None, doing: str) -> Iterator[PlanRecord]:
    """The plan that is named, else the only one that waits; no other process may have it."""
    waiting = [record for record in plan_record.records(common) if record.is_waiting]
    if word is None and len(waiting) > 1:
        names = ', '.join(record.plan.full_name for record in waiting)
        raise LearnError(f'several plans wait: {names}; name the one to be {doing}')
    if word is None and not waiting:
        raise LearnError(f'nothing waits to be {doing}; learn-hook status says what there is')
    record = waiting[0] if word is None else plan_record.named(common, word)
    with plan_record.claimed(record) as current:
        if current is None or not current.is_waiting:
            why = 'is under way' if current is None else 'does not wait'
            name = record.plan.full_name
            raise LearnError(f'plan {name} {why}, so it cannot be {doing}; see learn-hook status')
        yield current
