"""Step 3: a plan's sessions, of this machine or out of a gist, into its materials."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import agents
from learn_core.errors import LearnError, RedactionError
from learn_core.materials.unpack import files_of_gist
from learn_core.preprocess import Job, preprocess, preprocess_rendered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from learn_core.agents import Transcript
    from learn_core.github import GitHub
    from learn_core.materials.directory import Materials
    from learn_core.sessions.source import SessionSource


def add_sessions(
    materials: Materials,
    sources: Sequence[SessionSource],
    github: GitHub,
    max_tokens: int,
    detail: Callable[[str], None] = lambda _: None,
) -> None:
    """Step 3. A session that can't be read is reported, and the others go on.

    Raises RedactionError.
    """
    read_gist = lru_cache(maxsize=1)(github.materials)  # which may hold several sessions

    def jobs(local: Sequence[SessionSource]) -> Iterator[Job]:
        for source in local:
            detail(f'preprocessing {source.kind} session {source.session_id}')
            if source.transcript is not None:
                yield job_of(source, source.transcript)

    for is_local, group in groupby(sources, lambda source: source.transcript is not None):
        some = list(group)
        if is_local:
            add_logs(materials, some, list(jobs(some)), max_tokens)
            continue
        for source in some:
            detail(f'fetching {source.kind} session {source.session_id}')
            add_remote_session(materials, source, read_gist, max_tokens)


def add_logs(
    materials: Materials, sources: Iterable[SessionSource], jobs: Sequence[Job], max_tokens: int
) -> None:
    """Logs of this machine, a job for each source. Raises RedactionError."""
    done = preprocess(jobs, redactor=materials.redactor, max_tokens=max_tokens)
    for source, session in zip(sources, done, strict=True):
        if isinstance(session, LearnError):
            materials.report_missing(source.session_id, str(session))
        else:
            materials.add_session(source, session)


def job_of(source: SessionSource, transcript: Transcript) -> Job:
    """A transcript to preprocess, without what an earlier source has as well."""
    prefix = 'planning' if source.kind == 'planning' else 'impl'
    return Job(transcript, prefix, source.already)


def add_remote_session(
    materials: Materials,
    source: SessionSource,
    read_gist: Callable[[str], Mapping[str, str]],
    max_tokens: int,
) -> None:
    """A session out of a gist: a raw log, files that are rendered already, or packed ones.

    What can't be had is reported. Raises RedactionError.
    """
    try:
        files = files_of_remote(source, read_gist)
        logs = {
            name: text
            for name, text in files.items()
            if not text.lstrip('\ufeff \t\r\n').startswith('<')
        }
        if logs:
            with tempfile.TemporaryDirectory(prefix='learn-hook-') as folder:
                log = lay_out(logs, source.session_id, Path(folder))
                add_logs(
                    materials, [source], [job_of(source, agents.transcript_of(log))], max_tokens
                )
        for name in sorted(files.keys() - logs.keys()):
            add_rendered(materials, source, name, files[name], max_tokens)
    except RedactionError:
        raise
    except LearnError as error:
        materials.report_missing(source.session_id, str(error))


def files_of_remote(
    source: SessionSource, read_gist: Callable[[str], Mapping[str, str]]
) -> Mapping[str, str]:
    """What the gist of a remote session holds of it. Raises LearnError."""
    if source.gist_url is None:
        raise LearnError('it ran elsewhere and left no gist')
    files = read_gist(source.gist_url)
    return files_of_gist(files, source.session_id, is_packed=source.is_packed)


def add_rendered(
    materials: Materials, source: SessionSource, name: str, text: str, max_tokens: int
) -> None:
    """A file of a session that was preprocessed elsewhere. Raises LearnError."""
    session = preprocess_rendered(
        text,
        name,
        source.session_id,
        redactor=materials.redactor,
        max_tokens=max_tokens,
    )
    materials.add_session(source, session)


def lay_out(logs: Mapping[str, str], session_id: str, folder: Path) -> Path:
    """Raw logs out of a gist, as Claude Code lays them: the session's, its agents' beside it."""
    agents = {name: text for name, text in logs.items() if name.startswith('agent-')}
    session = '\n'.join(text for name, text in sorted(logs.items()) if name not in agents)
    log = folder / f'{session_id}.jsonl'
    log.write_text(session, encoding='utf-8', errors='replace')
    beside = folder / session_id / 'subagents'
    beside.mkdir(parents=True)
    for number, name in enumerate(sorted(agents)):
        agent = beside / f'agent-{number}.jsonl'  # the name is a stranger's
        agent.write_text(agents[name], encoding='utf-8', errors='replace')
    return log
