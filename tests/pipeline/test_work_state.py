from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.git import open_repository
from learn_core.materials.directory import fresh_materials
from learn_core.pipeline.work_state import work_state
from learn_core.redact import Redactor
from tests.conftest import commit, git

if TYPE_CHECKING:
    from pathlib import Path


def test_the_state_of_a_branch_has_its_commits_base_and_changes(tmp_path: Path) -> None:
    git('init', '-q', '-b', 'main', '.', cwd=tmp_path)
    base = commit(tmp_path, 'base.txt')
    git('switch', '-q', '-c', 'P5-x', cwd=tmp_path)
    first = commit(tmp_path, 'one.txt')
    head = commit(tmp_path, 'two.txt')
    repository = open_repository(tmp_path)
    materials = fresh_materials(tmp_path, 5, Redactor())
    materials.write('impl-a.xml', materials.redactor.text(f'[P5-x {first[:7]}] Add one.txt'))
    materials.report_missing('planning-1', 'not on this machine')
    materials.facts['pull_request'] = {'number': 45}
    state = work_state(materials, repository, 'P5-x')
    assert (state.head, base.startswith(state.base)) == (head[:10], True)
    assert [line.partition(' ')[2] for line in state.commits] == ['Add two.txt', 'Add one.txt']
    assert [line.partition(' ')[2] for line in state.without_session] == ['Add two.txt']
    assert 'two.txt' in state.diff_stat
    assert (state.pull_request, state.merged_as) == ('#45', '')
    assert state.missing == ('session planning-1',)


def test_a_branch_that_git_does_not_know_has_no_state(tmp_path: Path) -> None:
    git('init', '-q', '-b', 'main', '.', cwd=tmp_path)
    commit(tmp_path)
    materials = fresh_materials(tmp_path, 5, Redactor())
    state = work_state(materials, open_repository(tmp_path), 'P5-gone')
    assert (state.branch, state.head, state.commits, state.diff_stat) == ('P5-gone', '', (), '')
