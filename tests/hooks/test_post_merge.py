"""The hook in this process, so that it is measured; whole merges are in promises."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from hooks import post_merge
from tests.conftest import git
from tests.promises.world import branch, sent, small_plan

if TYPE_CHECKING:
    from tests.promises.world import World


@pytest.fixture
def merged(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A plan branch that was merged into master while hooks were off."""
    small_plan(world, 5)
    branch(world, 'P5-x')
    git('switch', '-q', 'master', cwd=world.folder)
    monkeypatch.setenv('LEARN_HOOK', '0')
    git('merge', '-q', '--no-ff', 'P5-x', cwd=world.folder)
    monkeypatch.delenv('LEARN_HOOK')
    monkeypatch.chdir(world.folder)
    return world


def shas(world: World) -> list[str]:
    return git('rev-parse', 'ORIG_HEAD', 'HEAD', cwd=world.folder).split()


@pytest.mark.parametrize('way', ['manager', 'git'])
def test_both_ways_in_lead_to_the_same_run_and_to_exit_0(
    merged: World, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    words = [str(os.getppid()), *shas(merged)] if way == 'git' else ['0']
    monkeypatch.setattr(sys, 'argv', ['-c', *words])
    with pytest.raises(SystemExit) as ended:
        post_merge.native() if way == 'git' else post_merge.console()
    assert ended.value.code == 0
    assert sent(merged) == [5]


def test_the_branch_before_is_called_by_its_name(
    merged: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('GIT_REFLOG_ACTION', 'merge @{-1}')
    before, after = shas(merged)
    assert post_merge.merge(before, after, git_pid=1) == 0
    assert sent(merged) == [5]


def test_switched_off_nothing_is_written_down(
    merged: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('LEARN_HOOK', '0')
    before, after = shas(merged)
    assert post_merge.merge(before, after, git_pid=1) == 0
    assert not (merged.common / 'learn-hook').exists()


def test_a_merge_of_no_plan_writes_nothing_down(merged: World) -> None:
    assert post_merge.merge('', '', git_pid=1) == 0
    assert not (merged.common / 'learn-hook').exists()
