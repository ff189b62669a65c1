"""Step 1: the session sources of a plan, and when their logs have gone quiet."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from learn_core.agents import Transcript, index
from learn_core.errors import LearnError
from learn_core.plans.plan import metadata_block, text_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from learn_core.agents import Index
    from learn_core.plans.plan import PlanHeader, PlanIssue

MOST_SCANNED = 10
LEAST_BYTES = 1_000
LONGEST_WAIT_SECONDS = 300

_SESSION_ID = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]{0,99}')


@dataclass(frozen=True, kw_only=True)
class SessionSource:
    """A session of a plan: where it lies (`local` or `remote`), what kind it is (`planning`, `impl`
    or `learn`) and why it is in (`header`, `comment`, `continuation`, `branch scan`, `remote`).
    `continues` is the session whose work went on in it; `is_packed`: its gist holds what a run on
    another machine sent, with its manifest.
    """

    source_type: str
    session_id: str
    kind: str
    why: str
    path: Path | None = None
    gist_url: str | None = None
    run_id: str | None = None
    continues: str | None = None
    is_packed: bool = False

    @property
    def transcript(self) -> Transcript:
        """Its transcript on this machine."""
        files = (self.path,) if self.path else ()
        return Transcript(agent='claude', session_id=self.session_id, files=files)


@dataclass(frozen=True, kw_only=True)
class Discovered:
    """The sources in their order, and the ids that the plan names but nobody has."""

    sources: tuple[SessionSource, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LogFolders:
    """Where logs of this repo lie: the project's own folders first, then all others."""

    own: tuple[Path, ...]
    others: tuple[Path, ...]
    worktrees: tuple[Path, ...]


def discover(plan: PlanIssue, branch: str | None, folders: LogFolders) -> Discovered:
    """The sources of a plan: planning, implementation, learn; no id twice.

    `branch` is the plan branch, asked where the plan names no session that lies here.
    """
    header = plan.header
    wanted = list(dict.fromkeys(_named(plan)))
    elsewhere = [source for source in _remote(plan) if _SESSION_ID.fullmatch(source.session_id)]
    remote = {source.session_id: source for source in elsewhere}
    found: dict[str, SessionSource] = {}
    missing = []
    for wish in _once_each(wanted):
        if not _SESSION_ID.fullmatch(wish.session_id):
            continue
        path = find_log(wish.session_id, folders)
        if path is not None:
            _add_with_successors(found, replace(wish, path=path), folders)
        elif wish.session_id not in remote:
            missing.append(wish.session_id)
    kinds = {wish.session_id: wish.kind for wish in reversed(wanted)}
    for session_id, source in remote.items():
        source = replace(source, kind=kinds.get(session_id, source.kind))
        path = find_log(session_id, folders)
        if path is None:
            found.setdefault(session_id, source)
            continue
        local = replace(
            source, source_type='local', path=path, gist_url=None, run_id=None, is_packed=False
        )
        _add_with_successors(found, local, folders)
    plan_branch = (header.branch_name if header else None) or branch
    if not any(source.path for source in found.values()) and plan_branch:
        scanned = _of_branch(plan_branch, folders)
        found.update((source.session_id, source) for source in scanned)
    order = ['planning', 'impl', 'learn']
    ordered = sorted(found.values(), key=lambda source: order.index(source.kind))
    return Discovered(sources=tuple(ordered), missing=tuple(missing))


def log_folders(claude_folders: Sequence[Path], worktrees: Sequence[Path]) -> LogFolders:
    """`<claude>/projects/*`. A project's folder is the worktree's absolute path with every
    character that is no letter or digit replaced by `-`; where there is none, its parents are
    tried.
    """
    own: dict[Path, None] = {}
    others: dict[Path, None] = {}
    for claude in claude_folders:
        projects = claude / 'projects'
        for worktree in worktrees:
            candidates = (projects / encoded(folder) for folder in [worktree, *worktree.parents])
            nearest = next((folder for folder in candidates if folder.is_dir()), None)
            own.update({nearest: None} if nearest else {})
        try:
            others.update((folder, None) for folder in sorted(projects.iterdir()))
        except OSError:
            continue
    rest = tuple(folder for folder in others if folder not in own)
    return LogFolders(own=tuple(own), others=rest, worktrees=tuple(worktrees))


def encoded(folder: Path) -> str:
    """A folder's path as Claude Code names its project folder; it loses information."""
    return re.sub(r'[^A-Za-z0-9]', '-', str(folder))


def find_log(session_id: str, folders: LogFolders) -> Path | None:
    """A session's log on this machine. The id is data from outside: only a plain word is looked
    for.
    """
    if not _SESSION_ID.fullmatch(session_id):
        return None
    paths = (folder / f'{session_id}.jsonl' for folder in [*folders.own, *folders.others])
    return next((path for path in paths if _is_file(path)), None)


