"""What step 1 gives: the sessions of a plan, and what was looked at and left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from learn_core.agents import Index, Transcript

KINDS = ('planning', 'impl', 'learn')  # in their order


@dataclass(frozen=True, kw_only=True)
class SessionSource:
    """A session of a plan: where it is (`local` or `remote`), its kind (see KINDS), and why it is
    in (`header`, `comment`, `branch`, `continuation`, `remote`).

    A local one has its transcript and what that holds; `already` are digests of the uuids of
    its entries that an earlier source has as well. `is_packed`: its gist holds what learn-hook sent
    from another machine, with a manifest.
    """

    source_type: str
    session_id: str
    kind: str
    why: str
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
    path: Path | None = None


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
