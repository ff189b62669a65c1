"""May a packed run go now: consent, grace, review, and the time between two of one plan."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learn_core.plans import journal
from learn_core.push import schedule

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.config import Settings
    from learn_core.plans.run import Run


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Why a run is held: `review`, `grace` or `consent`; until when, in seconds since 1970, 0 for
    until a person lets it go; and a sentence.
    """

    why: str
    until: float
    note: str


def hold_of(run: Run, settings: Settings, common: Path, now: float) -> Hold | None:
    """None: it may go. `learn-hook install`, a run by hand and `learn-hook send` are consent."""
    if 'released' in run.steps:
        return None
    if settings.review:
        return Hold(
            why='review',
            until=0.0,
            note='is prepared and waits for you: learn-hook show, send or drop',
        )
    if settings.consent or run.trigger.kind == 'manual':
        return None
    noticed = schedule.marked(str(common), schedule.NOTICED)
    said = schedule.marked(str(common), schedule.SAID)
    if noticed is None and said is None:
        return Hold(
            why='consent', until=0.0, note='waits for your consent: learn-hook send or drop'
        )
    if noticed is not None and run.began >= noticed + settings.grace_seconds:
        return None
    since = min(max(_moment(run, 'packed_at', now), noticed or said or 0.0), now)
    until = since + settings.grace_seconds
    if run.state == 'held' and run.not_before:  # as it was said, whatever the clock does
        until = min(until, run.not_before)
    if until <= now:
        return None
    return Hold(
        why='grace', until=until, note=f'goes at {clock(until)}; learn-hook show, send, drop'
    )


def wait_of(run: Run, settings: Settings, common: Path, now: float) -> float:
    """From when a push of a plan may go that went not long ago, in seconds since 1970; 0: now."""
    if run.trigger.kind != 'push' or 'released' in run.steps or 'sending' in run.steps:
        return 0.0
    for before in reversed(journal.runs(common)):
        is_same = (before.issue, before.trigger.plan_repo) == (run.issue, run.trigger.plan_repo)
        sent_at = _moment(before, 'sent_at', 0.0)
        if is_same and sent_at <= now < sent_at + settings.every_seconds:
            return sent_at + settings.every_seconds
    return 0.0


def clock(moment: float) -> str:
    """`14:05`, as on the wall here."""
    return time.strftime('%H:%M', time.localtime(moment))


def _moment(run: Run, step: str, otherwise: float) -> float:
    value = run.steps.get(step)
    return float(value) if isinstance(value, (int, float)) else otherwise
