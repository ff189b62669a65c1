"""What step 1 gives: the sessions of a plan, and which of them repeat others."""

from __future__ import annotations

import time
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from learn_core import agents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from learn_core.agents import Index, Transcript

KINDS = ('planning', 'impl', 'learn')  # in their order
LONGEST_WAIT_SECONDS = 300


@dataclass(frozen=True)
class SessionSource:
    """A session of a plan: its kind (see KINDS), why it is in (`header`, `comment`, `branch`,
    `continuation`, `remote`, `newest`), and where it is (`local` or `remote`).

    A local one has its transcript and what that holds; `already` are digests of the uuids of
    its entries that an earlier source has as well. `is_packed`: its gist holds what learn-hook sent
    from another machine, with a manifest.
    """

    session_id: str
    kind: str
    why: str
    _: KW_ONLY
    source_type: str = 'local'
    transcript: Transcript | None = None
    index: Index | None = field(default=None, repr=False)
    already: frozenset[int] = field(default=frozenset(), repr=False)
    gist_url: str | None = None
    run_id: str | None = None
    is_packed: bool = False

    @property
    def path(self) -> Path | None:
        """The first file of a local one."""
        return self.transcript.files[0] if self.transcript is not None else None


class LeftOut(NamedTuple):
    """A session, or a folder, that was looked at and left out."""

    session_id: str
    reason: str
    path: Path


@dataclass(frozen=True, kw_only=True)
class Discovered:
    """The sources in their order.

    `missing` maps ids that the plan names to the reason. `kept_out` are sessions in which a person
    wrote `#learn-skip`, with their copies and successors: only their number is reported.
    `unread` counts transcripts that changed since the plan began and could not be read, by reason.
    `head` is the last commit of the branch; of its `commits`, `unattended` were made while none of
    the local sources ran.
    """

    sources: tuple[SessionSource, ...]
    missing: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    unread: Mapping[str, int] = field(default_factory=dict)
    kept_out: frozenset[str] = field(default=frozenset(), repr=False)
    head: str = ''
    commits: int = 0
    unattended: frozenset[str] = frozenset()

    @property
    def skipped(self) -> int:
        """How many sessions a person kept out."""
        return len(self.kept_out)


def without_repeats(sources: Sequence[SessionSource]) -> tuple[SessionSource, ...]:
    """Each source with the uuids of its entries that one before it has: a copied entry counts once.

    What was copied from a session that is not a source stays.
    """
    told = agents.Ids()
    found = []
    for source in sources:
        uuids = source.index.uuids if source.index is not None else ()
        found.append(replace(source, already=frozenset(uuid for uuid in uuids if uuid in told)))
        told.update(uuids)
    return tuple(found)


def kept_out(indexes: Mapping[str, Index]) -> set[str]:
    """The ids of sessions in which a person wrote `#learn-skip`, of their copies, and of those that
    the work went on in.
    """
    out = {name for name, index in indexes.items() if index.asks_to_skip}
    while True:
        known = [indexes[name] for name in out if name in indexes]
        uuids = {uuid for index in known for uuid in index.uuids}
        more = {index.successor for index in known} - {''}
        for name, index in indexes.items():
            if index.forked_from in out or not uuids.isdisjoint(index.uuids):
                more.add(name)
        if more <= out:
            return out
        out |= more


def wait_until_quiet(sources: Sequence[SessionSource], quiet_seconds: float) -> bool:
    """Waits until no transcript, nor one of a sub-agent, was written to for `quiet_seconds`, at
    most five minutes: the agent that pushed is often still in its turn. True if all are quiet.
    """
    transcripts = [
        transcript
        for source in sources
        if source.transcript is not None and source.index is not None
        for transcript in (source.transcript, *agents.subagents(source.transcript, source.index))
    ]
    files = dict.fromkeys(file for transcript in transcripts for file in transcript.files)
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while True:
        ages = (time.time() - changed for changed in map(_changed, files))
        wait = max((quiet_seconds - age for age in ages if age >= 0), default=0.0)
        if wait <= 0 or time.monotonic() > deadline:
            return wait <= 0
        time.sleep(min(wait, 5.0))


def _changed(path: Path) -> float:
    """0 for a file that is gone."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
