"""A session on its way from its log to its files.

A log is read twice: first for what is known only at its end, then entry by entry. An entry goes
one way: what says nothing is left out, its strings are redacted, what was said before is left out,
what is long is cut, the rest is rendered and fills files up to the budget.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents.claude import UNREADABLE, agent_logs, in_order, with_outputs
from learn_core.errors import LearnError, RedactionError
from learn_core.preprocess import names, redact_entries
from learn_core.preprocess.first_pass import study_agent, study_session
from learn_core.preprocess.measures import Measures, moment, no_measures, weight, weights
from learn_core.preprocess.memory import Memory
from learn_core.preprocess.rules import cuts, noise, repeats, shorten
from learn_core.preprocess.xml import render
from learn_core.preprocess.xml.chunks import Filled, Filler, groups
from learn_core.preprocess.xml.read import read_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from learn_core.agents.claude import AgentLog, Entry
    from learn_core.preprocess.first_pass import Study
    from learn_core.preprocess.xml.tokens import Counting
    from learn_core.redact import Redacted, Redactor

    Write = Callable[['Chunk'], None]

_BATCH = 1_000_000  # bytes of log, about, that are redacted at once
_MOST = 2_000  # entries, for those of nested agents have no place


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """One finished file: XML 1.0, redacted, `tokens` counted by `cl100k` over the whole text."""

    name: str
    text: Redacted
    tokens: int


@dataclass(frozen=True, kw_only=True)
class Preprocessed:
    """What came of a session and its sub-agents; no files if it is empty or a warm-up.

    `left_out` counts what each rule left out. `bytes_in` and `entries` are those of the session's
    log and its sub-agents' together.
    """

    session_id: str
    files: int
    tokens: int
    left_out: Mapping[str, int]
    unreadable: int
    bytes_in: int
    entries: int
    measures: Measures = field(default_factory=no_measures)


class Job(NamedTuple):
    """A session's log to preprocess. `write` gets each file when it is finished.

    `already` are uuids of entries that the log of an earlier part of the same conversation holds.
    """

    log: Path
    session_id: str
    prefix: str
    write: Write
    already: Collection[str] = frozenset()


@dataclass(kw_only=True)
class Work:
    """What all logs of a session share on their way."""

    session_id: str
    redactor: Redactor
    max_tokens: int
    write: Write
    counting: Counting
    already: Collection[str] = frozenset()
    left_out: Counter[str] = field(default_factory=Counter)
    files: int = 0
    tokens: int = 0
    bytes_in: int = 0
    entries: int = 0
    measures: Measures = field(default_factory=no_measures)
    trouble: LearnError | None = None

    def send(self, name: str, pieces: Iterable[str], header: str) -> None:
        """The pieces of one log to their files, which are written when they are counted."""
        named = _Named(name, self)
        filler = Filler(header, self.redactor, self.max_tokens, named.take)

        def place(pieces: list[str], counts: list[int]) -> None:
            self.carefully(lambda: filler.place(pieces, counts))

        def end() -> None:
            self.carefully(filler.finish)
            self.carefully(named.finish)

        for group in groups(pieces):
            self.counting.put(group, place)
        self.counting.then(end)

    def carefully(self, step: Callable[[], None]) -> None:
        """A step that comes when other sessions are on their way: trouble of this one is kept."""
        if self.trouble is None:
            try:
                step()
            except RedactionError:
                raise
            except LearnError as trouble:
                self.trouble = trouble

    def take(self, study: Study) -> None:
        """What a log has in it."""
        self.bytes_in += study.bytes_in
        self.entries += study.entries

    def result(self) -> Preprocessed | LearnError:
        """What came of it."""
        if self.trouble is not None:
            return self.trouble
        unreadable = self.left_out.pop(UNREADABLE, 0)
        return Preprocessed(
            session_id=self.session_id,
            files=self.files,
            tokens=self.tokens,
            left_out={rule: count for rule, count in sorted(self.left_out.items()) if count},
            unreadable=unreadable,
            bytes_in=self.bytes_in,
            entries=self.entries,
            measures=self.measures,
        )


class _Named:
    """Gives each file of a log its name: only the second shows that they have numbers."""

    def __init__(self, name: str, work: Work) -> None:
        self._name = name
        self._work = work
        self._held: Filled | None = None
        self._count = 0

    def take(self, file: Filled) -> None:
        """The next file."""
        if self._held is not None:
            self._write(self._held, f'-part{self._count}')
        self._held = file
        self._count += 1

    def finish(self) -> None:
        """There is no other file."""
        if self._held is not None:
            self._write(self._held, f'-part{self._count}' if self._count > 1 else '')

    def _write(self, file: Filled, part: str) -> None:
        name = f'{self._name}{part}.xml'
        self._work.write(Chunk(name=name, text=file.text, tokens=file.tokens))
        self._work.measures.tokens[name] = file.by_tag
        self._work.files += 1
        self._work.tokens += file.tokens


def send_session(work: Work, log: Path, prefix: str) -> None:
    """A session's log and those of its sub-agents on their way. Raises LearnError."""
    study = study_session(log, work.session_id, work.left_out)
    work.take(study)
    if study.verdict:
        work.left_out[f'{study.verdict} session'] += 1
        return
    name = names.session_name(prefix, work.session_id, work.redactor)
    memory = Memory(cwd=shorten.usable_cwd(study.index.cwds))
    header = names.header(study.index, memory, work.redactor)
    work.send(name, _pieces(study, memory, log, work, name), header)
    taken: set[str] = set()
    for agent in agent_logs(log, work.session_id, study.index.agents):
        label = names.agent_name(name, agent.agent_id, taken, work.redactor)
        _send_agent(agent, label, log, memory, work)


