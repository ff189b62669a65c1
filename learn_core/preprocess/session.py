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
from learn_core.preprocess.first_pass import SMALL, first_pass
from learn_core.preprocess.memory import Memory
from learn_core.preprocess.rules import noise
from learn_core.preprocess.rules.cited import with_citations
from learn_core.preprocess.rules.cuts import short_thinking
from learn_core.preprocess.rules.parameters import shape_call
from learn_core.preprocess.rules.results import shape_result
from learn_core.preprocess.xml.chunks import filled
from learn_core.preprocess.xml.read import read_session
from learn_core.preprocess.xml.render import Rendered, render
from learn_core.preprocess.xml.split import piece_of
from learn_core.redact import compressed, decompressed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from learn_core.agents import Block, Transcript
    from learn_core.preprocess.first_pass import FirstPass
    from learn_core.preprocess.rules.cited import Citations
    from learn_core.preprocess.rules.results import Shaped
    from learn_core.redact import Redacted, Redactor

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
        return decompressed(self.compressed)


def chunk_of(name: str, text: Redacted, tokens: int) -> Chunk:
    """The chunk that holds a text."""
    return Chunk(name=name, tokens=tokens, compressed=compressed(text))


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


def preprocess_session(
    job: Job | RenderedFile, *, redactor: Redactor, max_tokens: int
) -> Preprocessed:
    """A session's transcript and those of its sub-agents, or a rendered file. Raises LearnError.

    Placeholders are numbered within the session: its redactor knows what `redactor` knows and
    counts for itself.
    """
    session_id = job.session_id if isinstance(job, RenderedFile) else job.transcript.session_id
    work = _Work(session_id, redactor.fresh(), max_tokens)
    if isinstance(job, RenderedFile):
        work.add_rendered(job)
    else:
        work.add_session(job)
    return work.result()


