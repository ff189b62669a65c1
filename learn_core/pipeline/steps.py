"""The six steps, from a plan's record to a workflow run."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from learn_core.errors import LearnError, NotAPlanError
from learn_core.github import Stored, WorkflowRun
from learn_core.materials.directory import save_packed
from learn_core.materials.unpack import load_packed
from learn_core.pipeline.deliver import leave_marks, machine_of, start, upload, withdrawn
from learn_core.pipeline.gather import Context, gather, refuse_unless_learnable, sources_when_quiet
from learn_core.pipeline.policy import needs_own_yes, needs_review, word_of
from learn_core.pipeline.target import holder_of, pushed_owner
from learn_core.plans import record as plan_record
from learn_core.plans.fields import ASKS, REVIEW, PlanName, PlanRecord, Prepared, Sent, folder_of
from learn_core.plans.kept import hand_on_logs, release_logs
from learn_core.plans.record import change
from learn_core.plans.retention import delete_packed

if TYPE_CHECKING:
    import contextlib

    from learn_core.github import GitHub, PlanAnswer
    from learn_core.materials.packed import Packed

SAME = 'same materials'


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of it. Without `stored` nothing was sent; `skipped` says why."""

    issue: int
    summary: dict[str, Any]
    stored: Stored | None = None
    workflow: WorkflowRun | None = None
    skipped: str = ''


def learn(record: PlanRecord, context: Context, locks: contextlib.ExitStack) -> Result:
    """The six steps for one plan. Raises LearnError.

    What must not happen twice is recorded in `sending` before it is asked for, so an
    interrupted run continues where it was.
    """
    trigger, settings = context.trigger, context.settings
    number = record.plan.number or trigger.issue
    github, answer = holder_of(number, context.github, settings)
    refuse_unless_learnable(answer.plan, context)
    _say_where(context, answer)
    answer.workflow.refuse_unless_usable()
    record = _settled(record, github, answer, locks)
    if settings.mode == 'dry-run':
        dry, _ = _prepared(record, context, github, answer)
        change(record, dry=dry)
        return Result(issue=number, summary=dry.summary, skipped='dry run')
    if not record.of:
        return _same(record, 'it was sent or dropped meanwhile; see learn-hook status', {})
    if word_of(record, settings) != 'yes':
        change(record, due=0.0, error=ASKS)  # the repository turned out to be public
        return Result(issue=number, summary={}, skipped=ASKS)
    _refuse_unless_agreed(record, context)
    record, ready, packed = _made_ready(record, context, github, answer)  # 1 to 4
    before = record.sent
    if before and before.digest == packed.digest and not (trigger.force or record.sending):
        record = plan_record.finish(record, ready.of, 'done', SAME)
        release_logs(record.folder)
        return _same(record, SAME, ready.summary)
    if needs_review(record, settings):
        change(record, due=0.0, error=REVIEW)
        return Result(issue=number, summary=ready.summary, skipped=REVIEW)
    return _sent(record, context, github, answer, ready, packed)


def _say_where(context: Context, answer: PlanAnswer) -> None:
    pushed = pushed_owner(context.repository, context.trigger.pushed_to, context.settings)
    if pushed and pushed.lower() != answer.code.owner.lower():
        context.say(f'the push went to {pushed}; workflow and plan are in {answer.code.full_name}')


def _settled(
    record: PlanRecord, github: GitHub, answer: PlanAnswer, locks: contextlib.ExitStack
) -> PlanRecord:
    """The record in its plan's own place: moved there, or part of the one there, then held too."""
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
    place = folder_of(record.common, name.host, address.full_name, name.number)
    if record.folder == place and record.plan == name:
        return record
    other = plan_record.twin(record, place, name.node_id)
    if other is not None:
        locks.enter_context(plan_record.claimed(other, wait=True))
        hand_on_logs(record.folder, other.folder)
        record = plan_record.put_together(record, other)
    elif record.is_new:
        record = plan_record.moved(record, place)
    return change(record, plan=name)


def _refuse_unless_agreed(record: PlanRecord, context: Context) -> None:
    """A run by hand is its own consent, but not in a public repository. Raises NotAPlanError."""
    repo = f'{record.plan.owner}/{record.plan.repo}'
    is_open = context.trigger.by_hand and needs_own_yes(record, context.settings)
    question = f'{repo} is public; send the materials of plan #{record.plan.number}?'
    if is_open and not context.agree(question):
        raise NotAPlanError(f'{repo} is public, so nothing was sent; --yes sends all the same')