def send_rendered(work: Work, text: str, name: str) -> None:
    """A file that was rendered elsewhere on its way. Raises LearnError if it is no such file."""
    pieces = read_pieces(text, work.redactor)
    work.entries = len(pieces)
    work.bytes_in = len(text.encode('utf-8', 'replace'))
    whole = (piece.whole() for piece in pieces)
    for step in ('said', 'redacted', 'once', 'short'):
        work.measures.steps[step] += work.bytes_in
    work.send(names.rendered_name(name, work.session_id), whole, '')


def _send_agent(agent: AgentLog, name: str, log: Path, session: Memory, work: Work) -> None:
    """A sub-agent's log on its way. One that can't be read is counted, and costs nothing else."""
    try:
        study = study_agent(log, agent, work.left_out)
    except LearnError:
        work.left_out["sub-agent's log that can't be read"] += 1
        return
    work.take(study)
    if study.verdict:
        work.left_out[f'{study.verdict} sub-agent'] += 1
        return
    memory = Memory(cwd=shorten.usable_cwd(study.index.cwds))
    header = names.agent_header(agent, session, work.redactor)
    header += names.header(study.index, memory, work.redactor)
    work.send(name, _pieces(study, memory, log, work, name), header)


def _pieces(study: Study, memory: Memory, log: Path, work: Work, name: str) -> Iterator[str]:
    """The log once more, from its entries to what is written of them."""
    steps, times = work.measures.steps, work.measures.times.setdefault(name, array('q'))
    entries = in_order(_telling(study, log, work))
    telling = (noise.without_noise(entry, memory, work.left_out) for entry in entries)
    for batch in _batches(telling):
        steps['said'] += weight(batch)
        clean = redact_entries.redacted(batch, work.redactor)
        steps['redacted'] += weight(clean)
        for entry in clean:
            once = repeats.without_repeats(entry, entry.blocks, memory, work.left_out)
            short = cuts.shortened(entry, once, memory, work.left_out)
            for prefix, (uses, others) in (('', weights(once)), ('short ', weights(short))):
                steps[prefix.strip() or 'once'] += uses + others
                steps[f'{prefix}parameters'] += uses
            said_at = moment(entry.time)
            for piece in render.render(entry, short, work.left_out):
                times.append(said_at)
                yield piece


def _telling(study: Study, log: Path, work: Work) -> Iterator[Entry]:
    """The entries that are new and say something."""
    left_out, already = work.left_out, work.already
    comes_again, undelivered = study.index.tree.comes_again, study.index.undelivered
    for position, (entry, abandoned) in enumerate(study.read()):
        if reason := noise.reason_to_drop(entry, undelivered):
            left_out[reason] += 1
        elif comes_again(position):
            left_out['entry that comes again'] += 1
        elif entry.uuid in already:
            left_out['entry of an earlier log'] += 1
        elif entry.blocks:
            known = entry._replace(abandoned=True) if abandoned else entry
            full = with_outputs(known, log, work.session_id)
            if full is not known:
                work.measures.steps['outputs'] += weight([full]) - weight([known])
            yield full


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Entries of about a megabyte of log, for the scanner likes its texts long."""
    batch: list[Entry] = []
    begin = 0
    for entry in entries:
        batch.append(entry)
        if abs(entry.at - begin) > _BATCH or len(batch) == _MOST:
            yield batch
            batch, begin = [], entry.at
    yield batch
