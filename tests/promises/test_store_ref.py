"""`learn-hook.store ref` by whole pushes: materials go into the repository, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.materials.unpack import unpacked
from tests.conftest import commit, git
from tests.golden import FOLDER
from tests.promises.world import (
    REPO,
    at_rest,
    branch,
    learn_hook,
    notes,
    plans,
    push,
    sent,
    small_plan,
)

if TYPE_CHECKING:
    from learn_demo import Repo
    from tests.promises.world import World

LEARN_YML = '.github/workflows/learn.yml'


def takes_refs(world: World) -> Repo:
    """The repository with the learn.yml that we print."""
    repo = world.hub.repos[REPO]
    text = (FOLDER / 'learn.yml').read_text(encoding='utf-8')
    repo.files[repo.default_branch, LEARN_YML] = text
    return repo


def texts_of(repo: Repo, commit_sha: str) -> list[str]:
    """The files of a commit, sorted by name."""
    tree = repo.objects[str(repo.objects[commit_sha].about['tree'])].about
    return [repo.objects[str(tree[name])].content.decode() for name in sorted(tree)]


def assert_only_the_ref_was_sent(world: World, repo: Repo) -> None:
    """One ref with the prepared bytes, which the one workflow run was given; no gist."""
    ((ref, commit_sha),) = repo.refs.items()
    (record,) = plans(world)
    assert record.prepared is not None
    prepared = [(record.folder / name).read_text('utf-8') for name in record.prepared.names]
    assert texts_of(repo, commit_sha) == prepared
    assert 'impl-session-5.xml' in unpacked(prepared)
    (run,) = world.hub.runs
    assert run.inputs['materials_ref'] == f'{ref}@{commit_sha}'
    assert run.inputs['gist_url'] == ''
    assert not [asked.path for asked in world.hub.requests if '/gists' in asked.path]


def test_a_push_puts_one_ref_and_asks_for_no_gist(background: World) -> None:
    world = background
    repo = takes_refs(world)
    git('config', 'learn-hook.store', 'ref', cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 0
    at_rest(world)
    assert notes(world) == [('done', '')]
    assert_only_the_ref_was_sent(world, repo)
    commit(world.folder, 'more.txt')
    push(world, 'origin', 'P5-x')
    at_rest(world)
    assert len(repo.refs) == 1


def test_a_workflow_that_takes_gists_alone_is_refused_before_an_upload(world: World) -> None:
    git('config', 'learn-hook.store', 'ref', cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 0
    ((state, note),) = notes(world)
    assert state in ('stuck', 'waiting', 'failed')
    assert 'materials_ref' in note
    assert {asked.method for asked in world.hub.requests if '/graphql' not in asked.path} <= {'GET'}


def test_a_plan_elsewhere_leaves_its_ref_with_the_workflow(world: World) -> None:
    repo = takes_refs(world)
    world.hub.add_repo('acme/plans')
    small_plan(world, 5)
    world.hub.repos['acme/plans'].issues[5] = repo.issues.pop(5)
    git('config', 'learn-hook.store', 'ref', cwd=world.folder)
    git('config', 'learn-hook.planRepo', 'acme/plans', cwd=world.folder)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert sent(world) == [5]
    assert world.hub.repos['acme/plans'].refs == {}
    assert_only_the_ref_was_sent(world, repo)
    assert learn_hook(world, 'forget', '5', '--yes').code == 0
    assert repo.refs == {}


@pytest.mark.parametrize('after_effect', [True, False])
def test_forget_finds_a_ref_whose_answer_was_lost_where_the_workflow_is(
    world: World, after_effect: bool
) -> None:
    repo = takes_refs(world)
    world.hub.add_repo('acme/plans')
    small_plan(world, 5)
    world.hub.repos['acme/plans'].issues[5] = repo.issues.pop(5)
    git('config', 'learn-hook.store', 'ref', cwd=world.folder)
    git('config', 'learn-hook.planRepo', 'acme/plans', cwd=world.folder)
    world.hub.misbehave(
        method='POST', path_contains='/git/refs', status=502, after_effect=after_effect
    )
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert len(repo.refs) == after_effect
    said = learn_hook(world, 'forget', '5', '--yes')
    assert (said.code, repo.refs) == (0, {}), said.words
