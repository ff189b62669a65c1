"""The six steps, from a plan's record to a workflow run."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from learn_core.errors import LearnError, NotAPlanError, RedactionError, UnreachableError
from learn_core.github import Stored, WorkflowRun
from learn_core.log import open_log
from learn_core.materials.directory import save_packed
from learn_core.materials.unpack import load_packed
from learn_core.pipeline.deliver import start, upload
from learn_core.pipeline.gather import Context, gather, refuse_unless_learnable, sources_when_quiet
from learn_core.pipeline.marks import leave_marks, machine_of
from learn_core.pipeline.policy import needs_own_yes, needs_review, word_of
from learn_core.pipeline.target import holder_of, place_of, pushed_owner, targets
from learn_core.plans import joining
from learn_core.plans import record as plan_record
from learn_core.plans.record import ASKS, REVIEW, PlanName, PlanRecord, Prepared, Sent, change
from learn_core.plans.retention import delete_packed, hand_on_logs, kept_logs, release_logs
from learn_core.redact import Redactor, known_values, local_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.github import GitHub, PlanAnswer
    from learn_core.materials.packed import Packed
    from learn_core.plans.trigger import Trigger

MOST_REQUESTS = 200  # that are noted of a plan, the last ones
CUT_OFF = 'cut off; learn-hook retry goes on with it'
SAME = 'same materials'


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of it. Without `stored` nothing was sent; `skipped` says why."""

    issue: int
    summary: dict[str, Any]
    stored: Stored | None = None
    workflow: WorkflowRun | None = None
    skipped: str = ''


def by_hand(
    trigger: Trigger,
    repository: Repository,
    settings: Settings,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    *,
    verbose: bool,
    agree: Callable[[str], bool] = lambda _: True,
) -> Result:
    """A run that a person asked for, here and now. `agree` asks whether it may go on in a public
    repository. Raises LearnError.

    One that could not reach GitHub waits for the next hook; one that was cut off or interrupted
    waits for `retry`, and a dry run enters nothing that could be gone on with.
    """
    common = repository.common
    how: dict[str, Any] = {'verbose': verbose, 'agree': agree}
    folder, plan = place_of(repository, trigger, settings)
    record = plan_record.opened(common, folder, plan)
    with in_hand(record, say):
        if settings.mode == 'dry-run':
            return carry_out(record, trigger, repository, settings, environ, say, **how)
        ident = f'{time.time_ns()}-{os.getpid()}'
        record = plan_record.enter(common, folder, trigger, ident, plan)
        result = here_and_now(record, repository, settings, environ, say, **how)
        left = plan_record.current(record, common, ident)
        if left.of == ident and result.skipped != REVIEW:  # what was shown before went first
            result = here_and_now(left, repository, settings, environ, say, **how)
        return result


def here_and_now(
    record: PlanRecord,
    repository: Repository,
    settings: Settings,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    *,
    verbose: bool = False,
    agree: Callable[[str], bool] = lambda _: True,
) -> Result:
    """What a plan wants, for a person who waits; its long lock is held. Raises LearnError."""
    common, of, wanted = repository.common, record.of, record.wanted
    if wanted is None:
        raise LearnError(f'nothing of plan {record.plan.full_name} waits; see learn-hook status')
    record = change(record, common, due=None, error=CUT_OFF, stopped=False)
    trigger = wanted.trigger
    try:
        return carry_out(
            record, trigger, repository, settings, environ, say, verbose=verbose, agree=agree
        )
    except LearnError as error:
        record = plan_record.current(record, common, of)
        if isinstance(error, NotAPlanError):
            plan_record.finish(record, common, of, 'dropped', str(error))
        else:
            waits = isinstance(error, (UnreachableError, RedactionError))
            change(record, common, due=time.time() if waits else None, error=str(error))
        raise


@contextlib.contextmanager
def in_hand(record: PlanRecord, say: Callable[[str], None]) -> Any:
    """The plan's long lock; a line where another process has it, which is waited for."""
    with plan_record.locked(record.folder, wait=False) as is_mine:
        if is_mine:
            yield
            return
    say(f'plan {record.plan.full_name} is worked on in the background; waiting for that to end')
    with plan_record.locked(record.folder):
        yield


