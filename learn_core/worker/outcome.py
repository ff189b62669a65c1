"""How attempts in the background and workflow runs ended: what is recorded, and what hooks say.

"Started" is not "learned": workers that hooks, `status` and `retry` start ask GitHub about a
workflow run, at most once a minute and plan, for a week. A pull request that was merged or reviewed
since then starts one more run, because a merge on GitHub runs no hook.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from learn_core.errors import (
    LearnError,
    LeftoverError,
    NotAPlanError,
    NotFoundError,
    RedactionError,
    UndecidedError,
    UnreachableError,
)
from learn_core.pipeline.deliver import new_distinct_id
from learn_core.pipeline.policy import word_of
from learn_core.pipeline.target import github_of_page
from learn_core.plans import record as plan_record
from learn_core.plans.fields import REVIEW, Sending, Wanted
from learn_core.plans.record import change, finish
from learn_core.plans.trigger import Trigger, by_hand
from learn_core.push import schedule

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.config import Settings
    from learn_core.github import Aftermath, RunEnd
    from learn_core.plans.fields import PlanRecord, Sent

MOST_ATTEMPTS = 8  # where the cause is on this machine
MOST_CALLS = 50  # where GitHub cannot be reached
SECONDS_OF_ONE_ATTEMPT = 60  # attempts within this time count as one

SECONDS_OF_INTEREST = 7 * 86_400.0
SECONDS_BETWEEN_LOOKS = 60.0
PART_OF_AGE = 1 / 20  # a run that ended long ago is looked at less often

MERGED, REVIEWED = '-merged', '-reviewed'  # how the ids of runs end that news set off
_SAID = {'cancelled': 'was cancelled', 'timed_out': 'timed out', 'deleted': 'was deleted'}


def note_error(record: PlanRecord, error: LearnError) -> None:
    """Drops a push that belongs to no plan, keeps for a person what only a person can fix, and
    postpones the rest: token, workflow or network may be there at the next hook.
    """
    trigger = record.trigger
    is_unsaid = trigger is not None and (trigger.is_guess or trigger.needs_session)
    if isinstance(error, NotAPlanError) or (isinstance(error, NotFoundError) and is_unsaid):
        dropped = finish(record, record.of, 'dropped', str(error))
        if not (is_unsaid or isinstance(error, LeftoverError)):
            tell_next_hook(dropped)
    elif isinstance(error, (NotFoundError, UndecidedError)):
        tell_next_hook(change(record, due=None, error=str(error)))
    else:
        put_off(record, str(error), error)


def put_off(record: PlanRecord, note: str, error: LearnError | None = None) -> None:
    """The next hook or the sleeping worker retries it, until it was tried too often."""
    is_away = isinstance(error, (UnreachableError, RedactionError))
    now, attempts = time.time(), record.attempts
    if not attempts or not 0 <= now - record.tried < SECONDS_OF_ONE_ATTEMPT:
        attempts += 1
    wait = error.wait if isinstance(error, UnreachableError) else None
    is_over = attempts >= (MOST_CALLS if is_away else MOST_ATTEMPTS)
    due = None if is_over else now + (wait or 0.0)
    record = change(record, attempts=attempts, tried=now, due=due, error=note)
    if is_over:
        tell_next_hook(record)


def tell_next_hook(record: PlanRecord) -> None:
    """Lets the next hook say once what ended in the background or waits for a person."""
    news = _news_of(record)
    what = record.trigger or record.last
    name = f'the {what.kind} of {what.branch}' if what is not None else 'a push'
    name = f'plan #{record.plan.number}' if record.plan.number else name
    schedule.add_lines(str(record.common), [f'{name} {news}'] if news else [])


def _news_of(record: PlanRecord) -> str:
    if record.is_stuck:
        retry = '' if 'learn-hook retry' in record.error else '; then learn-hook retry'
        return f'is stuck: {record.error}{retry}'
    if record.is_waiting and record.error == REVIEW:
        return REVIEW
    last = record.last
    if last is None:
        return ''
    if last.state == 'done' and not last.note:
        return f'was sent and its workflow started: {last.run_url}'
    if last.state == 'failed':
        return f'is stuck: {last.note}'
    return f'was left out: {last.note}' if (last.state, last.kind) == ('dropped', 'push') else ''


def look_due(record: PlanRecord, now: float) -> float | None:
    """When GitHub may be asked again about what was sent last; None: never again."""
    sent = record.sent
    if sent is None or not sent.run_url or record.is_waiting or record.stopped:
        return None
    is_settled = sent.conclusion and sent.of.endswith(MERGED)
    if is_settled or now - sent.at >= SECONDS_OF_INTEREST:
        return None
    looked = max(sent.looked, sent.at)
    pause = (looked - sent.at) * PART_OF_AGE if sent.conclusion else 0.0
    return looked + max(SECONDS_BETWEEN_LOOKS, pause)


def look_at_all(common: Path, settings: Settings) -> None:
    """Asks GitHub about every plan that is due, one after the other; without an answer it is asked
    again later.
    """
    for record in plan_record.records(common):
        now = time.time()
        due = look_due(record, now)
        if due is None or due > now:
            continue
        with plan_record.claimed(record) as current:
            if current is not None and look_due(current, now) == due:
                try:
                    _look_at(current, settings)
                except LearnError:
                    continue


def start_again(record: PlanRecord) -> bool:
    """Starts a failed run again with the same bytes; False where there is nothing to start.

    The plan's long lock is held.
    """
    sent, ready = record.sent, record.prepared
    if sent is None or ready is None or ready.of != sent.of or record.is_waiting:
        return False
    if sent.conclusion in ('', 'success'):
        return False
    where = _plan_of(record)
    wanted = Wanted(id=ready.of, trigger=by_hand('', remote_branch=sent.branch, **where))
    mark, gist_id, url = new_distinct_id(), sent.gist_id, sent.gist_url
    change(
        record,
        wanted=wanted,
        sending=Sending(of=ready.of, mark=mark, gist_id=gist_id, gist_url=url),
        sent=replace(sent, of=''),
        history=tuple(one for one in record.history if one.of != ready.of),
        released=ready.of,
        due=0.0,
        error='',
    )
    return True


def _look_at(record: PlanRecord, settings: Settings) -> None:
    """Records how the run ended, tells the next hook, and wants one more if there is news."""
    sent = record.sent
    if sent is None or word_of(record, settings) != 'yes':
        return
    record = change(record, sent=replace(sent, looked=time.time()))
    github = github_of_page(sent.run_url, settings)
    end = None if sent.conclusion else github.run_end(sent.run_url)
    news = github.aftermath(record.plan.number, branch=sent.branch, pull=sent.pull or None)
    if end is not None and end.conclusion:
        ended = replace(
            sent,
            looked=time.time(),
            conclusion=end.conclusion,
            failed_at=end.failed_at,
            issue_url=news.issue_url,
        )
        record = change(record, sent=ended)
        line = f'plan #{record.plan.number}: {settings.workflow} {_end_of(sent, end, news)}'
        schedule.add_lines(str(record.common), [line])
    _want_news(record, sent, news)


def _want_news(record: PlanRecord, sent: Sent, news: Aftermath) -> None:
    if news.merged > sent.at:
        kind, mark = 'merge', MERGED
    elif news.reviewed > sent.at and not sent.of.endswith(REVIEWED):
        kind, mark = 'push', REVIEWED
    else:
        return
    trigger = Trigger(
        kind=kind,
        at=time.time(),
        named_by='config',
        local_branch=sent.branch,
        remote_branch=sent.branch,
        remote=sent.remote,
        is_urgent=kind == 'merge',
        **_plan_of(record),
    )
    plan_record.enter(record.folder, trigger, f'{sent.of}{mark}', record.plan)


def _plan_of(record: PlanRecord) -> dict[str, Any]:
    plan = record.plan
    return {'issue': plan.number, 'plan_repo': f'{plan.host}/{plan.owner}/{plan.repo}'}


def _end_of(sent: Sent, end: RunEnd, news: Aftermath) -> str:
    if end.conclusion == 'success':
        return f'succeeded, {f"see issue #{news.issue}" if news.issue else "it wrote no issue"}'
    where = f' at "{end.failed_at}"' if end.failed_at else f' ({end.conclusion})'
    return f'{_SAID.get(end.conclusion, f"failed{where}")}: {sent.run_url}'
