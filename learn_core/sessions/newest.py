"""The newest session of a repository, for a look at a branch on which no agent has worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core import agents
from learn_core.errors import LearnError
from learn_core.sessions.places import OURS, Home
from learn_core.sessions.source import Discovered, SessionSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from learn_core.git import Repository

MOST_READ = 50


def newest(repository: Repository, roots: Mapping[str, Iterable[Path]]) -> Discovered:
    """Nothing where none of the 50 newest transcripts on this machine is of this repository."""
    home = Home(repository)
    found = [one for one in agents.find(roots) if not one.unreadable and one.subagent is None]
    found.sort(key=lambda one: one.changed, reverse=True)
    for transcript in found[:MOST_READ]:
        try:
            index = agents.index_of(agents.read(transcript))
        except LearnError:
            continue
        if index.not_a_session or index.asks_to_skip or not index.prompts:
            continue
        if home.place_of(index.cwds, index.repositories) == OURS:
            source = SessionSource(
                source_type='local',
                session_id=transcript.session_id,
                kind='impl',
                why='newest',
                transcript=transcript,
                index=index,
            )
            return Discovered(sources=(source,))
    return Discovered(sources=())