def carry_out(
    record: PlanRecord,
    trigger: Trigger,
    repository: Repository,
    settings: Settings,
    environ: Mapping[str, str],
    say: Callable[[str], None] | None = None,
    *,
    verbose: bool = False,
    agree: Callable[[str], bool] = lambda _: True,
) -> Result:
    """The six steps with all that they need, logged and recorded; the plan's long lock is held.
    Raises LearnError.
    """
    settings = replace(
        settings,
        plan_repo=trigger.plan_repo or settings.plan_repo,
        force=trigger.force,
    )
    candidates = targets(repository, trigger.remote, settings, environ, lambda line: tell(line))
    tokens = [github.token for github in candidates if github.token]
    known = known_values(local_secrets(repository, environ, tokens))
    redactor = Redactor(known, allow=settings.allow_secrets, own=settings.secrets)
    spoken = redactor.fresh().line
    log = open_log(record.folder / 'log', spoken)

    def tell(line: str) -> None:
        log(line)
        if say is not None:
            say(spoken(line))

    context = Context(
        repository=repository,
        settings=settings,
        redactor=redactor,
        github=candidates,
        say=tell,
        detail=tell if verbose else log,
        agree=agree,
        kept=kept_logs(record.folder),
    )
    of = record.of
    try:
        with contextlib.ExitStack() as locks:
            return learn(record, trigger, context, locks)
    except LearnError as error:
        error.args = (spoken(str(error)),)  # it is printed, and stands in the record
        log(str(error))
        raise
    finally:
        _note_requests(plan_record.current(record, repository.common, of), context)


def learn(
    record: PlanRecord, trigger: Trigger, context: Context, locks: contextlib.ExitStack
) -> Result:
    """The six steps for one plan. Raises LearnError.

    What must not happen twice is recorded in `sending` before it is asked for, so a run that was
    cut off goes on where it was.
    """
    common = context.repository.common
    number = record.plan.number or trigger.issue
    github, answer = holder_of(number, context.github, context.settings)
    refuse_unless_learnable(answer.plan, trigger, context)
    pushed = pushed_owner(context.repository, trigger.pushed_to, context.settings)
    if pushed and pushed.lower() != answer.code.owner.lower():
        context.say(f'the push went to {pushed}; workflow and plan are in {answer.code.full_name}')
    answer.workflow.refuse_unless_usable()
    record = _settled(record, github, answer, common, locks)
    if context.settings.mode == 'dry-run':
        dry, _ = _prepared(record, trigger, context, github, answer, is_dry=True)
        change(record, common, dry=dry)
        return Result(issue=number, summary=dry.summary, skipped='dry run')
    if not record.of:
        return _result(record, 'another run of this plan sent it meanwhile')
    if word_of(record, context.settings) != 'yes':
        change(record, common, due=0.0, error=ASKS)  # the repository turned out to be public
        return Result(issue=number, summary={}, skipped=ASKS)
    _refuse_unless_agreed(record, trigger, context)
    ready, packed = _read_back(record)
    if ready is None or packed is None:
        ready, packed = _prepared(record, trigger, context, github, answer)  # 1 to 4
        record = change(record, common, prepared=ready)
    before = record.sent
    if before and before.digest == packed.digest and not (trigger.force or record.sending):
        record = plan_record.finish(record, common, ready.of, 'done', SAME)
        release_logs(record.folder)
        return _result(record, SAME, ready)
    if needs_review(record, context.settings):
        change(record, common, due=0.0, error=REVIEW)
        return Result(issue=number, summary=ready.summary, skipped=REVIEW)
    return _sent(record, context, github, answer, ready, packed, trigger)


def _refuse_unless_agreed(record: PlanRecord, trigger: Trigger, context: Context) -> None:
    """A run by hand is its own consent, but not in a public repository. Raises NotAPlanError."""
    repo = f'{record.plan.owner}/{record.plan.repo}'
    is_open = trigger.by_hand and needs_own_yes(record, context.settings)
    if is_open and not context.agree(
        f'{repo} is public; send the materials of plan #{record.plan.number}?'
    ):
        raise NotAPlanError(f'{repo} is public, so nothing was sent; --yes sends all the same')


def _sent(
    record: PlanRecord,
    context: Context,
    github: GitHub,
    answer: PlanAnswer,
    ready: Prepared,
    packed: Packed,
    trigger: Trigger,
) -> Result:
    common, workflow = context.repository.common, answer.workflow
    store = github.store(machine_of(common))
    context.say(f'uploading {packed.size:,} bytes {store.said}')
    record, stored = upload(record, common, store, ready, packed, workflow.actor)  # 5
    context.say(f'starting {workflow.name} on {workflow.ref}')
    record, started = start(record, common, github, stored, workflow)  # 6
    if context.settings.track:
        leave_marks(record, common, github, answer, ready, stored, started, context.say)
    sent = Sent(
        of=ready.of,
        at=time.time(),
        digest=packed.digest,
        gist_id=stored.id,
        gist_url=stored.url,
        run_id=started.id,
        run_url=started.url,
        branch=answer.plan.branch or trigger.branch,
        remote=trigger.remote,
        pull=_pull_of(ready),
    )
    record = plan_record.finish(record, common, ready.of, 'done', sent=sent)
    if not record.is_waiting:
        release_logs(record.folder)
    return Result(issue=record.plan.number, summary=ready.summary, stored=stored, workflow=started)


