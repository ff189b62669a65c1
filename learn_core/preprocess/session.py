"""From a session's transcript to its files.

A transcript is read twice: first for the facts that only its end reveals, then entry by entry. Each
entry takes the same steps: drop noise, redact, drop repetitions, shorten, render, fill files up to
the budget.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents import (
    UNREADABLE,
    Entry,
    Ids,
    Note,
    Thinking,
    ToolCall,
    ToolResult,
    digest,
    subagents,
)
from learn_core.errors import LearnError
from learn_core.preprocess import names, redact_entries
from learn_core.preprocess.chunk import Chunk, Preprocessed, chunk_of
from learn_core.preprocess.first_pass import SMALL, first_pass
from learn_core.preprocess.memory import Memory
from learn_core.preprocess.rules import noise, repeats, shorten
from learn_core.preprocess.rules.cited import with_citations
from learn_core.preprocess.rules.parameters import shape_call
from learn_core.preprocess.rules.results import shape_result
from learn_core.preprocess.rules.times import time_to_show
from learn_core.preprocess.rules.words import short_thinking
from learn_core.preprocess.xml import render
from learn_core.preprocess.xml.chunks import filled
from learn_core.preprocess.xml.read import read_session
from learn_core.preprocess.xml.split import piece_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from learn_core.agents import Block, Transcript
    from learn_core.preprocess.first_pass import FirstPass
    from learn_core.preprocess.rules.cited import Citations
    from learn_core.preprocess.rules.results import Shaped
    from learn_core.redact import Redactor

_BATCH = 1_000_000  # bytes of a transcript, about, that are redacted at once
_MOST = 2_000  # entries of a batch, because those of nested agents have no place


class Job(NamedTuple):
    """A transcript to preprocess.

    `already` are digests of the uuids of entries that an earlier session's transcript holds.
    """

    transcript: Transcript
    prefix: str
    already: Collection[int] = frozenset()


class RenderedFile(NamedTuple):
    """A file of a session that was preprocessed elsewhere."""

    text: str
    name: str
    session_id: str


@dataclass(kw_only=True)
class _Work:
    """The state that all transcripts of a session share."""

    session_id: str
    redactor: Redactor
    max_tokens: int
    already: Ids = field(default_factory=Ids)
    left_out: Counter[str] = field(default_factory=Counter)
    chunks: list[Chunk] = field(default_factory=list)
    bytes_in: int = 0
    entries: int = 0

    def add_files(
        self,
        name: str,
        pieces: Iterable[render.Rendered],
        header: str,
        begin_part: Callable[[], None] = lambda: None,
    ) -> None:
        """Fills files with the pieces of one transcript. Raises LearnError."""
        done = filled(pieces, header, self.redactor, self.max_tokens, begin_part)
        files = [chunk_of('', text, tokens) for text, tokens in done]
        for number, file in enumerate(files, 1):
            part = f'-part{number}' if len(files) > 1 else ''
            named = Chunk(name=f'{name}{part}.xml', tokens=file.tokens, compressed=file.compressed)
            self.chunks.append(named)

    def add_sizes(self, first: FirstPass) -> None:
        """Adds the size of a transcript."""
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


def preprocess_session(
    job: Job | RenderedFile, *, redactor: Redactor, max_tokens: int
) -> Preprocessed:
    """A session's transcript and those of its sub-agents. Raises LearnError.

    Placeholders are numbered within the session: its redactor knows what `redactor` knows and
    counts for itself.
    """
    if isinstance(job, RenderedFile):
        return preprocess_rendered(job, redactor=redactor, max_tokens=max_tokens)
    transcript = job.transcript
    work = _Work(
        session_id=transcript.session_id,
        redactor=redactor.fresh(),
        max_tokens=max_tokens,
        already=Ids(job.already),
    )
    first = first_pass(transcript)
    work.add_sizes(first)
    if first.verdict:
        work.left_out[f'{first.verdict} session'] += 1
        return work.result()
    name = names.session_name(job.prefix, transcript.session_id, work.redactor)
    agents = list(_agents_with_files(transcript, first, work))
    reported = [found.subagent.call for found, _ in agents if found.subagent is not None]
    memory = _memory(transcript, first, reported)
    header = names.header(transcript.agent, first.index, memory, work.redactor)
    work.add_files(name, _pieces(first, memory, work), header, memory.begin_part)
    if agents:  # their transcripts may begin with a copy of this one
        work.already.update(first.index.uuids)
    taken: set[str] = set()
    for found, known in agents:
        if found.subagent is not None:
            label = names.agent_name(name, found.subagent.agent_id, taken, work.redactor)
            _add_agent(found, known or first_pass(found), label, memory, work)
    return work.result()


def _memory(transcript: Transcript, first: FirstPass, reported: Iterable[str] = ()) -> Memory:
    return Memory(
        agent=transcript.agent,
        cwd=shorten.usable_cwd((*first.index.cwds,)),
        last_plan=first.last_plan,
        reported=frozenset(reported),
    )


def preprocess_rendered(file: RenderedFile, *, redactor: Redactor, max_tokens: int) -> Preprocessed:
    """A rendered file, redacted and split like any other. Raises LearnError if it is none."""
    work = _Work(session_id=file.session_id, redactor=redactor.fresh(), max_tokens=max_tokens)
    elements = read_session(file.text)
    work.entries = len(elements)
    work.bytes_in = len(file.text.encode('utf-8', 'replace'))
    pieces = (
        render.Rendered(piece_of(element, work.redactor.text).whole()) for element in elements
    )
    work.add_files(names.rendered_name(file.name, file.session_id), pieces, '')
    return work.result()


def _agents_with_files(
    transcript: Transcript, first: FirstPass, work: _Work
) -> Iterator[tuple[Transcript, FirstPass | None]]:
    """The sub-agents whose transcripts give files, each with its first reading if that is small.

    One that cannot be read is counted, and costs nothing else.
    """
    kept = 0
    for agent in subagents(transcript, first.index):
        try:
            known = first_pass(agent)
        except LearnError:
            work.left_out["sub-agent's transcript that cannot be read"] += 1
            continue
        work.add_sizes(known)
        if known.verdict:
            work.left_out[f'{known.verdict} sub-agent'] += 1
            continue
        kept += known.bytes_in
        yield agent, known if kept <= SMALL else None


def _add_agent(
    transcript: Transcript, first: FirstPass, name: str, session: Memory, work: _Work
) -> None:
    """A sub-agent's transcript."""
    memory = _memory(transcript, first)
    header = names.agent_header(transcript.subagent, session, work.redactor)
    header += names.header(transcript.agent, first.index, memory, work.redactor)
    work.add_files(
        name, _pieces(first, memory, work, is_agent=bool(first.bytes_in)), header, memory.begin_part
    )


