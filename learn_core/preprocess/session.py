"""A session on its way from its transcript to its files.

A transcript is read twice: first for what only its end tells, then entry by entry. An entry goes
one way: what says nothing is dropped, its strings are redacted, what was said before is dropped,
what is long is cut, the rest is rendered and fills files up to the budget.
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents import UNREADABLE, subagents
from learn_core.errors import LearnError
from learn_core.preprocess import names, redact_entries
from learn_core.preprocess.first_pass import first_pass
from learn_core.preprocess.memory import Memory
from learn_core.preprocess.rules import cuts, noise, repeats, shorten
from learn_core.preprocess.xml import render
from learn_core.preprocess.xml.chunks import filled
from learn_core.preprocess.xml.read import read_session
from learn_core.preprocess.xml.split import piece_of
from learn_core.redact import Redacted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from learn_core.agents import Entry, Transcript
    from learn_core.preprocess.first_pass import FirstPass
    from learn_core.redact import Redactor

_BATCH = 1_000_000  # bytes of a transcript, about, that are redacted at once
_MOST = 2_000  # entries of a batch, because those of nested agents have no place


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """One finished file: XML 1.0, redacted, `tokens` counted by `cl100k` over the whole text.

    The text is kept compressed: a session of 1 GB has some 100 MB of it.
    """

    name: str
    tokens: int
    compressed: bytes = field(repr=False)

    @property
    def text(self) -> Redacted:
        """The file's text."""
        return Redacted(zlib.decompress(self.compressed).decode())


def chunk_of(name: str, text: Redacted, tokens: int) -> Chunk:
    """The chunk that holds a text."""
    data = text.encode('utf-8', 'replace')
    return Chunk(name=name, tokens=tokens, compressed=zlib.compress(data, 1))


@dataclass(frozen=True, kw_only=True)
class Preprocessed:
    """The files of a session and its sub-agents; none if it is empty or a warm-up.

    `left_out` counts what each rule dropped, `redactions` what was redacted, by kind. `bytes_in`
    and `entries` are those of the session's transcript and its sub-agents' together. `secrets` are
    the values that were redacted, with their kinds: they stay in memory.
    """

    session_id: str
    chunks: tuple[Chunk, ...]
    left_out: Mapping[str, int]
    redactions: Mapping[str, int]
    unreadable: int
    bytes_in: int
    entries: int
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def tokens(self) -> int:
        """Of all files."""
        return sum(chunk.tokens for chunk in self.chunks)


class Job(NamedTuple):
    """A transcript to preprocess.

    `already` are uuids of entries that the transcript of an earlier session holds.
    """

    transcript: Transcript
    prefix: str
    already: Collection[str] = frozenset()


@dataclass(kw_only=True)
class _Work:
    """What all transcripts of a session share on their way."""

    session_id: str
    redactor: Redactor
    max_tokens: int
    already: Collection[str] = frozenset()
    left_out: Counter[str] = field(default_factory=Counter)
    chunks: list[Chunk] = field(default_factory=list)
    bytes_in: int = 0
    entries: int = 0

    def add_files(self, name: str, pieces: Iterable[str], header: str) -> None:
        """Fills files with the pieces of one transcript. Raises LearnError."""
        files = [
            chunk_of('', text, tokens)
            for text, tokens in filled(pieces, header, self.redactor, self.max_tokens)
        ]
        for number, file in enumerate(files, 1):
            part = f'-part{number}' if len(files) > 1 else ''
            named = Chunk(name=f'{name}{part}.xml', tokens=file.tokens, compressed=file.compressed)
            self.chunks.append(named)

    def add_sizes(self, first: FirstPass) -> None:
        """Adds what a transcript holds."""
        self.bytes_in += first.bytes_in
        self.entries += first.entries

    def result(self) -> Preprocessed:
        """Everything, once all files are done."""
        unreadable = self.left_out.pop(UNREADABLE, 0)
        return Preprocessed(
            session_id=self.session_id,
            chunks=tuple(self.chunks),
            left_out={rule: count for rule, count in sorted(self.left_out.items()) if count},
            redactions=dict(self.redactor.counts),
            unreadable=unreadable,
            bytes_in=self.bytes_in,
            entries=self.entries,
            secrets=self.redactor.found_values(),
        )


