"""The state of the work: from git's own history, and from what was gathered."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from learn_core.agents import index
from learn_core.git import open_repository
from learn_core.materials.directory import fresh_materials
from learn_core.materials.unpack import unpacked
from learn_core.pipeline.work_state import work_state
from learn_core.plans.plan import PlanHeader, PlanIssue
from learn_core.redact import Redactor
from learn_core.sessions.source import Discovered, SessionSource
from tests.agents.claude.logs import of, user, write
from tests.conftest import commit, git

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.materials.directory import Materials
    from learn_core.preprocess import WorkState

PLAN = PlanIssue(number=5, url='u', title='t', labels=(), header=None, comments=())
NOTHING = Discovered(sources=())
SESSION = SessionSource(source_type='local', session_id='s', kind='impl', why='branch')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    git('init', '-q', '-b', 'main', '.', cwd=tmp_path)
    return tmp_path


@pytest.fixture
def materials(folder: Path) -> Materials:
    return fresh_materials(folder, 5, Redactor())


def state_of(
    materials: Materials, folder: Path, branch: str = 'P5-x', found: Discovered = NOTHING
) -> WorkState:
    return work_state(materials, open_repository(folder), branch, found, PLAN)


def began(folder: Path, branch: str, time: str) -> Discovered:
    """A session that began on a branch at a time."""
    log = write(folder / 'session.jsonl', user('x', gitBranch=branch, timestamp=time))
    return Discovered(sources=(replace(SESSION, index=index(of(log))),))


def test_the_state_of_a_branch_has_its_commits_base_and_changes(
    folder: Path, materials: Materials
) -> None:
    base = commit(folder, 'base.txt')
    git('switch', '-q', '-c', 'P5-x', cwd=folder)
    first = commit(folder, 'one.txt')
    head = commit(folder, 'two.txt')
    materials.write('impl-a.xml', materials.redactor.text(f'[P5-x {first[:7]}] Add one.txt'))
    materials.facts['pull_request'] = {'number': 45}
    state = state_of(materials, folder)
    assert (state.head, base.startswith(state.base)) == (head[:10], True)
    assert [line.partition(' ')[2] for line in state.commits] == ['Add two.txt', 'Add one.txt']
    assert [line.partition(' ')[2] for line in state.without_session] == ['Add two.txt']
    assert 'two.txt' in state.diff_stat
    assert (state.pull_request, state.merged_as) == ('#45', '')


def test_a_branch_without_a_commit_of_its_own_has_a_head(
    folder: Path, materials: Materials
) -> None:
    head = commit(folder, 'base.txt')
    git('branch', 'P5-x', cwd=folder)
    state = state_of(materials, folder)
    assert (state.head, state.base, state.commits) == (head[:10], '', ())


def test_a_branch_that_git_does_not_know_has_no_state(folder: Path, materials: Materials) -> None:
    commit(folder)
    state = state_of(materials, folder, 'P5-gone')
    assert (state.branch, state.head, state.commits, state.diff_stat) == ('P5-gone', '', (), '')
    assert 'no head and base: git here knows no branch P5-gone' in state.missing


def test_what_is_missing_is_said_with_its_reason(folder: Path, materials: Materials) -> None:
    commit(folder)
    git('branch', 'P5-x', cwd=folder)
    materials.report_missing('other', 'over 20')
    assert state_of(materials, folder).missing == (
        'no planning session, so no plan text: the plan names none',
        'no session other: over 20',
        'no pull request: GitHub knows none of this branch',
    )
    repository = open_repository(folder)
    named = replace(PLAN, header=PlanHeader(created_from_session='p1'))
    (planning, *_) = work_state(materials, repository, 'P5-x', NOTHING, named).missing
    assert planning == 'no planning session, so no plan text: session p1 is not here'
    unasked = work_state(materials, repository, 'P5-x', NOTHING).missing
    assert unasked[-1] == 'no pull request: GitHub was not asked'


@pytest.mark.parametrize(
    ('branch', 'time', 'at'),
    [
        ('main', '2001-01-01T00:00:00Z', ''),
        ('main', '2999-01-01T00:00:00Z', 'head'),
        ('gone', '2999-01-01T00:00:00Z', ''),
        ('main', 'yesterday', ''),
    ],
)
def test_a_session_began_at_the_commit_that_its_branch_was_at(
    folder: Path, materials: Materials, branch: str, time: str, at: str
) -> None:
    commit(folder, 'one.txt')
    head = commit(folder, 'two.txt')
    found = state_of(materials, folder, found=began(folder, branch, time)).began_at
    assert found == ((('s', head[:10]),) if at else ())


def test_the_manifest_has_the_state_as_well(folder: Path, materials: Materials) -> None:
    commit(folder, 'base.txt')
    git('switch', '-q', '-c', 'P5-x', cwd=folder)
    head = commit(folder, 'one.txt')
    materials.write('impl-a.xml', materials.redactor.text('<session/>'), session_id='a')
    materials.sessions = 1
    found = began(folder, 'P5-x', '2999-01-01T00:00:00Z')
    materials.add_state(state_of(materials, folder, found=found))
    files = unpacked(materials.pack().parts)
    work = json.loads(files['manifest.json'])['work']
    assert (work['branch'], work['head'], work['merged_as']) == ('P5-x', head[:10], 'not merged')
    assert work['began_at'] == {'s': head[:10]}
    assert work['diff_stat'][-1] == ' 1 file changed, 1 insertion(+)'
    assert work['missing'][-1] == 'no pull request: GitHub knows none of this branch'
    assert 'Add one.txt' in files['overview.md']