def _pieces(
    first: FirstPass, memory: Memory, work: _Work, *, is_agent: bool = False
) -> Iterator[render.Rendered]:
    """The second reading of a transcript: renders each entry as XML."""
    entries = with_citations(_clean_entries(first, memory, work), memory.agent)
    for entry, ahead in entries:
        at = time_to_show(entry, memory)
        once = repeats.without_repeats(entry, entry.blocks, memory, work.left_out)
        short = [_short(block, memory, ahead, work.left_out) for block in once]
        yield from render.render(entry, short, work.left_out, at)
    if is_agent and not first.has_report:
        note = Note('system', 'The sub-agent ended without a report.')
        yield from render.render(Entry('system', subtype='no-report'), [note], work.left_out)


def _short(
    block: Block, memory: Memory, ahead: Sequence[Citations], left_out: Counter[str]
) -> Block | Shaped:
    """A block with its parameters, its result or its thinking short; words are never cut."""
    if isinstance(block, ToolCall):
        return shape_call(block, memory, left_out)
    if isinstance(block, ToolResult):
        return shape_result(block, memory, ahead, left_out)
    if isinstance(block, Thinking):
        return Thinking(short_thinking(block.text, left_out))
    return block


def _clean_entries(first: FirstPass, memory: Memory, work: _Work) -> Iterator[Entry]:
    """The entries that carry information, redacted."""
    new = _new_entries(first, work)
    telling = (noise.without_noise(entry, memory, work.left_out) for entry in new)
    for batch in _batches(entry for entry in telling if entry.blocks):
        yield from redact_entries.redacted(batch, work.redactor)


def _new_entries(first: FirstPass, work: _Work) -> Iterator[Entry]:
    """The entries that carry information and that no earlier session contains."""
    for entry in first.read():
        if entry.dropped:
            work.left_out[entry.dropped] += 1
        elif digest(entry.uuid) in work.already:
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
