"""Has a push landed? A hook runs before the push, which may still be refused."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.push.spawn import SECONDS_OF_A_PUSH, is_alive

if TYPE_CHECKING:
    from learn_core.git import Repository
    from learn_core.plans.trigger import Trigger
    from learn_core.worker.resolve import Occasion

SECONDS_TO_LAND = 5.0

LANDED, REFUSED, OPEN, UNANSWERED = 'landed', 'refused', 'open', 'unanswered'


def landing(trigger: Trigger, ident: str, repository: Repository, occasion: Occasion) -> str:
    """Does the remote's branch hold the commit, at its end or since?

    git keeps what it pushed in a ref; without such a ref the remote is asked. The push may still
    land until some seconds after git has ended, and for ten minutes where that cannot be seen.
    """
    if trigger.kind != 'push':
        return LANDED
    known = git.tracking_tip(repository, trigger.remote, trigger.remote_branch)
    if git.holds(repository, known, trigger.sha):
        return LANDED
    is_running = trigger.git_pid != 0 and is_alive(trigger.git_pid)
    left = trigger.at + SECONDS_OF_A_PUSH - time.time()
    left = left if is_running else min(left, _left_after_end(trigger, ident, occasion))
    if left > 0 and (is_running or known is not None):
        return OPEN
    place, _, secret = occasion.credentials.partition(' ')
    tip = git.remote_tip(
        repository,
        trigger.remote,
        trigger.url,
        trigger.remote_branch,
        secret=secret if place == trigger.url else '',
    )
    if git.holds(repository, tip, trigger.sha):
        return LANDED
    if left > 0:
        return OPEN
    return UNANSWERED if tip is None else REFUSED


def _left_after_end(trigger: Trigger, ident: str, occasion: Occasion) -> float:
    """The seconds left to a push; notes when git was first seen to have ended, if that is seen."""
    if not trigger.git_pid:
        return SECONDS_OF_A_PUSH
    ended = occasion.ends.setdefault(ident, time.monotonic())
    return ended + SECONDS_TO_LAND - time.monotonic()