class _Work:
    """What all transcripts of a session share."""

    def __init__(self, session_id: str, redactor: Redactor, max_tokens: int) -> None:
        self._session_id = session_id
        self._redactor = redactor
        self._max_tokens = max_tokens
        self._already: Ids | None = None
        self._left_out: Counter[str] = Counter()
        self._chunks: list[Chunk] = []
        self._bytes_in = 0
        self._entries = 0

    def result(self) -> Preprocessed:
        """Everything, once all files are done."""
        return Preprocessed(
            session_id=self._session_id,
            unreadable=self._left_out.pop(UNREADABLE, 0),
            chunks=tuple(self._chunks),
            left_out={rule: count for rule, count in sorted(self._left_out.items()) if count},
            redactions=dict(self._redactor.counts),
            bytes_in=self._bytes_in,
            entries=self._entries,
            secrets=self._redactor.found_values(),
        )

    def add_rendered(self, file: RenderedFile) -> None:
        """A rendered file, redacted and split like any other. Raises LearnError if it is none."""
        elements = read_session(file.text)
        self._entries = len(elements)
        self._bytes_in = len(file.text.encode('utf-8', 'replace'))
        redact = self._redactor.text
        pieces = (Rendered(piece_of(element, redact).whole()) for element in elements)
        self._add_files(names.rendered_name(file.name, file.session_id), pieces, '')

    def add_session(self, job: Job) -> None:
        """A transcript and those of its sub-agents. Raises LearnError."""
        transcript = job.transcript
        self._already = Ids(job.already) if job.already else None
        first = self._first_pass(transcript, 'session')
        if first is None:
            return
        name = names.session_name(job.prefix, transcript.session_id, self._redactor)
        agents = [*self._agents(transcript, first)]
        reported = {agent.subagent.call for agent, _ in agents if agent.subagent is not None}
        if not agents:
            del first.index.uuids[:]  # a long log has millions
        memory = self._add_transcript(transcript, first, name, frozenset(reported))
        uuids = first.index.uuids
        del first  # with the tree of its entries
        if agents:  # their transcripts may begin with a copy of this one
            if self._already:
                self._already.update(uuids)
            else:
                self._already = Ids(uuids)
        taken: set[str] = set()
        for agent, known in agents:
            label = names.agent_name(name, agent.subagent, taken, self._redactor)
            header = names.agent_header(agent.subagent, memory, self._redactor)
            self._add_transcript(agent, known or first_pass(agent), label, header=header)

    def _first_pass(self, transcript: Transcript, kind: str) -> FirstPass | None:
        """The first reading, which is counted; nothing if there is nothing to learn."""
        first = first_pass(transcript)
        self._bytes_in += first.bytes_in
        self._entries += first.entries
        if verdict := first.verdict:
            self._left_out[f'{verdict} {kind}'] += 1
            return None
        return first

    def _agents(
        self, transcript: Transcript, first: FirstPass
    ) -> Iterator[tuple[Transcript, FirstPass | None]]:
        """The sub-agents whose transcripts give files, each with its first reading if that is
        small. One that cannot be read is counted, and costs nothing else.
        """
        kept = 0
        for agent in subagents(transcript, first.index):
            try:
                known = self._first_pass(agent, 'sub-agent')
            except LearnError:
                self._left_out["sub-agent's transcript that cannot be read"] += 1
                continue
            if known is not None:
                kept += known.bytes_in
                yield agent, known if kept <= SMALL else None

    def _add_transcript(
        self,
        transcript: Transcript,
        first: FirstPass,
        name: str,
        reported: frozenset[str] = frozenset(),
        header: str = '',
    ) -> Memory:
        memory = Memory(
            agent=transcript.agent,
            cwd=names.usable_cwd(first.index.cwds),
            last_plan=first.last_plan,
            reported=reported,
        )
        header += names.header(transcript.agent, first.index, memory, self._redactor)
        self._add_files(name, self._pieces(first, memory), header, memory.begin_part)
        return memory

    def _add_files(
        self,
        name: str,
        pieces: Iterable[Rendered],
        header: str,
        begin_part: Callable[[], None] = lambda: None,
    ) -> None:
        """Fills files with the pieces of one transcript. Raises LearnError."""
        done = filled(pieces, header, self._redactor, self._max_tokens, begin_part)
        files = [(compressed(text), tokens) for text, tokens in done]
        for number, (data, tokens) in enumerate(files, 1):
            part = f'-part{number}' if len(files) > 1 else ''
            self._chunks.append(Chunk(name=f'{name}{part}.xml', tokens=tokens, compressed=data))

    def _pieces(self, first: FirstPass, memory: Memory) -> Iterator[Rendered]:
        """The second reading of a transcript: renders each entry as XML."""
        for entry, ahead in with_citations(self._clean_entries(first, memory), memory.agent):
            at = memory.time_to_show(entry)
            once = noise.without_repeats(entry, memory, self._left_out)
            yield from render(entry, [self._short(block, memory, ahead) for block in once], at)
        if first.is_silent:
            note = Note('system', 'The sub-agent ended without a report.')
            yield from render(Entry('system', subtype='no-report'), [note])

    def _short(self, block: Block, memory: Memory, ahead: Sequence[Citations]) -> Block | Shaped:
        """A block with its parameters, its result or its thinking short; words are never cut."""
        if isinstance(block, ToolCall):
            return shape_call(block, memory, self._left_out)
        if isinstance(block, ToolResult):
            return shape_result(block, memory, ahead, self._left_out)
        if isinstance(block, Thinking):
            return Thinking(short_thinking(block.text, self._left_out))
        return block

    def _clean_entries(self, first: FirstPass, memory: Memory) -> Iterator[Entry]:
        """The entries that carry information and that no earlier session contains, redacted, about
        a megabyte of transcript at once: the scanner is faster on long texts.
        """
        batch: list[Entry] = []
        begin = 0
        for entry in first.read():
            if entry.dropped:
                self._left_out[entry.dropped] += 1
            elif self._already and digest(entry.uuid) in self._already:
                self._left_out['entry of an earlier log'] += 1
            else:
                telling = noise.without_noise(entry, memory, self._left_out)
                batch += [telling] if telling.blocks else []
            if batch and (abs(entry.at - begin) > _BATCH or len(batch) == _MOST):
                yield from redact_entries.redacted(batch, self._redactor)
                batch, begin = [], entry.at
        yield from redact_entries.redacted(batch, self._redactor)
