"""Step 3: a session's transcript -> compressed, redacted XML files. The door of the room."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from learn_core.preprocess.parallel import side_by_side
from learn_core.preprocess.session import (
    Chunk,
    Job,
    Preprocessed,
    chunk_of,
    preprocess_rendered,
    preprocess_session,
)
from learn_core.preprocess.xml.read import Element, read_session
from learn_core.preprocess.xml.tokens import count_tokens, encoding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from learn_core.errors import LearnError
    from learn_core.redact import Redactor

__all__ = [
    'Chunk',
    'Element',
    'Job',
    'Preprocessed',
    'chunk_of',
    'count_tokens',
    'preprocess',
    'preprocess_rendered',
    'read_session',
]


def preprocess(
    jobs: Sequence[Job], *, redactor: Redactor, max_tokens: int = 20_000
) -> Iterator[Preprocessed | LearnError]:
    """Transcripts, with those of their sub-agents, as files of at most `max_tokens` each.

    Yields for each job, in their order, all of its files, or the error that stopped it: the
    transcript cannot be opened, or the budget is too small. The sessions are worked on side by
    side, one process per core. Raises RedactionError if the scanner fails.
    """
    encoding()  # loaded before the processes are forked, as the redactor's engine is
    yield from side_by_side(
        jobs,
        partial(preprocess_session, redactor=redactor, max_tokens=max_tokens),
        size=_bytes_of,
    )


def _bytes_of(job: Job) -> int:
    try:
        return job.log.stat().st_size
    except (OSError, ValueError):  # reading it says what is wrong
        return 0
