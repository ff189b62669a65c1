"""The worker: every plan that is due, one after the other, as far as possible now."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.errors import LearnError, guarded
from learn_core.log import open_log
from learn_core.pipeline.policy import hold_of, word_of
from learn_core.plans import record as plan_record
from learn_core.plans import retention
from learn_core.plans.fields import home
from learn_core.plans.record import change
from learn_core.push import schedule, spawn, spool
from learn_core.worker import outcome
from learn_core.worker.execute import attempt
from learn_core.worker.resolve import Occasion, take_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from learn_core.config import Settings
    from learn_core.plans.fields import PlanRecord

PAUSES = (60.0, 300.0, 900.0, 3600.0, 14_400.0, 43_200.0)  # of the sleeping worker, in seconds
SHORTEST_PAUSE, LONGEST_PAUSE = 0.25, 10.0  # between two looks whether a push has landed

_SLEEP = (
    'import sys; sys.path.insert(0, sys.argv[1]); from learn_core.push.spawn import sleep; '
    'sleep(*sys.argv[2:])'
)


def main() -> int:
    """`python -I -m learn_core.worker.loop <common folder> <worktree> [--foreground]`; always
    0. While something is due soon, it becomes a small process that sleeps until then.
    """
    common, folder = sys.argv[1:3]
    foreground = '--foreground' in sys.argv[3:]
    git.leave_command(os.environ)
    credentials, since = os.environ.pop(spawn.CREDENTIALS, ''), time.time()
    occasion = Occasion(
        common=Path(common), folder=Path(folder), foreground=foreground, credentials=credentials
    )
    work(occasion)
    if not foreground and schedule.is_soon(common, time.time()):
        words = [sys.executable, '-I', '-S', '-c', _SLEEP, str(Path(__file__).parents[2])]
        os.execv(sys.executable, [*words, common, folder, str(since)])
    return 0


def work(occasion: Occasion) -> None:
    """Reads the spool, works on every plan that is due, and waits for pushes that may still land.
    An error of one plan does not stop the others.
    """
    say = open_log(home(occasion.common) / 'worker.log', str)
    seen: set[tuple[Path, str]] = set()
    pause = SHORTEST_PAUSE
    _safely(partial(_look_at_ends, occasion), say)
    while True:
        is_open = _safely(partial(take_in, occasion), say)
        due = [one for one in plan_record.records(occasion.common) if one.is_due(time.time())]
        found = [one for one in due[::-1] if (one.folder, one.of) not in seen]
        for record in found:
            seen.add((record.folder, record.of))
            _safely(partial(_alone, record, occasion), say)
        if not found and (occasion.is_urged or not is_open):
            break
        if not found:
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
    _safely(partial(_tidy, occasion), say)


def retry(common: Path, folder: Path, word: str | None = None) -> int:
    """Continues, in this process, what waits and what was given up. Returns 1 if one of them failed
    again; to wait for a person is no failure. Raises LearnError.
    """
    occasion = Occasion(common=common, folder=folder, is_urged=True)
    take_in(occasion)
    known = plan_record.records(common) if word is None else [plan_record.named(common, word)]
    tried = [_made_due(record, starts_again=word is not None) for record in known]
    work(occasion)
    left = [plan_record.current(record, record.of) for record in tried if record is not None]
    return int(any(record.is_waiting and not record.is_held for record in left))


def _made_due(record: PlanRecord, *, starts_again: bool) -> PlanRecord | None:
    """The record of a plan that waits, due now, unless another process has it; None for others."""
    with plan_record.claimed(record) as current:
        if current is not None and starts_again:
            outcome.start_again(current)
            current = plan_record.read(current.folder)
        if current is None or not current.is_waiting:
            return record if record.is_waiting else None
        sending = current.sending and replace(current.sending, is_undecided=False)
        attempts = 0 if current.due is None else current.attempts
        return change(current, due=0.0, attempts=attempts, sending=sending)


def put_due(common: Path, settings: Settings | None) -> None:
    """Writes down when the sleeping worker and when the next hook continues."""
    records = plan_record.records(common)
    waiting = [record for record in records if record.is_waiting]
    times = [pair for record in records for pair in _times_of(record, settings)]
    if spool.files(str(common)):  # what could not be taken in
        times.append((time.time() + PAUSES[0], 0.0))
    wake = min((wake for wake, _ in times), default=None)
    hook = min((hook for _, hook in times), default=None)
    is_held = settings is not None and any(word_of(one, settings) == 'asks' for one in waiting)
    schedule.put_due(str(common), wake, hook, held=is_held)


def _times_of(record: PlanRecord, settings: Settings | None) -> Iterator[tuple[float, float]]:
    """When the sleeping worker and when the next hook continues with a plan."""
    hold = hold_of(record, settings) if settings is not None else ''
    if record.is_waiting and record.due is not None and not hold:
        yield wake_time(record), record.due
    look = outcome.look_due(record, time.time())
    if look is not None:  # by the next hook; nobody sleeps for it
        yield look + outcome.SECONDS_OF_INTEREST, look


def wake_time(record: PlanRecord) -> float:
    """When the sleeping worker retries it, with growing pauses, in seconds since 1970."""
    due = record.due or 0.0
    if not record.attempts:
        return due
    return max(due, record.tried + PAUSES[min(record.attempts, len(PAUSES)) - 1])


def _safely(body: Callable[[], bool | None], say: Callable[[str], None]) -> bool:
    """Did `body` say True? Any error becomes a line."""
    said: list[bool | None] = []

    def run() -> int:
        said.append(body())
        return 0

    guarded(run, say=say, always_zero=True)
    return bool(said and said[0])


def _alone(record: PlanRecord, occasion: Occasion) -> None:
    """Works on a plan that is still due, unless another process does."""
    with plan_record.claimed(record) as current:
        if current is not None and current.is_due(time.time()):
            of = current.of
            _safely(
                partial(attempt, current, occasion),
                lambda line: outcome.put_off(plan_record.current(current, of), line),
            )


def _look_at_ends(occasion: Occasion) -> None:
    settings = occasion.settings(occasion.repository())
    if settings.enabled:
        outcome.look_at_all(occasion.common, settings)


def _tidy(occasion: Occasion) -> None:
    for record in retention.tidy(occasion.common, time.time()):
        outcome.tell_next_hook(record)
    try:
        settings = occasion.settings(occasion.repository())
    except LearnError:
        settings = None
    put_due(occasion.common, settings)


if __name__ == '__main__':
    sys.exit(main())
