"""When a push counts as one: as soon as it has landed, and not before its git has ended."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from learn_core.git import open_repository
from learn_core.plans import journal
from learn_core.plans.run import Trigger
from learn_core.worker import resolve
from tests.conftest import commit, git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(repository: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(resolve, 'SECONDS_TO_LAND', 0.2)
    found = repository()
    git('switch', '-q', '-c', 'P5-x', cwd=found)
    commit(found, 'more.txt')
    return found


def seen(folder: Path, git_pid: int) -> bool:
    """Does a worker find that the branch was pushed?"""
    sha = git('rev-parse', 'HEAD', cwd=folder)
    trigger = Trigger(kind='push', remote_branch='P5-x', sha=sha, remote='origin', git_pid=git_pid)
    run = journal.begin(folder / '.git', trigger)
    return resolve.has_landed(run, open_repository(folder), at_once=False)


def pushing(folder: Path, words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(('sh', '-c', words), cwd=folder, stderr=subprocess.DEVNULL)


def test_a_slow_push_is_waited_for_whoever_looks(folder: Path) -> None:
    with pushing(folder, 'sleep 2; git push -q --no-verify origin P5-x') as push:
        assert seen(folder, push.pid)


def test_a_push_that_ended_without_landing_is_not_waited_for(folder: Path) -> None:
    with pushing(folder, 'exit 1') as push:
        push.wait()
        assert not seen(folder, push.pid)


def test_a_process_that_never_ends_is_no_push_for_ever(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolve, 'SECONDS_OF_A_PUSH', 0.5)
    assert not seen(folder, os.getpid())
