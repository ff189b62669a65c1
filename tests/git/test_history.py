"""What git remembers of a plan branch: its commits, its former names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.git import Repository, commits_of, former_names, open_repository
from tests.conftest import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(repository: Callable[..., Path]) -> Path:
    return repository()


def commit(folder: Path, name: str, *, day: int = 1) -> str:
    date = f'2026-01-{day:02}T00:00:00Z'
    git('commit', '-q', '--allow-empty', '-m', name, '--date', date, cwd=folder)
    return git('rev-parse', 'HEAD', cwd=folder)


def shas(repository: Repository, tip: str, *, before: str = '') -> list[str]:
    return [found.sha for found in commits_of(repository, tip, before=before)]


def test_the_commits_of_a_branch_are_those_that_the_default_branch_lacks(folder: Path) -> None:
    base = commit(folder, 'base')
    git('switch', '-qc', 'P5-x', cwd=folder)
    one, two = commit(folder, 'one', day=2), commit(folder, 'two', day=3)
    opened = open_repository(folder)
    assert shas(opened, 'P5-x') == shas(opened, two) == [two, one]
    assert commits_of(opened, 'P5-x')[1].written == 1767312000
    git('switch', '-q', 'master', cwd=folder)
    git('merge', '-q', '--ff-only', 'P5-x', cwd=folder)
    assert shas(opened, 'P5-x') == []
    assert shas(opened, 'P5-x', before=base) == [two, one]


@pytest.mark.parametrize('tip', ['', 'gone', '--all', 'f' * 40])
def test_what_git_does_not_know_has_no_commits(folder: Path, tip: str) -> None:
    commit(folder, 'base')
    assert commits_of(open_repository(folder), tip) == []


def test_a_branch_keeps_its_former_names(folder: Path) -> None:
    commit(folder, 'base')
    git('switch', '-qc', 'draft', cwd=folder)
    git('branch', '-m', 'second', cwd=folder)
    git('branch', '-m', 'P5-x', cwd=folder)
    opened = open_repository(folder)
    assert former_names(opened, 'P5-x') == ['second', 'draft']
    assert former_names(opened, 'second') == ['draft']
    assert former_names(opened, 'master') == former_names(opened, 'none') == []


def test_a_name_that_was_the_default_branchs_is_not_one_of_them(folder: Path) -> None:
    commit(folder, 'base')
    git('branch', '-m', 'P5-x', cwd=folder)
    assert former_names(open_repository(folder), 'P5-x') == []
