"""Step 3: a plan's sessions, of this machine or out of a gist, into its materials."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import agents
from learn_core.errors import LearnError, RedactionError
from learn_core.materials.unpack import files_of_gist
from learn_core.preprocess import Job, RenderedFile, preprocess

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from learn_core.github import GitHub
    from learn_core.materials.directory import Materials
    from learn_core.preprocess import Preprocessed
    from learn_core.sessions.source import SessionSource


def add_sessions(
    materials: Materials,
    sources: Sequence[SessionSource],
    github: GitHub | None,
    max_tokens: int,
    detail: Callable[[str], None] = lambda _: None,
) -> None:
    """Step 3. A session that cannot be read is reported, and the others are still read. All are
    preprocessed together, because what is secret in one is secret in all.

    Without `github` the sources must be of this machine. Raises RedactionError.
    """
    read_gist = lru_cache(maxsize=1)(github.materials) if github is not None else None
    jobs: list[tuple[SessionSource, list[Job | RenderedFile]]] = []
    with tempfile.TemporaryDirectory(prefix='learn-hook-') as folder:
        for number, source in enumerate(sources):
            doing = 'preprocessing' if source.transcript is not None else 'fetching'
            detail(f'{doing} {source.kind} session {source.session_id}')
            try:
                jobs.append((source, _jobs_of(source, read_gist, Path(folder, str(number)))))
            except LearnError as error:
                materials.report_missing(source.session_id, str(error))
        every = [job for _, mine in jobs for job in mine]
        done = iter(preprocess(every, redactor=materials.redactor, max_tokens=max_tokens))
    for source, mine in jobs:
        _add_session(materials, source, [*islice(done, len(mine))])


def _add_session(
    materials: Materials, source: SessionSource, pieces: Sequence[Preprocessed | LearnError]
) -> None:
    """A session with all of its pieces, or it is reported as missing. Raises RedactionError."""
    whole = []
    try:
        for piece in pieces:
            if isinstance(piece, LearnError):
                raise piece
            whole.append(piece)
        materials.add_session(source, *whole)
    except RedactionError:
        raise
    except LearnError as reason:
        materials.report_missing(source.session_id, str(reason))


def _jobs_of(
    source: SessionSource, read_gist: Callable[[str], Mapping[str, str]] | None, folder: Path
) -> list[Job | RenderedFile]:
    """Its transcript, or what its gist holds: a raw log, which is laid out, or rendered files."""
    prefix = 'planning' if source.kind == 'planning' else 'impl'
    if source.transcript is not None:
        return [Job(source.transcript, prefix, source.already)]
    if source.gist_url is None or read_gist is None:
        raise LearnError('it ran elsewhere and left no gist')
    in_gist = read_gist(source.gist_url)
    files = files_of_gist(in_gist, source.session_id, is_packed=source.is_packed)
    logs = {
        name: text
        for name, text in files.items()
        if not text.lstrip('\ufeff \t\r\n').startswith('<')
    }
    rendered = sorted(files.keys() - logs.keys())
    jobs: list[Job | RenderedFile] = [
        RenderedFile(files[name], name, source.session_id) for name in rendered
    ]
    if logs:
        log = _lay_out(logs, source.session_id, folder)
        jobs.insert(0, Job(agents.transcript_of(log), prefix, source.already))
    return jobs


def _lay_out(logs: Mapping[str, str], session_id: str, folder: Path) -> Path:
    """Raw logs out of a gist, as Claude Code lays them: the session's, its agents' beside it."""
    of_agents = [name for name in sorted(logs) if name.startswith('agent-')]
    session = '\n'.join(text for name, text in sorted(logs.items()) if name not in of_agents)
    beside = folder / session_id / 'subagents'
    beside.mkdir(parents=True)
    log = folder / f'{session_id}.jsonl'
    log.write_text(session, encoding='utf-8', errors='replace')
    for number, name in enumerate(of_agents):
        agent = beside / f'agent-{number}.jsonl'  # the name is a stranger's
        agent.write_text(logs[name], encoding='utf-8', errors='replace')
    return log
