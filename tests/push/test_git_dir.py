"""Where git's folders are: the same answers as git gives, without asking it."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from learn_core.push.git_dir import branch_of, checked_out, git_folders
from tests.conftest import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def as_git_says(folder: Path) -> tuple[str, str]:
    asked = git('rev-parse', '--path-format=absolute', '--git-dir', '--git-common-dir', cwd=folder)
    first, second = asked.splitlines()
    return first, second


@pytest.fixture
def folder(repository: Callable[..., Path]) -> Path:
    return repository()


@pytest.fixture
def linked(folder: Path) -> Path:
    """A linked worktree of the repository, on a plan branch."""
    other = folder.parent / 'zweiter baum'
    git('worktree', 'add', '-q', '-b', 'P5-x', str(other), cwd=folder)
    return other


def test_a_repository_is_found_from_any_folder_in_it(folder: Path) -> None:
    deep = folder / 'a' / 'b'
    deep.mkdir(parents=True)
    assert git_folders(str(deep), {}) == as_git_says(folder)


def test_a_linked_worktree_has_a_folder_of_its_own(linked: Path) -> None:
    found = git_folders(str(linked), {})
    assert found == as_git_says(linked)
    assert found is not None
    assert found[0] != found[1]


def test_a_submodule_is_a_repository(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / 'other'
    git('clone', '-q', str(tmp_path / f'{folder.name}.git'), str(other), cwd=tmp_path)
    from_here = ('-c', 'protocol.file.allow=always')
    git(*from_here, 'submodule', '--quiet', 'add', str(other), 'inner', cwd=folder)
    assert git_folders(str(folder / 'inner'), {}) == as_git_says(folder / 'inner')


def test_git_says_itself_where_its_folder_is(folder: Path, tmp_path: Path) -> None:
    common = str(folder / '.git')
    assert git_folders(str(tmp_path), {'GIT_DIR': common}) == (common, common)
    assert git_folders(str(folder), {'GIT_DIR': '.git'}) == (common, common)


def test_outside_of_a_repository_there_is_none(tmp_path: Path) -> None:
    assert git_folders(str(tmp_path), {}) is None
    assert git_folders(str(tmp_path), {'GIT_DIR': 'gone'}) is None
    (tmp_path / '.git').write_text('gitdir: gone\n')
    assert git_folders(str(tmp_path), {}) is None
    assert git_folders(os.sep, {}) is None


def test_the_branch_is_what_head_names(folder: Path) -> None:
    assert branch_of(str(folder / '.git')) == 'master'
    git('switch', '-q', '-c', 'P5-ü/y', cwd=folder)
    assert branch_of(str(folder / '.git')) == 'P5-ü/y'
    git('switch', '-q', '--detach', cwd=folder)
    assert branch_of(str(folder / '.git')) is None


def test_a_branch_without_a_commit_is_one(tmp_path: Path) -> None:
    git('init', '-q', '-b', 'P5-x', cwd=tmp_path)
    assert branch_of(str(tmp_path / '.git')) == 'P5-x'


def test_every_worktree_says_what_it_has_checked_out(folder: Path, linked: Path) -> None:
    common = as_git_says(folder)[1]
    assert checked_out(common) == {'master': str(folder), 'P5-x': str(linked)}
    git('switch', '-q', '--detach', cwd=linked)
    assert checked_out(common) == {'master': str(folder)}


def test_a_bare_repository_has_no_worktree_of_its_own(folder: Path, tmp_path: Path) -> None:
    bare = tmp_path / f'{folder.name}.git'
    assert checked_out(str(bare)) == {}


@pytest.fixture
def reftable(folder: Path, linked: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """HEAD files as git writes them beside a reftable, and a git that reads it: where this git is
    too old for the format, its answers are those of the files that stood there before.
    """
    places = [folder / '.git', *(folder / '.git' / 'worktrees').iterdir()]
    cases = []
    for place in places:
        head = (place / 'HEAD').read_text().removeprefix('ref: ').strip()
        cases.append(f'*"{place} symbolic-ref"*) echo {head}; exit ;;')
        (place / 'HEAD').write_text('ref: refs/heads/.invalid\n')
    program = folder.parent / 'bin' / 'git'
    program.parent.mkdir()
    program.write_text('#!/bin/sh\ncase "$*" in ' + '\n'.join(cases) + '\nesac\nexit 128\n')
    program.chmod(0o755)
    monkeypatch.setenv('PATH', str(program.parent), prepend=os.pathsep)
    return folder


def test_where_references_are_a_reftable_git_is_asked_for_the_branch(
    reftable: Path, linked: Path
) -> None:
    assert branch_of(str(reftable / '.git')) == 'master'
    assert checked_out(str(reftable / '.git')) == {
        'master': str(reftable),
        'P5-x': str(linked),
    }


def test_a_detached_head_of_a_reftable_is_on_no_branch(
    reftable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (reftable.parent / 'bin' / 'git').write_text('#!/bin/sh\nexit 1\n')
    assert branch_of(str(reftable / '.git')) is None
    monkeypatch.setenv('PATH', '/nowhere')
    assert branch_of(str(reftable / '.git')) is None


def test_a_reftable_of_a_git_that_has_it(tmp_path: Path) -> None:
    words = ('git', 'init', '-q', '-b', 'P5-x', '--ref-format=reftable', str(tmp_path / 'new'))
    if subprocess.run(words, capture_output=True).returncode:
        pytest.skip('this git has no reftable')
    assert branch_of(str(tmp_path / 'new' / '.git')) == 'P5-x'
