"""Nothing that lies in the repository is imported or run by a process of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import git
from tests.promises.planted import assert_it_would_run, plant, ran
from tests.promises.world import at_rest, branch, push, said, sent, small_plan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.promises.world import World


@pytest.mark.parametrize(
    ('mode', 'python_path'), [('background', None), ('background', '.'), ('foreground', 'here')]
)
def test_a_pushed_branch_runs_nothing_of_its_own(
    background: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    python_path: str | None,
) -> None:
    world, marker = background, tmp_path / 'marker'
    small_plan(world, 5)
    branch(world, 'P5-x')
    plant(world, marker)
    assert_it_would_run(world, marker)
    monkeypatch.setenv('LEARN_HOOK_MODE', mode)
    if python_path is not None:
        there = str(world.folder) if python_path == 'here' else python_path
        monkeypatch.setenv('PYTHONPATH', there)
    assert push(world, 'origin', 'P5-x').code == 0
    at_rest(world)
    assert sent(world) == [5]
    assert ran(marker) == []


def test_a_merged_branch_runs_nothing_of_its_own(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / 'marker'
    small_plan(world, 5)
    branch(world, 'P5-x')
    plant(world, marker)
    git('switch', '-q', 'master', cwd=world.folder)
    monkeypatch.setenv('PYTHONPATH', '.')
    assert said('git', 'merge', '--no-edit', 'P5-x', cwd=world.folder).code == 0
    assert sent(world) == [5]
    assert ran(marker) == []
    assert_it_would_run(world, marker)
