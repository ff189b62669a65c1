"""The six steps, from a plan's number to a workflow run."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from learn_core.errors import LearnError, NotAPlanError, RedactionError, UnreachableError
from learn_core.github import Gist, WorkflowRun
from learn_core.log import open_log
from learn_core.materials.directory import save_packed
from learn_core.materials.unpack import load_packed
from learn_core.pipeline.deliver import may_have_started, new_distinct_id, start, upload
from learn_core.pipeline.gather import Errand, gather, refuse_unless_learnable
from learn_core.pipeline.marks import leave_marks
from learn_core.pipeline.policy import hold_of
from learn_core.pipeline.target import holder_of, targets
from learn_core.plans import journal
from learn_core.plans.retention import kept_logs, release_logs
from learn_core.redact import Redactor, known_values, local_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.github import GitHub
    from learn_core.materials.packed import Packed
    from learn_core.pipeline.policy import Hold
    from learn_core.plans.plan import PlanIssue
    from learn_core.plans.run import Run, Trigger

MOST_REQUESTS = 200  # that are noted of a run, the last ones


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What came of a run. Without a gist nothing was sent; `skipped` says why."""

    issue: int
    summary: dict[str, object]
    gist: Gist | None = None
    workflow: WorkflowRun | None = None
    skipped: str = ''
    hold: Hold | None = None


def by_hand(
    trigger: Trigger,
    repository: Repository,
    settings: Settings,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    *,
    verbose: bool,
) -> RunResult:
    """A run that a person asked for, here and now. Raises LearnError.

    One that could not reach GitHub waits for the next hook; one that was cut off or interrupted
    waits for `retry`, and a dry run is never gone on with, for that would send it.
    """
    run = journal.begin(repository.common, trigger)
    is_dry = settings.mode == 'dry-run'
    with journal.locked(run.directory / 'lock'):
        run.book('dropped' if is_dry else 'failed', 'cut off; learn-hook retry goes on with it')
        try:
            return here_and_now(run, repository, settings, environ, say, verbose=verbose)
        except LearnError as error:
            run.book('dropped' if is_dry else state_after(error), str(error))
            raise


def here_and_now(
    run: Run,
    repository: Repository,
    settings: Settings,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    *,
    verbose: bool = False,
) -> RunResult:
    """A run that is ours, as soon as no other one of its plan is under way. Raises LearnError."""
    with journal.locked(lock_of(repository.common, run.issue)):
        return carry_out(run, repository, settings, environ, say, verbose=verbose)


def lock_of(common: Path, issue: int) -> Path:
    """One run at a time for a plan."""
    return journal.home(common) / f'lock-plan-{issue}'


def state_after(error: LearnError) -> str:
    """What becomes of a run: it waits for a better moment, fails, or was none of a plan's."""
    if isinstance(error, NotAPlanError):
        return 'dropped'
    waits = isinstance(error, (UnreachableError, RedactionError))
    return 'waiting' if waits else 'failed'


def carry_out(
    run: Run,
    repository: Repository,
    settings: Settings,
    environ: Mapping[str, str],
    say: Callable[[str], None] | None = None,
    *,
    verbose: bool = False,
    is_overtaken: Callable[[], bool] = lambda: False,
) -> RunResult:
    """A run with all that it needs, logged and booked; its plan's lock is held. Raises LearnError,
    as OvertakenError where a later run of the plan takes it along.
    """
    plan_repo = run.trigger.plan_repo or settings.plan_repo
    settings = replace(
        settings,
        plan_repo=plan_repo,
        force=run.trigger.force,
        claude_folders=(*settings.claude_folders, kept_logs(run)),
    )
    candidates = targets(repository, run.trigger.remote, settings, environ, lambda line: tell(line))
    tokens = [github.token for github in candidates if github.token]
    known = known_values(local_secrets(repository, environ, tokens))
    redactor = Redactor(known, allow=settings.allow_secrets)
    spoken = redactor.fresh().line
    log = open_log(run.directory / 'log', spoken)

    def tell(line: str) -> None:
        log(line)
        if say is not None:
            say(spoken(line))

    errand = Errand(
        repository=repository,
        settings=settings,
        redactor=redactor,
        github=candidates,
        say=tell,
        detail=tell if verbose else log,
        is_overtaken=is_overtaken,
    )
    try:
        result = learn(run, errand)
    except LearnError as error:
        error.args = (spoken(str(error)),)  # it is printed, and stands in the journal
        log(str(error))
        raise
    finally:
        note_requests(run, candidates)
    if result.hold is not None:
        run.book('held', result.hold.note, not_before=result.hold.until)
    else:
        run.book('done', result.skipped)
        release_logs(run)
    return result


