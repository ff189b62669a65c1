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

    from learn_core.agents import Transcript
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
    read_gist = lru_cache(maxsize=1)(github.materials if github else _unread)
    jobs: list[tuple[SessionSource, list[Job | RenderedFile]]] = []
    with tempfile.TemporaryDirectory(prefix='learn-hook-') as folder:
        for number, source in enumerate(sources):
            is_local = source.transcript is not None
            doing = 'preprocessing' if is_local else 'fetching'
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
    error = next((piece for piece in pieces if isinstance(piece, LearnError)), None)
    try:
        if error is not None:
            raise error
        whole = [piece for piece in pieces if not isinstance(piece, LearnError)]
        materials.add_session(source, *whole)
    except RedactionError:
        raise
    except LearnError as reason:
        materials.report_missing(source.session_id, str(reason))


def _jobs_of(
    source: SessionSource, read_gist: Callable[[str], Mapping[str, str]], folder: Path
) -> list[Job | RenderedFile]:
    """What there is to preprocess of a session: its transcript, or what its gist holds of it: a raw
    log, which is laid out in the folder, files that are rendered already, or packed ones.

    Raises LearnError.
    """
    if source.transcript is not None:
        return [_job_of(source, source.transcript)]
    files = files_of_remote(source, read_gist)
    logs = {
        name: text
        for name, text in files.items()
        if not text.lstrip('\ufeff \t\r\n').startswith('<')
    }
    jobs: list[Job | RenderedFile] = [
        RenderedFile(files[name], name, source.session_id)
        for name in sorted(files.keys() - logs.keys())
    ]
    if logs:
        log = lay_out(logs, source.session_id, folder)
        jobs.insert(0, _job_of(source, agents.transcript_of(log)))
    return jobs


def _job_of(source: SessionSource, transcript: Transcript) -> Job:
    """A transcript to preprocess, without what an earlier source has as well."""
    prefix = 'planning' if source.kind == 'planning' else 'impl'
    return Job(transcript, prefix, source.already)


def _unread(url: str) -> Mapping[str, str]:
    raise LearnError(f'{url} was not read: a preview uses no network')


def files_of_remote(
    source: SessionSource, read_gist: Callable[[str], Mapping[str, str]]
) -> Mapping[str, str]:
    """What the gist of a remote session holds of it. Raises LearnError."""
    if source.gist_url is None:
        raise LearnError('it ran elsewhere and left no gist')
    files = read_gist(source.gist_url)
    return files_of_gist(files, source.session_id, is_packed=source.is_packed)


def lay_out(logs: Mapping[str, str], session_id: str, folder: Path) -> Path:
    """Raw logs out of a gist, as Claude Code lays them: the session's, its agents' beside it."""
    agents = {name: text for name, text in logs.items() if name.startswith('agent-')}
    session = '\n'.join(text for name, text in sorted(logs.items()) if name not in agents)
    folder.mkdir()
    log = folder / f'{session_id}.jsonl'
    log.write_text(session, encoding='utf-8', errors='replace')
    beside = folder / session_id / 'subagents'
    beside.mkdir(parents=True)
    for number, name in enumerate(sorted(agents)):
        agent = beside / f'agent-{number}.jsonl'  # the name is a stranger's
        agent.write_text(agents[name], encoding='utf-8', errors='replace')
    return log
