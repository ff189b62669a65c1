"""A run -> everything that its page says of it. Every number is counted in the packed bytes, or
stands in the run's journal.
"""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from learn_core.page import contents
from learn_core.page.entries import entries_of
from learn_core.page.looks import look_at, manifest_of, places_of
from learn_core.page.timeline import Timeline, timeline
from learn_core.page.verdict import Verdict, verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from learn_core.page.contents import Measured
    from learn_core.page.entries import Entry
    from learn_core.page.looks import Look, Place
    from learn_core.plans.run import Run

_PART = re.compile(r'-part(\d+)$')
_AGENT = re.compile(r'-agent-')
_FACTS = ('session_id', 'kind', 'why')


@dataclass(frozen=True, kw_only=True)
class File:
    """One file of the pack. `log` is the name of its log's files without part and end; `times` are
    those of its entries that begin in it, none if they are not known. `text` is compressed.
    """

    name: str
    size: int
    sha256: str
    log: str
    part: int
    is_session: bool
    tokens: int = 0
    session_id: str = ''
    kind: str = ''
    why: str = ''
    about: str = ''
    entries: int
    kinds: Mapping[str, int]
    by_tag: Mapping[str, int] = field(default_factory=dict)
    redactions: Mapping[str, int]
    times: tuple[int, ...] = ()
    text: bytes = field(repr=False)

    @property
    def is_agent(self) -> bool:
        """Is it a sub-agent's?"""
        return bool(_AGENT.search(self.log))

    def read(self) -> str:
        """Its text, byte for byte."""
        return contents.opened(self.text)

    def told(self) -> Iterator[tuple[int, Entry, int]]:
        """Its entries with their numbers and times, 0 where that is not known."""
        said = -1
        for number, entry in enumerate(entries_of(self.name, self.read()), 1):
            if entry.tag == 'meta' or not self.times:
                yield number, entry, 0
                continue
            said += not entry.goes_on
            yield number, entry, self.times[said] if said >= 0 else 0


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request to GitHub; bytes of both bodies."""

    method: str
    path: str
    status: int
    sent: int
    received: int


@dataclass(frozen=True, kw_only=True)
class Page:
    """All that is said of a run. Sizes are bytes, times seconds since 1970, 0 for none.

    `replaced` is how often something was redacted while logs were read, `files` and `places` say
    what of it stands in what is sent. `left_out` counts by rule. `pull` is None without one.
    """

    run: str
    directory: str
    plan: int
    plan_url: str
    state: str
    trigger: str
    verdict: Verdict
    began: float
    ended: float
    gist_url: str
    workflow_url: str
    requests: tuple[Request, ...]
    size: int
    tokens: int
    sessions: int
    digest: str
    sha256: str
    version: str
    format: str
    files: tuple[File, ...]
    timelines: tuple[Timeline, ...]
    missing: tuple[tuple[str, str], ...]
    left_out: Mapping[str, int]
    replaced: Mapping[str, int]
    places: Mapping[str, tuple[Place, ...]]
    pull: Mapping[str, Any] | None
    measured: Measured

    @property
    def redactions(self) -> Counter[str]:
        """Placeholders by kind in what is sent."""
        found: Counter[str] = Counter()
        for file in self.files:
            found.update(file.redactions)
        return found


def page_of(run: Run, now: float) -> Page:
    """All that is to be said of a run at that time. Raises LearnError if what was packed is not
    there as it was.
    """
    measured, digest = contents.measured(run), contents.Digest()
    with ThreadPoolExecutor(1) as aside:
        files = contents.packed_files(run, digest)
        seen = [look_at(name, text, aside.submit) for name, text in files]
    manifest = manifest_of(seen)
    contents.refuse_unless_same(run, digest, manifest)
    entries = {str(entry['name']): entry for entry in manifest.get('files', [])}
    order = {name: at for at, name in enumerate(entries)}
    seen.sort(key=lambda look: order.get(look.name, len(order)))
    kept, timelines = _files(seen, entries, digest.files, measured)
    summary = _mapping(run.steps.get('summary'))
    return Page(
        run=run.directory.name,
        directory=str(run.directory),
        plan=run.issue,
        plan_url=run.plan_url,
        state=run.state,
        trigger=run.trigger.kind,
        verdict=verdict_of(run, now),
        began=run.began,
        ended=run.ended,
        gist_url=run.url_of('gist'),
        workflow_url=run.url_of('workflow'),
        requests=_requests(run.steps.get('requests')),
        size=digest.size,
        tokens=sum(file.tokens for file in kept),
        sessions=len({file.session_id for file in kept if file.is_session}),
        digest=str(run.steps.get('digest', '')),
        sha256=digest.whole.hexdigest() if seen else '',
        version=str(manifest.get('learn_hook', '')),
        format=str(manifest.get('format', '')),
        files=kept,
        timelines=timelines,
        missing=tuple(
            (str(_mapping(lost).get('session_id')), str(_mapping(lost).get('reason')))
            for lost in _list(summary.get('missing'))
        ),
        left_out=_counts(summary.get('left_out')),
        replaced=_counts(summary.get('redactions')),
        places=places_of(seen),
        pull=_mapping(summary['pull_request']) if summary.get('pull_request') else None,
        measured=measured,
    )


def _files(
    seen: list[Look],
    entries: Mapping[str, Mapping[str, Any]],
    digests: Mapping[str, str],
    measured: Measured,
) -> tuple[tuple[File, ...], tuple[Timeline, ...]]:
    """The files in their order, and the logs that they are of."""
    logs: dict[str, list[Look]] = {}
    for look in seen:
        if look.is_session:
            logs.setdefault(_log_of(look.name, measured)[0], []).append(look)
    times: dict[str, tuple[int, ...]] = {}
    timelines = []
    for log, looks in logs.items():
        known = measured.times.get(log, [])
        marks = [mark for look in looks for mark in look.marks]
        timelines.append(timeline(log, marks, known))
        at = 0
        for look in looks if len(known) == len(marks) else ():
            times[look.name] = tuple(known[at : at + len(look.marks)])
            at += len(look.marks)
    files = []
    for look in seen:
        log, part = _log_of(look.name, measured)
        said = entries.get(look.name, {})
        files.append(
            File(
                name=look.name,
                size=look.size,
                sha256=digests[look.name],
                log=log,
                part=part,
                is_session=look.is_session,
                tokens=int(said.get('tokens', 0)),
                **{fact: str(said.get(fact, '')) for fact in _FACTS},
                about=look.about,
                entries=look.entries,
                kinds=look.kinds,
                by_tag=measured.tokens.get(look.name, {}),
                redactions=look.redactions,
                times=times.get(look.name, ()),
                text=look.text.result(),
            )
        )
    return tuple(files), tuple(timelines)


def _log_of(name: str, measured: Measured) -> tuple[str, int]:
    """The log that a file is of, and which part of it, 0 for the only one."""
    stem = name.removesuffix('.xml')
    part = _PART.search(stem)
    if stem in measured.times or part is None:
        return stem, 0
    return stem[: part.start()], int(part[1])


def _requests(given: object) -> tuple[Request, ...]:
    return tuple(
        Request(
            method=str(one.get('method', '')),
            path=str(one.get('path', '')),
            status=int(one.get('status') or 0),
            sent=int(one.get('sent') or 0),
            received=int(one.get('received') or 0),
        )
        for one in map(_mapping, _list(given))
    )


def _counts(given: object) -> dict[str, int]:
    return {str(name): int(count) for name, count in sorted(_mapping(given).items())}


def _mapping(given: object) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def _list(given: object) -> list[Any]:
    return given if isinstance(given, list) else []
