"""A repository that is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.git import Repository, open_repository
from tests.conftest import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(repository: Callable[..., Path]) -> Path:
    return repository()


@pytest.fixture
def here(folder: Path) -> Repository:
    return open_repository(folder)


@pytest.fixture
def linked(folder: Path) -> Path:
    other = folder.parent / 'zweiter baum'
    git('worktree', 'add', '-q', '-b', 'P5-x', str(other), cwd=folder)
    return other