def _made_ready(
    record: PlanRecord, context: Context, github: GitHub, answer: PlanAnswer
) -> tuple[PlanRecord, Prepared, Packed]:
    """What was prepared before, unless rules for secrets changed since; else it is prepared now."""
    packed = _read_back(record)
    if record.prepared is not None and packed is not None:
        # what a workflow may have been started for stays unchanged
        is_started = record.sending is not None and record.sending.since is not None
        if is_started or record.prepared.rules == context.redactor.rules:
            return record, record.prepared, packed
        context.say('the rules for secrets have changed since it was prepared; preparing it anew')
        store = github.store(machine_of(record.common))
        record = withdrawn(record, store, packed, answer.workflow.actor)
    ready, packed = _prepared(record, context, github, answer)
    # where a person wants to see everything first, they have not seen this
    released = '' if context.settings.review else record.released
    return change(record, prepared=ready, released=released), ready, packed


def _read_back(record: PlanRecord) -> Packed | None:
    """The bytes that were prepared; None: make them anew. Raises LearnError if shown or sent."""
    ready = record.prepared
    if ready is None or not record.is_ready:
        return None
    try:
        return load_packed(record.folder, list(ready.names), ready.sha256)
    except LearnError:
        if record.has_frozen:
            raise
        return None


def _prepared(
    record: PlanRecord, context: Context, github: GitHub, answer: PlanAnswer
) -> tuple[Prepared, Packed]:
    """Steps 1 to 4, packed beside the record; what was wanted by then is what is prepared."""
    found = sources_when_quiet(context, answer.plan)  # 1
    current = plan_record.read(record.folder) or record
    kept = [one for one in found.sources if one.session_id not in current.without]
    found = replace(found, sources=tuple(kept))
    materials = gather(context, github, answer.plan, found)  # 2, 3, 4
    packed = materials.pack()
    is_dry = context.settings.mode == 'dry-run'
    folder = record.folder / 'dry' if is_dry else record.folder
    delete_packed(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    names = save_packed(packed, folder, answer.plan.number)
    out, rules = {*found.kept_out, *current.without}, context.redactor.rules
    ready = Prepared(
        of=current.wanted.id if current.wanted is not None and not is_dry else 'dry',
        at=time.time(),
        digest=packed.digest,
        sha256=packed.sha256,
        names=tuple(names),
        summary={
            **materials.summary(packed),
            'packed': str(folder / names[0]),
            'starts_anew': _may_hold(current, out, rules),
        },
        rules=rules,
    )
    return ready, packed


def _may_hold(record: PlanRecord, sessions: set[str], rules: str) -> bool:
    """May a revision of the gist hold one of these sessions, or what other rules left there?"""
    last = record.prepared
    if last is None:  # it was dropped, and with it what is known of the place
        return bool(record.places)
    was_sent = record.sent is not None and record.sent.of == last.of
    origins = last.summary.get('origins')
    is_left = last.rules != rules or (not was_sent and last.summary.get('starts_anew') is True)
    return is_left or (isinstance(origins, dict) and not sessions.isdisjoint(origins))


def _sent(
    record: PlanRecord,
    context: Context,
    github: GitHub,
    answer: PlanAnswer,
    ready: Prepared,
    packed: Packed,
) -> Result:
    workflow, trigger = answer.workflow, context.trigger
    store = github.store(machine_of(record.common))
    context.say(f'uploading {packed.size:,} bytes {store.said}')
    record, stored = upload(record, store, ready, packed, workflow.actor)  # 5
    context.say(f'starting {workflow.name} on {workflow.ref}')
    record, started = start(record, github, stored, workflow)  # 6
    if context.settings.track:
        leave_marks(record, github, answer, ready, stored, started, context.say)
    pull = ready.summary.get('pull_request')
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
        pull=pull['number'] if isinstance(pull, dict) else 0,
    )
    record = plan_record.finish(record, ready.of, 'done', sent=sent)
    if not record.is_waiting:
        release_logs(record.folder)
    return Result(issue=record.plan.number, summary=ready.summary, stored=stored, workflow=started)


def _same(record: PlanRecord, skipped: str, summary: dict[str, Any]) -> Result:
    """The result of what sent this before, which need not be sent again."""
    number, sent = record.plan.number, record.sent
    if sent is None:
        return Result(issue=number, summary=summary, skipped=skipped)
    stored = Stored(id=sent.gist_id, url=sent.gist_url)
    workflow = WorkflowRun(id=sent.run_id, url=sent.run_url)
    return Result(issue=number, summary=summary, stored=stored, workflow=workflow, skipped=skipped)
