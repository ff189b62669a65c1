"""The repository that a command is called in, and its settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.config import read_settings, team_settings

if TYPE_CHECKING:
    from learn_core.config import Settings
    from learn_core.git import Repository


def here(mode: str = 'foreground') -> tuple[Repository, Settings]:
    """Raises LearnError outside of a repository, and for a setting that cannot be used."""
    repository = git.open_repository(Path.cwd())
    return repository, settings_of(repository, mode)


def settings_of(repository: Repository, mode: str = 'foreground') -> Settings:
    """What the person has set, and the team in `.pre-commit-config.yaml`. Raises LearnError."""
    keys = git.settings_of(repository) | team_settings(repository.worktree)
    return read_settings(keys, os.environ, mode=mode)
