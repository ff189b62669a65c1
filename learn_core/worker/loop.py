"""In the background: every run that is due, one after the other, as far as it gets now."""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.errors import guarded
from learn_core.git import leave_command
from learn_core.log import open_log
from learn_core.plans import journal, retention
from learn_core.push import schedule
from learn_core.worker import intake
from learn_core.worker.execute import Occasion, attempt, put_off, tell_next_hook

if TYPE_CHECKING:
    from learn_core.plans.run import Run

PAUSES = (60.0, 300.0, 900.0, 3600.0, 14_400.0, 43_200.0)  # of a worker that sleeps, in seconds

_SLEEP = (
    'import sys; sys.path.insert(0, sys.argv[1]); from learn_core.push.schedule import sleep; '
    'sleep(*sys.argv[2:])'
)


def main() -> int:
    """`python -I -m learn_core.worker.loop <common folder> <worktree> [--foreground]`; 0, whatever
    happens. While a run waits for a time that is near, it sleeps on as a process of few pages.
    """
    common, folder = Path(sys.argv[1]), Path(sys.argv[2])
    foreground = '--foreground' in sys.argv[3:]
    leave_command(os.environ)
    occasion = Occasion(common=common, folder=folder, foreground=foreground)
    seen, since = schedule.stamp(str(common)), time.time()
    work(occasion)
    if not foreground and schedule.is_soon(str(common), time.time()):
        home = str(Path(__file__).parents[2])
        words = [sys.executable, '-I', '-S', '-c', _SLEEP, home, str(common), str(folder)]
        os.execv(sys.executable, [*words, seen, str(since)])
    return 0


def work(occasion: Occasion) -> None:
    """Takes in what hooks wrote down, then does every run that is due, and what a merge made of
    itself. Whatever happens to one, the next is done.
    """
    common = occasion.common
    say = open_log(journal.home(common) / 'worker.log', str)
    guarded(partial(_take_in, common), say=say, always_zero=True)
    seen: set[Path] = set()
    while found := [run for run in _candidates(common) if run.directory not in seen]:
        for run in found:
            seen.add(run.directory)
            guarded(partial(_alone, run, occasion), say=say, always_zero=True)
    guarded(partial(_tidy, common), say=say, always_zero=True)


def retry(common: Path, folder: Path) -> int:
    """Goes on, in this process, with the runs that wait and with those that were given up; 1 if one
    of them did not get through. Raises LearnError.
    """
    intake.take_in(common)
    mine = [run for run in journal.runs(common) if run.state in ('waiting', 'failed')]
    for run in mine:
        with journal.locked(run.directory / 'lock', wait=False) as is_free:
            current = journal.read_again(run) if is_free else None
            if current is not None and current.state in ('waiting', 'failed'):
                current.attempts = 0 if current.state == 'failed' else current.attempts
                current.book('waiting', current.note)
    work(Occasion(common=common, folder=folder, urged=True))
    after = [journal.read_again(run) for run in mine]
    return int(any(run is not None and run.state in ('waiting', 'failed') for run in after))


def put_due(common: Path) -> None:
    """Says when a worker that sleeps, and when a hook goes on."""
    waiting = [run for run in journal.runs(common) if run.is_open and not run.waits_for_a_person]
    times = [(wake_time(run), run.not_before) for run in waiting]
    if intake.is_waiting(common):  # what could not be taken in
        times.append((time.time() + PAUSES[0], 0.0))
    wake = min((wake for wake, _ in times), default=None)
    hook = min((hook for _, hook in times), default=None)
    schedule.put_due(str(common), wake, hook)


def wake_time(run: Run) -> float:
    """When a worker that sleeps tries it again, with growing pauses, in seconds since 1970."""
    if not run.attempts:
        return run.not_before
    return max(run.not_before, run.ended + PAUSES[min(run.attempts, len(PAUSES)) - 1])


def _take_in(common: Path) -> int:
    intake.take_in(common)
    return 0


def _candidates(common: Path) -> list[Run]:
    """What is due, and what is held, for a person may have agreed since; the newest first, which
    takes earlier pushes of its plan along.
    """
    now = time.time()
    return [run for run in journal.runs(common)[::-1] if run.is_due(now) or run.state == 'held']


def _alone(run: Run, occasion: Occasion) -> int:
    with journal.locked(run.directory / 'lock', wait=False) as mine:
        current = journal.read_again(run) if mine else None
        if current is not None and current.is_open:
            guarded(
                lambda: attempt(current, occasion),
                say=lambda line: put_off(current, line, occasion),
                always_zero=True,
            )
    return 0


def _tidy(common: Path) -> int:
    for run in retention.tidy(common, time.time()):
        tell_next_hook(common, run)
    put_due(common)
    return 0


if __name__ == '__main__':
    sys.exit(main())
