"""Steps 1 to 3 for what is on this machine: without a token, a plan, a workflow or a network."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from learn_core import agents, git
from learn_core.errors import LearnError
from learn_core.materials.directory import fresh_materials
from learn_core.page import Shown, with_pack
from learn_core.pipeline.gather import sources_of
from learn_core.pipeline.sources import add_sessions
from learn_core.pipeline.work_state import work_state
from learn_core.redact import redactor_of
from learn_core.sessions.discover import newest

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.sessions.source import Discovered

_NO_PLAN = 0  # its folder in the scratch folder; every plan's number is greater


def preview(
    branch: str,
    repository: Repository,
    settings: Settings,
    say: Callable[[str], None],
) -> Shown:
    """What would be sent for a branch, or of the newest session here where nobody worked on it.

    Raises LearnError where this machine has no session of the repository.
    """
    found = _found(branch, repository, say)
    redactor = redactor_of(repository, settings, os.environ)
    materials = fresh_materials(repository.main_worktree, _NO_PLAN, redactor)
    local = [source for source in found.sources if source.transcript is not None]
    add_sessions(materials, local, None, settings.max_tokens)
    materials.add_state(work_state(materials, repository, branch, found))
    shown = Shown(
        name=branch or 'HEAD',
        stage='preview',
        store='ref' if settings.store == 'ref' else 'gist',
        directory=str(materials.directory),
    )
    return with_pack(shown, materials.pack())


def _found(branch: str, repository: Repository, say: Callable[[str], None]) -> Discovered:
    is_plain = not branch or branch in git.default_branches(repository)
    found = None if is_plain else sources_of(None, [branch], repository)
    if found is not None and found.sources:
        return found
    roots = agents.roots(os.environ)
    latest = newest(repository, roots)
    if not latest.sources:
        places = ', '.join(str(folder) for folders in roots.values() for folder in folders)
        raise LearnError(
            f'no session of a coding agent in this repository is on this machine; searched {places}'
        )
    if not is_plain:
        say(f'no session worked on {branch}; this is the newest one of the repository')
    return latest
