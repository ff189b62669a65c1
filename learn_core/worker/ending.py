"""How workflow runs ended, and whether their plans have news: "started" is not "learned".

Workers that hooks, `status` and `retry` start ask GitHub, at most once a minute and plan, for a
week. A pull request that was merged or reviewed since then starts one more run, because a merge on
GitHub runs no hook.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.pipeline.deliver import new_distinct_id
from learn_core.pipeline.policy import word_of
from learn_core.pipeline.target import github_of_page
from learn_core.plans import record as plan_record
from learn_core.plans.fields import Sending, Wanted
from learn_core.plans.record import change
from learn_core.plans.trigger import Trigger, by_hand
from learn_core.push import schedule

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.config import Settings
    from learn_core.github import Aftermath, RunEnd
    from learn_core.plans.fields import PlanRecord, Sent

SECONDS_OF_INTEREST = 7 * 86_400.0
SECONDS_BETWEEN_LOOKS = 60.0
PART_OF_AGE = 1 / 20  # a run that ended long ago is looked at less often

MERGED, REVIEWED = '-merged', '-reviewed'  # how the ids of runs end that news set off
_SAID = {'cancelled': 'was cancelled', 'timed_out': 'timed out', 'deleted': 'was deleted'}


def due_at(record: PlanRecord, now: float) -> float | None:
    """When GitHub may be asked again about what was sent last; None: never again."""
    sent = record.sent
    if sent is None or not sent.run_url or record.is_waiting or record.stopped:
        return None
    if now - sent.at >= SECONDS_OF_INTEREST:
        return None
    if sent.conclusion and sent.of.endswith(MERGED):
        return None
    looked = max(sent.looked, sent.at)
    pause = SECONDS_BETWEEN_LOOKS
    if sent.conclusion:
        pause = max(pause, (looked - sent.at) * PART_OF_AGE)
    return looked + pause


def look_at(record: PlanRecord, settings: Settings) -> None:
    """Records how the run of a plan ended, tells the next hook, and adds one more run if the pull
    request has news. The plan's long lock is held. Raises LearnError.
    """
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
        schedule.add_lines(str(record.common), [_line(record, settings.workflow, end, news)])
    _want_news(record, sent, news)


def start_again(record: PlanRecord) -> bool:
    """Starts a failed run again with the same bytes; False where there is nothing to start.

    The plan's long lock is held.
    """
    sent, ready = record.sent, record.prepared
    if sent is None or ready is None or ready.of != sent.of or record.is_waiting:
        return False
    if sent.conclusion in ('', 'success'):
        return False
    trigger = by_hand('', issue=record.plan.number, plan_repo=_place(record))
    sending = Sending(
        of=ready.of,
        at=time.time(),
        digest=ready.digest,
        mark=new_distinct_id(),
        gist_id=sent.gist_id,
        gist_url=sent.gist_url,
    )
    change(
        record,
        wanted=Wanted(id=ready.of, trigger=replace(trigger, remote_branch=sent.branch)),
        sending=sending,
        sent=replace(sent, of=''),
        history=tuple(one for one in record.history if one.of != ready.of),
        released=ready.of,
        due=0.0,
        error='',
    )
    return True


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
        issue=record.plan.number,
        plan_repo=_place(record),
        named_by='config',
        local_branch=sent.branch,
        remote_branch=sent.branch,
        remote=sent.remote,
        is_urgent=kind == 'merge',
    )
    plan_record.enter(record.folder, trigger, f'{sent.of}{mark}', record.plan)


def _place(record: PlanRecord) -> str:
    return f'{record.plan.host}/{record.plan.owner}/{record.plan.repo}'


def _line(record: PlanRecord, workflow: str, end: RunEnd, news: Aftermath) -> str:
    plan, page = f'plan #{record.plan.number}', record.sent.run_url if record.sent else ''
    if end.conclusion == 'success':
        wrote = f'see issue #{news.issue}' if news.issue else 'it wrote no issue'
        return f'{plan}: {workflow} succeeded, {wrote}'
    if end.conclusion in _SAID:
        return f'{plan}: {workflow} {_SAID[end.conclusion]}: {page}'
    where = f' at "{end.failed_at}"' if end.failed_at else f' ({end.conclusion})'
    return f'{plan}: {workflow} failed{where}: {page}'


def look_at_all(common: Path, settings: Settings) -> None:
    """Asks GitHub about every plan that is due, one after the other; without an answer it is asked
    again later.
    """
    for record in plan_record.records(common):
        now = time.time()
        due = due_at(record, now)
        if due is None or due > now:
            continue
        with plan_record.claimed(record) as current:
            if current is not None and due_at(current, now) == due:
                try:
                    look_at(current, settings)
                except LearnError:
                    continue