def learn(run: Run, errand: Errand) -> RunResult:
    """The six steps for one plan. Raises LearnError.

    What must not happen twice goes through `run.once`: a run that was cut off goes on behind the
    last step that stands in its journal.
    """
    settings, common = errand.settings, errand.repository.common
    github, answer = holder_of(run.issue, errand.github, settings)
    refuse_unless_learnable(answer.plan, run.trigger, force=settings.force)
    workflow = answer.workflow
    workflow.refuse_unless_usable()
    run.steps['plan'] = answer.plan.url
    before = journal.last_done(common, answer.plan.url)
    is_old = 'packed' in run.steps and before is not None and before.began > run.began
    if before is not None and is_old and not settings.force:
        return sent_before(run, before, {}, 'a later run of this plan was sent')
    packed, summary = pack_once(run, errand, github, answer.plan)
    if settings.mode == 'dry-run':
        return RunResult(issue=run.issue, summary=summary, skipped='dry run')
    if before is not None and before.steps.get('digest') == packed.digest and not settings.force:
        return sent_before(run, before, summary, 'same materials')
    hold = hold_of(run, settings, common, time.time())
    if hold is not None:
        return RunResult(issue=run.issue, summary=summary, skipped=hold.note, hold=hold)
    was_sent = 'sending' in run.steps  # perhaps: what follows may be done, and not be booked
    run.once('sending', bool, lambda: True)
    errand.say(f'uploading {packed.size:,} bytes as a secret gist')
    gist = run.once('gist', Gist, lambda: upload(run, github, packed, before, look=was_sent))  # 5
    booked = journal.started(common) if may_have_started(run) else None
    mark = run.once('mark', str, new_distinct_id)  # stands in the journal before it is sent
    errand.say(f'starting {workflow.name} on {workflow.ref}')
    started = run.once(  # 6
        'workflow',
        WorkflowRun,
        lambda: start(run, github, gist, workflow, mark, booked=booked),
    )
    run.once('sent_at', float, time.time)
    if settings.track:
        leave_marks(run, github, answer, common, gist, started, errand.say)
    return RunResult(issue=run.issue, summary=summary, gist=gist, workflow=started)


def pack_once(
    run: Run, errand: Errand, github: GitHub, plan: PlanIssue
) -> tuple[Packed, dict[str, object]]:
    """What was packed for this run, with its summary: gathered now, or read back as it was."""
    names, summary = run.steps.get('packed'), run.steps.get('summary')
    if isinstance(names, list) and isinstance(summary, dict):
        try:
            return read_back(run, [str(name) for name in names]), summary
        except LearnError:
            if run.is_touched:  # what was sent or shown is what goes, or nothing
                raise
    materials = gather(run.trigger, errand, github, plan)
    packed = materials.pack()
    names = save_packed(packed, run.directory, run.issue)
    summary = {**materials.summary(packed), 'packed': str(run.directory / names[0])}
    run.steps |= {
        'packed': names,
        'packed_at': time.time(),
        'digest': packed.digest,
        'sha256': packed.sha256,
        'summary': summary,
    }
    run.save()
    return packed, summary


def note_requests(run: Run, candidates: Sequence[GitHub]) -> None:
    """What GitHub was asked for this run, for who wants to see it; booked with what comes next."""
    earlier = run.steps.get('requests')
    asked = [exchange._asdict() for github in candidates for exchange in github.exchanges]
    noted = [*(earlier if isinstance(earlier, list) else []), *asked]
    run.steps['requests'] = noted[-MOST_REQUESTS:]


def read_back(run: Run, names: list[str]) -> Packed:
    """The very bytes that were packed for this run. Raises LearnError."""
    return load_packed(run.directory, names, str(run.steps.get('sha256', '')))


def sent_before(run: Run, before: Run, summary: dict[str, object], why: str) -> RunResult:
    """The result of the run that sent what this one would, which needs not be sent again."""
    return RunResult(
        issue=run.issue,
        summary=summary,
        gist=before.result('gist', Gist),
        workflow=before.result('workflow', WorkflowRun),
        skipped=why,
    )
