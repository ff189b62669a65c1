"""Entries and sessions that repeat others: forks, continuations, and what a person kept out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.agents import Ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from learn_core.agents import Index
    from learn_core.sessions.source import SessionSource


def without_repeats(sources: Sequence[SessionSource]) -> tuple[SessionSource, ...]:
    """Each source with the uuids of its entries that one before it has: a copied entry counts once.

    What was copied from a session that is not a source stays.
    """
    told = Ids()
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
        uuids = {uuid for name in out if name in indexes for uuid in indexes[name].uuids}
        successors = {indexes[name].successor for name in out if name in indexes} - {''}
        more = successors | {name for name, one in indexes.items() if _repeats(one, uuids, out)}
        if more <= out:
            return out
        out |= more


def _repeats(index: Index, uuids: set[int], sessions: Iterable[str]) -> bool:
    return not uuids.isdisjoint(index.uuids) or index.forked_from in sessions
