"""In the background: every plan that is due, one after the other, as far as it gets now."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.config import read_settings
from learn_core.errors import LearnError, guarded
from learn_core.log import open_log
from learn_core.pipeline.policy import hold_of, word_of
from learn_core.plans import record as plan_record
from learn_core.plans import retention
from learn_core.plans.record import change
from learn_core.push import schedule, spawn, spool
from learn_core.worker import ending
from learn_core.worker.execute import attempt
from learn_core.worker.outcome import put_off, tell_next_hook
from learn_core.worker.resolve import Occasion, repository_of, take_in

if TYPE_CHECKING:
    from learn_core.config import Settings
    from learn_core.plans.record import PlanRecord

PAUSES = (60.0, 300.0, 900.0, 3600.0, 14_400.0, 43_200.0)  # of a worker that sleeps, in seconds
SHORTEST_PAUSE, LONGEST_PAUSE = 0.25, 10.0  # between two looks whether a push has landed

_SLEEP = (
    'import sys; sys.path.insert(0, sys.argv[1]); from learn_core.push.spawn import sleep; '
    'sleep(*sys.argv[2:])'
)


def main() -> int:
    """`python -I -m learn_core.worker.loop <common folder> <worktree> [--foreground]`; 0, whatever
    happens. While something waits for a time that is near, it sleeps on as a process of few pages.
    """
    common, folder = Path(sys.argv[1]), Path(sys.argv[2])
    foreground = '--foreground' in sys.argv[3:]
    git.leave_command(os.environ)
    credentials = os.environ.pop(spawn.CREDENTIALS, '')
    occasion = Occasion(
        common=common, folder=folder, foreground=foreground, credentials=credentials
    )
    seen, since = spawn.stamp(str(common)), time.time()
    work(occasion)
    if not foreground and schedule.is_soon(str(common), time.time()):
        home = str(Path(__file__).parents[2])
        words = [sys.executable, '-I', '-S', '-c', _SLEEP, home, str(common), str(folder)]
        os.execv(sys.executable, [*words, seen, str(since)])
    return 0


def work(occasion: Occasion) -> None:
    """Takes in what hooks wrote down, does every plan that is due, and waits for pushes that may
    still land. Whatever happens to one plan, the next is done.
    """
    common = occasion.common
    say = open_log(plan_record.home(common) / 'worker.log', str)
    seen: set[tuple[Path, str]] = set()
    pause = SHORTEST_PAUSE
    guarded(partial(_look_at_ends, occasion), say=say, always_zero=True)
    while True:
        awaited: list[bool] = []
        guarded(partial(_take_in, occasion, awaited), say=say, always_zero=True)
        found = [one for one in _candidates(common) if (one.folder, one.of) not in seen]
        for record in found:
            seen.add((record.folder, record.of))
            guarded(partial(_alone, record, occasion), say=say, always_zero=True)
        if not found and (occasion.is_urged or not any(awaited)):
            break
        if not found:
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
    guarded(partial(_tidy, occasion), say=say, always_zero=True)


def retry(common: Path, folder: Path, word: str | None = None) -> int:
    """Goes on, in this process, with what waits and with what was given up; 1 if one of them did
    not get through. Raises LearnError.
    """
    occasion = Occasion(common=common, folder=folder, is_urged=True)
    take_in(occasion)
    known = plan_record.records(common) if word is None else [plan_record.named(common, word)]
    for record in known if word is not None else ():
        with plan_record.locked(record.folder, wait=False) as is_mine:
            current = plan_record.again(record) if is_mine else None
            if current is not None:
                ending.start_again(current)
    mine = [one for one in map(plan_record.again, known) if one is not None and one.is_waiting]
    for record in mine:
        with plan_record.locked(record.folder, wait=False) as is_mine:
            current = plan_record.again(record) if is_mine else None
            if current is not None and current.is_waiting:
                sending = current.sending
                sending = replace(sending, is_undecided=False) if sending else None
                attempts = 0 if current.due is None else current.attempts
                change(current, due=0.0, attempts=attempts, sending=sending)
    work(occasion)
    after = [plan_record.current(record, record.of) for record in mine]
    return int(any(record.is_waiting for record in after))


def put_due(common: Path, settings: Settings | None) -> None:
    """Says when a worker that sleeps, and when a hook goes on."""
    times: list[tuple[float, float]] = []
    is_held = False
    for record in plan_record.records(common):
        is_held = is_held or (
            settings is not None and record.is_waiting and word_of(record, settings) == 'asks'
        )
        is_on_hold = settings is not None and hold_of(record, settings)
        if record.is_waiting and record.due is not None and not is_on_hold:
            times.append((wake_time(record), record.due))
        look = ending.due_at(record, time.time())
        if look is not None:  # by the next hook; nobody sleeps for it
            times.append((look + ending.SECONDS_OF_INTEREST, look))
    if spool.files(str(common)):  # what could not be taken in
        times.append((time.time() + PAUSES[0], 0.0))
    wake = min((wake for wake, _ in times), default=None)
    hook = min((hook for _, hook in times), default=None)
    schedule.put_due(str(common), wake, hook, held=is_held)


def wake_time(record: PlanRecord) -> float:
    """When a worker that sleeps tries it again, with growing pauses, in seconds since 1970."""
    due = record.due or 0.0
    if not record.attempts:
        return due
    return max(due, record.tried + PAUSES[min(record.attempts, len(PAUSES)) - 1])


def _take_in(occasion: Occasion, awaited: list[bool]) -> int:
    awaited.append(take_in(occasion))
    return 0


def _candidates(common: Path) -> list[PlanRecord]:
    """What is due, and what was held for a review or a yes that may not be asked for any more."""
    now = time.time()
    return [record for record in plan_record.records(common)[::-1] if record.is_due(now)]


def _alone(record: PlanRecord, occasion: Occasion) -> int:
    with plan_record.locked(record.folder, wait=False) as is_mine:
        current = plan_record.again(record) if is_mine else None
        if current is not None and current.is_due(time.time()):
            of = current.of
            guarded(
                lambda: attempt(current, occasion),
                say=lambda line: put_off(plan_record.current(current, of), line),
                always_zero=True,
            )
    return 0


def _look_at_ends(occasion: Occasion) -> int:
    repository = repository_of(occasion.common, str(occasion.folder))
    settings = read_settings(git.settings_of(repository), os.environ, mode='background')
    if settings.enabled:
        ending.look_at_all(occasion.common, settings)
    return 0


def _tidy(occasion: Occasion) -> int:
    common = occasion.common
    for record in retention.tidy(common, time.time()):
        tell_next_hook(record)
    try:
        repository = repository_of(common, str(occasion.folder))
        settings = read_settings(git.settings_of(repository), os.environ, mode='background')
    except LearnError:
        settings = None
    put_due(common, settings)
    return 0


if __name__ == '__main__':
    sys.exit(main())