def preprocess_session(job: Job, *, redactor: Redactor, max_tokens: int) -> Preprocessed:
    """A session's transcript and those of its sub-agents. Raises LearnError.

    Placeholders are numbered within the session: its redactor knows what `redactor` knows and
    counts for itself.
    """
    transcript = job.transcript
    work = _Work(
        session_id=transcript.session_id,
        redactor=redactor.fresh(),
        max_tokens=max_tokens,
        already=job.already,
    )
    first = first_pass(transcript)
    work.add_sizes(first)
    if first.verdict:
        work.left_out[f'{first.verdict} session'] += 1
        return work.result()
    name = names.session_name(job.prefix, transcript.session_id, work.redactor)
    memory = Memory(cwd=shorten.usable_cwd(first.index.cwds))
    header = names.header(transcript.agent, first.index, memory, work.redactor)
    work.add_files(name, _pieces(first, memory, work), header)
    work.already = frozenset(work.already) | first.index.uuids  # an agent's may begin with a copy
    taken: set[str] = set()
    for found in subagents(transcript, first.index):
        if found.subagent is not None:
            label = names.agent_name(name, found.subagent.agent_id, taken, work.redactor)
            _add_agent(found, label, memory, work)
    return work.result()


def preprocess_rendered(
    text: str, name: str, session_id: str, *, redactor: Redactor, max_tokens: int = 20_000
) -> Preprocessed:
    """A file of a session that was preprocessed elsewhere, redacted and split like any other.

    Raises LearnError if it is not such a file.
    """
    work = _Work(session_id=session_id, redactor=redactor.fresh(), max_tokens=max_tokens)
    elements = read_session(text)
    work.entries = len(elements)
    work.bytes_in = len(text.encode('utf-8', 'replace'))
    pieces = (piece_of(element, work.redactor.text).whole() for element in elements)
    work.add_files(names.rendered_name(name, session_id), pieces, '')
    return work.result()


def _add_agent(transcript: Transcript, name: str, session: Memory, work: _Work) -> None:
    """A sub-agent's transcript. One that cannot be read is counted, and costs nothing else."""
    try:
        first = first_pass(transcript)
    except LearnError:
        work.left_out["sub-agent's log that can't be read"] += 1
        return
    work.add_sizes(first)
    if first.verdict:
        work.left_out[f'{first.verdict} sub-agent'] += 1
        return
    memory = Memory(cwd=shorten.usable_cwd(first.index.cwds))
    header = names.agent_header(transcript.subagent, session, work.redactor)
    header += names.header(transcript.agent, first.index, memory, work.redactor)
    work.add_files(name, _pieces(first, memory, work), header)


def _pieces(first: FirstPass, memory: Memory, work: _Work) -> Iterator[str]:
    """The second reading of a transcript: from its entries to the XML of each."""
    entries = _new_entries(first, work)
    telling = (noise.without_noise(entry, memory, work.left_out) for entry in entries)
    for batch in _batches(telling):
        for entry in redact_entries.redacted(batch, work.redactor):
            once = repeats.without_repeats(entry, entry.blocks, memory, work.left_out)
            short = cuts.shortened(entry, once, memory, work.left_out)
            yield from render.render(entry, short, work.left_out)


def _new_entries(first: FirstPass, work: _Work) -> Iterator[Entry]:
    """The entries that are new and say something."""
    for entry in first.read():
        if entry.dropped:
            work.left_out[entry.dropped] += 1
        elif entry.uuid in work.already:
            work.left_out['entry of an earlier log'] += 1
        elif entry.blocks:
            yield entry


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Entries of about a megabyte of transcript: the scanner is faster on long texts."""
    batch: list[Entry] = []
    begin = 0
    for entry in entries:
        batch.append(entry)
        if abs(entry.at - begin) > _BATCH or len(batch) == _MOST:
            yield batch
            batch, begin = [], entry.at
    yield batch