def wait_until_quiet(sources: Sequence[SessionSource], quiet_seconds: float) -> bool:
    """Waits until no log, nor one of a sub-agent, was written to for `quiet_seconds`, five minutes
    at most: the agent that pushed is often still in its turn. True if all are quiet.
    """
    logs = [source.path for source in sources if source.path is not None]
    paths = [path for log in logs for path in (log, *log.with_suffix('').rglob('agent-*.jsonl'))]
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while True:
        ages = [time.time() - changed for changed in map(_changed, paths) if changed is not None]
        wait = max((quiet_seconds - age for age in ages if age >= 0), default=0.0)
        if wait <= 0:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(min(wait, 5.0))


def _changed(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _named(plan: PlanIssue) -> Iterator[SessionSource]:
    header = plan.header
    if header and header.created_from_session:
        yield _local(header.created_from_session, 'planning', 'header')
    if header and header.last_local_impl_session:
        yield _local(header.last_local_impl_session, 'impl', 'header')
    for session_id in _in_comments(plan, 'impl-started', 'impl-ended'):
        yield _local(session_id, 'impl', 'comment')
    if header and header.last_learn_session:
        yield _local(header.last_learn_session, 'learn', 'header')
    for session_id in _in_comments(plan, 'learn-invoked'):
        yield _local(session_id, 'learn', 'comment')


def _in_comments(plan: PlanIssue, *keys: str) -> Iterator[str]:
    for comment in plan.comments:
        for key in keys:
            block = metadata_block(comment, key)
            session_id = text_of(block, 'session_id') if block else None
            if session_id:
                yield session_id


def _remote(plan: PlanIssue) -> Iterator[SessionSource]:
    """The header's remote session, then what runs on other machines sent for this plan."""
    if plan.header:
        yield from _remote_of_header(plan.header)
    for block in plan.blocks('learn-materials'):
        gist_url = text_of(block, 'gist_url')
        for session_id in texts_of(block, 'session_ids') if gist_url else ():
            source = _local(session_id, 'impl', 'remote')
            yield replace(source, source_type='remote', gist_url=gist_url, is_packed=True)


def _remote_of_header(header: PlanHeader) -> Iterator[SessionSource]:
    source = replace(_local('', 'impl', 'remote'), source_type='remote')
    if header.last_session_gist_url and header.last_session_id:
        yield replace(
            source, session_id=header.last_session_id, gist_url=header.last_session_gist_url
        )
    elif header.last_remote_impl_session_id:
        yield replace(
            source,
            session_id=header.last_remote_impl_session_id,
            run_id=header.last_remote_impl_run_id,
        )


def _local(session_id: str, kind: str, why: str) -> SessionSource:
    return SessionSource(source_type='local', session_id=session_id, kind=kind, why=why)


def _once_each(sources: Sequence[SessionSource]) -> list[SessionSource]:
    first: dict[str, SessionSource] = {}
    for source in sources:
        first.setdefault(source.session_id, source)
    return list(first.values())


def _add_with_successors(
    found: dict[str, SessionSource], source: SessionSource, folders: LogFolders
) -> None:
    """The source, and the sessions that its work went on in, each right after the one before."""
    if source.session_id in found:
        return
    chain: set[str] = set()
    while source.session_id not in chain:
        chain.add(source.session_id)
        known = found.pop(source.session_id, None)  # it may stand before the one that it continues
        found[source.session_id] = replace(source, why=known.why) if known else source
        held = _index(source)
        path = find_log(held.successor, folders) if held is not None else None
        if held is None or path is None:
            return
        source = replace(
            source,
            session_id=held.successor,
            kind='impl' if source.kind == 'planning' else source.kind,
            why='continuation',
            path=path,
            continues=source.session_id,
        )


def _of_branch(branch: str, folders: LogFolders) -> list[SessionSource]:
    """The newest sessions of this project with entries on the plan branch, oldest first."""
    logs = [path for folder in folders.own for path in folder.glob('*.jsonl') if _is_session(path)]
    logs.sort(key=lambda path: (_changed(path) or 0, path.name), reverse=True)
    found: list[SessionSource] = []
    for path in logs:
        if len(found) == MOST_SCANNED:
            break
        source = replace(_local(path.stem, 'impl', 'branch scan'), path=path)
        held = _index(source)
        if held is not None and branch in held.branches and _is_of_repo(held, folders):
            found.append(source)
    return found[::-1]


def _is_session(path: Path) -> bool:
    is_named = not path.name.startswith('agent-') and _SESSION_ID.fullmatch(path.stem)
    try:
        return bool(is_named) and path.is_file() and path.stat().st_size >= LEAST_BYTES
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _is_of_repo(index: Index, folders: LogFolders) -> bool:
    """The folder's name may be another project's as well; an entry's own `cwd` decides."""
    return any(
        f'{cwd}/'.startswith(f'{tree}/') or f'{tree}/'.startswith(f'{cwd}/')
        for cwd in index.cwds
        for tree in folders.worktrees
    )


def _index(source: SessionSource) -> Index | None:
    try:
        return index(source.transcript) if source.path else None
    except LearnError:
        return None