def _prepared(
    record: PlanRecord,
    trigger: Trigger,
    context: Context,
    github: GitHub,
    answer: PlanAnswer,
    *,
    is_dry: bool = False,
) -> tuple[Prepared, Packed]:
    """Steps 1 to 4, packed beside the record; what was wanted by then is what is prepared."""
    found = sources_when_quiet(trigger, context, answer.plan)  # 1
    current = plan_record.again(record) or record
    kept = [one for one in found.sources if one.session_id not in current.without]
    found = replace(found, sources=tuple(kept))
    of = current.wanted.id if current.wanted is not None and not is_dry else 'dry'
    materials = gather(trigger, context, github, answer.plan, found)  # 2, 3, 4
    packed = materials.pack()
    folder = record.folder / 'dry' if is_dry else record.folder
    delete_packed(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    names = save_packed(packed, folder, answer.plan.number)
    out = {*found.kept_out, *current.without}
    summary = {
        **materials.summary(packed),
        'packed': str(folder / names[0]),
        'starts_anew': _may_hold(current, out),
    }
    ready = Prepared(
        of=of,
        at=time.time(),
        digest=packed.digest,
        sha256=packed.sha256,
        names=tuple(names),
        summary=summary,
    )
    return ready, packed


def _may_hold(record: PlanRecord, sessions: set[str]) -> bool:
    """May the plan's gist, or an earlier revision of it, hold one of these sessions?"""
    last = record.prepared
    if last is None:
        return False
    was_sent = record.sent is not None and record.sent.of == last.of
    origins = last.summary.get('origins')
    is_left = not was_sent and last.summary.get('starts_anew') is True
    return is_left or (isinstance(origins, dict) and not sessions.isdisjoint(origins))


def _pull_of(ready: Prepared) -> int:
    pull = ready.summary.get('pull_request')
    number = pull.get('number') if isinstance(pull, dict) else 0
    return number if isinstance(number, int) else 0


def _read_back(record: PlanRecord) -> tuple[Prepared | None, Packed | None]:
    """The very bytes that were prepared for what is wanted, None where they have to be made anew.

    Raises LearnError where what was shown or sent is not there as it was.
    """
    ready = record.prepared
    if ready is None or ready.of != record.of:
        return None, None
    try:
        packed = load_packed(record.folder, list(ready.names))
        if packed.sha256 != ready.sha256:
            raise LearnError(f'what was packed in {record.folder} was changed; use learn-hook drop')
    except LearnError:
        if record.has_frozen:
            raise
        return None, None
    return ready, packed


def _settled(
    record: PlanRecord,
    github: GitHub,
    answer: PlanAnswer,
    common: Path,
    locks: contextlib.ExitStack,
) -> PlanRecord:
    """The plan's record where it belongs, now that GitHub has told which plan it is: moved there,
    or put together with the one that is there, which is then held as well.
    """
    address = github.plan_address
    name = PlanName(
        number=answer.plan.number,
        host=address.host,
        owner=address.owner,
        repo=address.repo,
        url=answer.plan.url,
        node_id=answer.node_id,
        is_public=not answer.is_private,
    )
    place = plan_record.folder_of(common, name.host, address.full_name, name.number)
    if record.folder == place and record.plan == name:
        return record
    other = joining.twin(record, common, place, name.node_id)
    if other is not None:
        locks.enter_context(plan_record.locked(other.folder))
        hand_on_logs(record.folder, other.folder)
        return change(joining.put_together(record, other, common), common, plan=name)
    if record.folder.name.startswith('new-'):
        record = joining.moved(record, common, place)
    return change(record, common, plan=name)


def _result(record: PlanRecord, skipped: str, ready: Prepared | None = None) -> Result:
    """The result of what sent this before, which need not be sent again."""
    sent, summary = record.sent, ready.summary if ready is not None else {}
    if sent is None:
        return Result(issue=record.plan.number, summary=summary, skipped=skipped)
    return Result(
        issue=record.plan.number,
        summary=summary,
        stored=Stored(id=sent.gist_id, url=sent.gist_url),
        workflow=WorkflowRun(id=sent.run_id, url=sent.run_url),
        skipped=skipped,
    )


def _note_requests(record: PlanRecord, context: Context) -> None:
    """What GitHub was asked, for display."""
    asked = [exchange._asdict() for github in context.github for exchange in github.exchanges]
    with contextlib.suppress(LearnError):
        noted = (*record.requests, *asked)[-MOST_REQUESTS:]
        change(record, context.repository.common, requests=noted)
