"""Step 3: a session's log -> compressed, redacted XML files. The door of the room."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.preprocess.measures import Measures, no_measures
from learn_core.preprocess.session import (
    Chunk,
    Job,
    Preprocessed,
    Work,
    send_rendered,
    send_session,
)
from learn_core.preprocess.xml.tokens import Counting, count_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from learn_core.redact import Redactor

__all__ = [
    'Chunk',
    'Job',
    'Measures',
    'Preprocessed',
    'count_tokens',
    'no_measures',
    'preprocess',
    'preprocess_rendered',
]


def preprocess(
    jobs: Iterable[Job], *, redactor: Redactor, max_tokens: int = 20_000
) -> Iterator[Preprocessed | LearnError]:
    """Sessions' logs, and those of their sub-agents, as files of at most `max_tokens` each.

    Gives for each job, in their order, what came of it, or why nothing more did: the log can't be
    opened, or the budget is too small to hold anything. While one log is counted the next is read
    already; memory holds little more than one file. Raises RedactionError if the scanner fails.
    """
    counting = Counting()
    done: deque[Preprocessed | LearnError] = deque()
    for job in jobs:
        work = Work(
            session_id=job.session_id,
            redactor=redactor,
            max_tokens=max_tokens,
            write=job.write,
            counting=counting,
            already=job.already,
        )
        work.carefully(partial(send_session, work, job.log, job.prefix))
        counting.then(partial(_end, work, done))
        while done:
            yield done.popleft()
    counting.drain()
    yield from done


def _end(work: Work, done: deque[Preprocessed | LearnError]) -> None:
    done.append(work.result())


def preprocess_rendered(
    text: str,
    name: str,
    session_id: str,
    *,
    redactor: Redactor,
    write: Callable[[Chunk], None],
    max_tokens: int = 20_000,
) -> Preprocessed:
    """A file of a session that was preprocessed elsewhere, redacted and split like any other.

    Raises LearnError if it is no such file.
    """
    counting = Counting()
    work = Work(
        session_id=session_id,
        redactor=redactor,
        max_tokens=max_tokens,
        write=write,
        counting=counting,
    )
    send_rendered(work, text, name)
    counting.drain()
    result = work.result()
    if isinstance(result, LearnError):
        raise result
    return result
