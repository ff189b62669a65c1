"""Independent jobs side by side in forked processes: one per core, results in the order of jobs.

Forked, because a child starts with the scanner's engine and the vocabulary already in memory,
which cost half a second to load. That is safe only while no thread but the scanner's own, which
starts again in each process, is alive; otherwise one process does all the work.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import warnings
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, TypeVar

from learn_core.errors import LearnError, RedactionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

T = TypeVar('T')
J = TypeVar('J')

SCANNER_THREAD = 'scan'

_works: list[Callable[[Any], Any]] = []  # of a child: inherited by the fork, never pickled


def side_by_side(
    jobs: Sequence[J], work: Callable[[J], T], *, size: Callable[[J], int]
) -> Iterator[T | LearnError]:
    """Yields the result of each job, or the LearnError that it raised, in the order of `jobs`.

    The largest jobs start first. If a process dies, the jobs without a result run again, each
    alone; the one that kills its process again yields a LearnError. Raises RedactionError if a
    job does.
    """
    processes = min(len(jobs), _cores())
    if processes < 2 or not _can_fork():
        yield from (_attempt(work, job) for job in jobs)
        return
    futures: dict[int, Future[T | LearnError]] = {}
    with _pool(processes, work) as pool:
        for at in sorted(range(len(jobs)), key=lambda at: -size(jobs[at])):
            futures[at] = pool.submit(_attempt_here, jobs[at])
        for at in range(len(jobs)):
            if isinstance(futures[at].exception(), BrokenProcessPool):
                break
            yield futures.pop(at).result()
    for at in sorted(futures):
        is_lost = isinstance(futures[at].exception(), BrokenProcessPool)
        yield _alone(jobs[at], work) if is_lost else futures[at].result()


def _alone(job: J, work: Callable[[J], T]) -> T | LearnError:
    """The result of a job that was in a pool when one of its processes died."""
    with _pool(1, work) as pool:
        try:
            future: Future[T | LearnError] = pool.submit(_attempt_here, job)
            return future.result()
        except BrokenProcessPool:
            return LearnError(
                'the process that preprocessed this session was killed, perhaps for lack of '
                'memory; run learn-hook again when more is free'
            )


def _pool(processes: int, work: Callable[[Any], Any]) -> ProcessPoolExecutor:
    from multiprocessing import get_context

    return _Quiet(processes, get_context('fork'), _begin, (work,))


class _Quiet(ProcessPoolExecutor):
    """A pool that cancels what has not started when its user leaves it early."""

    def submit(self, *arguments: Any, **named: Any) -> Any:
        """Forks the processes at the first call."""
        with warnings.catch_warnings():
            # newer Pythons warn about a fork beside any thread; the scanner's holds no lock here
            warnings.simplefilter('ignore', DeprecationWarning)
            return super().submit(*arguments, **named)

    def __exit__(self, *_: object) -> None:
        self.shutdown(wait=True, cancel_futures=True)


def _begin(work: Callable[[Any], Any]) -> None:
    """Prepares a child: it does not outlive its parent, and dies in silence at Ctrl-C."""
    gc.freeze()  # or each collection would touch, and so copy, all that the parent had
    _works.append(work)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True, name='parent').start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    if parent := parent_process():
        wait([parent.sentinel])
    os._exit(1)


def _attempt_here(job: Any) -> Any:
    return _attempt(_works[0], job)


def _attempt(work: Callable[[J], T], job: J) -> T | LearnError:
    try:
        return work(job)
    except RedactionError:
        raise
    except LearnError as error:
        return error


def _cores() -> int:
    affinity = getattr(os, 'sched_getaffinity', None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _can_fork() -> bool:
    others = [one for one in threading.enumerate() if one is not threading.current_thread()]
    return sys.platform == 'linux' and all(one.name == SCANNER_THREAD for one in others)
