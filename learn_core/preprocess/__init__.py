"""Step 3: a session's log -> compressed, redacted XML files. The door of the room.

An entry goes one way: its strings are redacted, what says nothing and what was said before is left
out, what is long is cut, the rest is rendered and fills files up to the budget.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.preprocess import chunks, leaves, noise, render, repeats
from learn_core.preprocess.chunks import count_tokens
from learn_core.preprocess.rendered import read_pieces
from learn_core.transcript import (
    UNREADABLE,
    agent_logs,
    index_transcript,
    lying_beside,
    read_transcript,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from learn_core.redact import Redacted, Redactor
    from learn_core.transcript import AgentLog, Entry, Index

__all__ = ['Chunk', 'Preprocessed', 'count_tokens', 'preprocess', 'preprocess_rendered']

_UNSAFE = re.compile(r'[^A-Za-z0-9._-]+')
_LONGEST_NAME = {'prefix': 30, 'session': 50, 'agent': 40}  # characters; with the rest under 150
_MOST_NAMED = 8  # branches or models in the meta lines


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """One finished file: XML 1.0, redacted, `tokens` counted by `cl100k` over the whole text."""

    name: str
    text: Redacted
    tokens: int


@dataclass(frozen=True, kw_only=True)
class Preprocessed:
    """A session and its sub-agents as files; no files if it is empty or a warm-up.

    `left_out` counts what each rule left out. `bytes_in` and `entries` are those of the session's
    log and its sub-agents' together.
    """

    session_id: str
    chunks: tuple[Chunk, ...]
    left_out: Mapping[str, int]
    unreadable: int
    bytes_in: int
    entries: int


@dataclass(frozen=True, kw_only=True)
class _Work:
    """What every entry of a session meets on its way."""

    redactor: Redactor
    max_tokens: int
    left_out: Counter[str]
    undelivered: frozenset[str]
    already: Collection[str] = frozenset()


def preprocess(
    log: Path,
    session_id: str,
    *,
    prefix: str,
    redactor: Redactor,
    max_tokens: int = 20_000,
    already: Collection[str] = frozenset(),
) -> Preprocessed:
    """A session's log and those of its sub-agents as files of at most `max_tokens` each.

    `already` are uuids of entries that the log of an earlier part of the same conversation holds.
    Raises LearnError if the log can't be opened, the scanner fails, or the budget is too small to
    hold anything.
    """
    index = index_transcript(log)
    left_out: Counter[str] = Counter()
    work = _Work(
        redactor=redactor,
        max_tokens=max_tokens,
        left_out=left_out,
        undelivered=index.undelivered,
        already=already,
    )
    foreign = lying_beside(log, set(index.session_ids) - {session_id, log.stem})
    entries = _own(read_transcript(log, left_out), foreign, left_out)
    header = _header(index, foreign, redactor)
    name = f'{_safe(prefix, "prefix")}-{_safe(redactor.text(session_id), "session")}'
    seen = noise.Impression()
    files = _chunks(name, _pieces(entries, seen, work), header, work)
    bytes_in = _size(log)
    if why := noise.verdict(seen):
        left_out[f'{why} session'] += 1
        files = []
    else:
        taken: set[str] = set()
        for agent in agent_logs(log, session_id):
            label = _safe(redactor.text(agent.agent_id), 'agent')
            if label.lower() in taken:  # they differ in letter case alone
                label = f'{label}-{len(taken)}'
            taken.add(label.lower())
            found, size = _agent_chunks(agent, f'{name}-agent-{label}', seen, work)
            files += found
            bytes_in += size
    unreadable = left_out.pop(UNREADABLE, 0)
    return Preprocessed(
        session_id=session_id,
        chunks=tuple(files),
        left_out=dict(sorted(left_out.items())),
        unreadable=unreadable,
        bytes_in=bytes_in,
        entries=seen.entries,
    )


def preprocess_rendered(
    text: str, name: str, session_id: str, *, redactor: Redactor, max_tokens: int = 20_000
) -> Preprocessed:
    """A file of a session that was preprocessed elsewhere, redacted and split like any other.

    Raises LearnError if it is no such file.
    """
    work = _Work(
        redactor=redactor, max_tokens=max_tokens, left_out=Counter(), undelivered=frozenset()
    )
    stem = name.removesuffix('.xml')
    stem = stem if stem.startswith(('impl-', 'planning-')) else f'impl-{stem or session_id}'
    pieces = read_pieces(text, redactor)
    return Preprocessed(
        session_id=session_id,
        chunks=tuple(_chunks(_UNSAFE.sub('-', stem)[:120], iter(pieces), '', work)),
        left_out={},
        unreadable=0,
        bytes_in=len(text.encode('utf-8', 'replace')),
        entries=len(pieces),
    )


def _agent_chunks(
    agent: AgentLog, name: str, seen: noise.Impression, work: _Work
) -> tuple[list[Chunk], int]:
    """The files of a sub-agent, and the bytes that were read for it."""
    try:
        header = _agent_header(agent, work.redactor)
    except LearnError:
        work.left_out["sub-agent's log that can't be read"] += 1
        return [], 0
    # nested logs never hold an agent's words, only its tools
    impression = noise.Impression(answered=agent.path is None)
    entries = agent.nested if agent.path is None else read_transcript(agent.path, work.left_out)
    files = _chunks(name, _pieces(entries, impression, work), header, work)
    seen.entries += impression.entries
    if why := noise.verdict(impression):
        work.left_out[f'{why} sub-agent'] += 1
        files = []
    return files, _size(agent.path) if agent.path else 0


def _own(
    entries: Iterable[Entry],
    foreign: Collection[str],
    left_out: Counter[str],
) -> Iterator[Entry]:
    """Without entries that another file holds, and is there to tell."""
    for entry in entries:
        if entry.session_id in foreign:
            left_out['entry of another session'] += 1
        else:
            yield entry


def _pieces(
    entries: Iterable[Entry], seen: noise.Impression, work: _Work
) -> Iterator[render.Piece]:
    memory = repeats.Memory()
    hidden: set[str] = set()
    tools: dict[str, str] = {}
    for entry in entries:
        if repeats.comes_again(entry, memory):
            work.left_out['entry that comes again'] += 1
            continue
        noise.take_in(seen, entry)  # what an earlier log holds too makes a session no less real
        if entry.uuid in work.already:
            work.left_out['entry of an earlier log'] += 1
            continue
        if reason := noise.reason_to_drop(entry, work.undelivered):
            work.left_out[reason] += 1
            continue
        clean = leaves.redacted(entry, work.redactor)
        telling = noise.without_noise(clean, hidden, work.left_out)
        new = repeats.without_repeats(telling, memory, work.left_out)
        yield from render.render(new, tools, work.left_out)


def _chunks(name: str, pieces: Iterator[render.Piece], header: str, work: _Work) -> list[Chunk]:
    files = list(
        chunks.fill(pieces, header=header, redactor=work.redactor, max_tokens=work.max_tokens)
    )
    names = [f'{name}-part{number}.xml' for number in range(1, len(files) + 1)]
    if len(files) == 1:
        names = [f'{name}.xml']
    return [
        Chunk(name=name, text=file.text, tokens=file.tokens)
        for name, file in zip(names, files, strict=True)
    ]


def _header(index: Index, foreign: Collection[str], redactor: Redactor) -> str:
    """The meta lines of a session: branches, models, and when it began and ended."""
    own = [share for found, share in index.shares.items() if found not in foreign]
    first = min((share.first_time for share in own if share.first_time), default='')
    last = max((share.last_time for share in own), default='')
    lines = [render.meta(('branch', redactor.text(name))) for name in index.branches[:_MOST_NAMED]]
    lines += [render.meta(('model', redactor.text(name))) for name in index.models[:_MOST_NAMED]]
    if first:
        lines.append(render.meta(('first', first), ('last', last)))
    return ''.join(lines)


def _agent_header(agent: AgentLog, redactor: Redactor) -> str:
    """Whose log it is, over the meta lines of its file."""
    facts = [('source', redactor.text(f'agent-{agent.agent_id}'))]
    facts += [
        (name, redactor.text(value))
        for name, value in (('type', agent.type), ('description', agent.description))
        if value
    ]
    if agent.path is not None:
        return render.meta(*facts) + _header(index_transcript(agent.path), (), redactor)
    times = sorted(entry.time for entry in agent.nested if entry.time)
    span = render.meta(('first', times[0]), ('last', times[-1])) if times else ''
    return render.meta(*facts) + span


def _safe(name: str, kind: str) -> str:
    """A part of a file name; where it had to be changed, a hash keeps two of them apart."""
    safe = _UNSAFE.sub('-', name).lstrip('._-')
    if safe == name and 0 < len(name) <= _LONGEST_NAME[kind]:
        return name
    mark = hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]
    return f'{safe[: _LONGEST_NAME[kind] - 9]}-{mark}'.lstrip('-')


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # pragma: no cover - deleted since it was read
        return 0
