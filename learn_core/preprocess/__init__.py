"""Step 3: a session's transcript -> compressed, redacted XML files. The door of the room."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from learn_core.agents import size_of
from learn_core.preprocess.overview import WorkState, make_overview
from learn_core.preprocess.parallel import side_by_side
from learn_core.preprocess.session import (
    Chunk,
    Job,
    Preprocessed,
    RenderedFile,
    chunk_of,
    preprocess_session,
)
from learn_core.preprocess.xml.read import Element, read_session
from learn_core.preprocess.xml.tokens import count_tokens, encoding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from learn_core.errors import LearnError
    from learn_core.redact import Redactor

__all__ = [
    'Chunk',
    'Element',
    'Job',
    'Preprocessed',
    'RenderedFile',
    'WorkState',
    'chunk_of',
    'count_tokens',
    'make_overview',
    'preprocess',
    'read_session',
]


def preprocess(
    jobs: Sequence[Job | RenderedFile], *, redactor: Redactor, max_tokens: int = 20_000
) -> Sequence[Preprocessed | LearnError]:
    """Transcripts, with those of their sub-agents, as files of at most `max_tokens` each; what was
    rendered before is redacted and split again.

    Returns for each job, in their order, all of its files, or the error that stopped it: the
    transcript cannot be opened, or the budget is too small. The sessions are worked on side by
    side, one process per core. What was secret in one is secret in all: a session whose files
    hold such a value is preprocessed again. Raises RedactionError if the scanner fails.
    """
    encoding()  # loaded before the processes are forked, as the redactor's engine is
    work = partial(preprocess_session, redactor=redactor, max_tokens=max_tokens)
    results = list(side_by_side(jobs, work, size=_bytes_of))
    done = [session for session in results if isinstance(session, Preprocessed)]
    secrets = {value: kind for session in done for value, kind in session.secrets.items()}
    leaking = [at for at, session in enumerate(results) if _holds(session, secrets, redactor)]
    if leaking:
        work = partial(work, redactor=redactor.fresh(secrets))
        again = side_by_side([jobs[at] for at in leaking], work, size=_bytes_of)
        for at, session in zip(leaking, again, strict=True):
            results[at] = session
    return results


def _holds(
    session: Preprocessed | LearnError, secrets: Mapping[str, str], redactor: Redactor
) -> bool:
    """Whether a session's files hold a value that is secret in another session."""
    if not isinstance(session, Preprocessed) or secrets.keys() <= session.secrets.keys():
        return False
    others = {value: kind for value, kind in secrets.items() if value not in session.secrets}
    holder = redactor.fresh(others)
    return any(holder.holds(chunk.text) for chunk in session.chunks)


def _bytes_of(job: Job | RenderedFile) -> int:
    return len(job.text) if isinstance(job, RenderedFile) else size_of(job.transcript)
