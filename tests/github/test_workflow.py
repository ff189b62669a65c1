from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError, UnreachableError
from learn_core.github import GitHub, Stored, UnsureError, WorkflowFile
from tests.conftest import TOKEN
from tests.github.conftest import IN_A_HURRY, REPO, WORKFLOW
from tests.golden import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.github import Address
    from learn_core.materials.packed import Packed
    from learn_demo import StandIn

PATH = '.github/workflows/learn.yml'
GIST = Stored(id='abc', url='https://gist.github.com/ann/abc')
WITHOUT_MARK = """
on:
  workflow_dispatch:
    inputs: {issue_number: {type: string}, gist_url: {type: string}}
"""


def look(hub: StandIn, github: GitHub, text: str | None, *, ref: str = 'master') -> WorkflowFile:
    """What is found where this is the workflow's text on the default branch."""
    repo = hub.repos[REPO]
    repo.files.pop((repo.default_branch, PATH), None)
    if text is not None:
        repo.files[repo.default_branch, PATH] = text
    hub.add_issue(REPO, 5)
    return github.plan(5, workflow='learn.yml', ref=ref).workflow


def test_a_workflow_with_our_inputs_is_usable(hub: StandIn, github: GitHub) -> None:
    found = look(hub, github, WORKFLOW)
    assert found == WorkflowFile(
        repo=REPO, name='learn.yml', ref='master', takes_mark=True, actor='ann'
    )
    found.refuse_unless_usable()


@pytest.mark.parametrize(
    ('text', 'why'),
    [
        (None, 'acme/widgets has no .github/workflows/learn.yml on master; commit one'),
        ('on: push', 'has no `workflow_dispatch`'),
        ('on: [push, {a: b}]', 'has no `workflow_dispatch`'),
        ('jobs: {}', 'has no `workflow_dispatch`'),
        ('- a', 'has no `workflow_dispatch`'),
        ('', 'has no `workflow_dispatch`'),
        ('on: workflow_dispatch', 'does not declare issue_number and gist_url'),
        ('on: [push, workflow_dispatch]', 'does not declare issue_number and gist_url'),
        ('"on": {workflow_dispatch: }', 'does not declare issue_number and gist_url'),
        ('on: {workflow_dispatch: {inputs: 7}}', 'does not declare issue_number and gist_url'),
        ('on: {workflow_dispatch: {inputs: {issue_number: }}}', 'does not declare gist_url'),
        (f'{WORKFLOW}      who: {{required: true}}\n', 'requires who as well'),
        (f'{WORKFLOW}      who: {{required: "true"}}\n', 'requires who as well'),
        ('on: {', 'is not readable YAML'),
        ('on: 2024-99-99', 'is not readable YAML'),
        ('[' * 5000, 'is not readable YAML'),
    ],
)
def test_a_workflow_that_cannot_be_started_is_said_before_anything_is_sent(
    hub: StandIn, github: GitHub, text: str | None, why: str
) -> None:
    found = look(hub, github, text)
    with pytest.raises(LearnError, match=why):
        found.refuse_unless_usable()
    with pytest.raises(LearnError, match=why):
        github.start(5, GIST, found, 'mark')
    assert len(hub.requests) == 1


@pytest.fixture
def by_ref(address: Address) -> GitHub:
    """The door of a person whose materials go to a ref."""
    return GitHub(address, TOKEN, store='ref', patience=IN_A_HURRY)


def test_a_workflow_gets_the_ref_in_place_of_a_gist(
    hub: StandIn, github: GitHub, by_ref: GitHub, packed: Packed
) -> None:
    workflow = look(hub, by_ref, (FOLDER / 'learn.yml').read_text())
    stored = by_ref.store('abc1').put(5, packed)
    by_ref.start(5, stored, workflow, 'mark1')
    assert hub.runs[0].inputs['materials_ref'] == stored.id
    assert hub.runs[0].inputs['gist_url'] == ''


@pytest.mark.parametrize(
    ('text', 'why'),
    [
        (WORKFLOW, 'does not declare materials_ref; commit the one that `learn-hook workflow`'),
        (f'{WORKFLOW}      materials_ref:\n', 'requires gist_url as well'),
    ],
)
def test_a_workflow_that_takes_a_gist_alone_is_said_before_anything_is_sent(
    hub: StandIn, github: GitHub, by_ref: GitHub, text: str, why: str
) -> None:
    with pytest.raises(LearnError, match=why):
        look(hub, by_ref, text).refuse_unless_usable()
    assert len(hub.requests) == 1


def test_the_configured_ref_counts_if_it_is_there(hub: StandIn, github: GitHub) -> None:
    hub.repos[REPO].files['release', PATH] = WORKFLOW
    found = look(hub, github, 'on: push', ref='release')
    assert (found.ref, found.problem) == ('release', None)


def test_a_workflow_that_the_default_branch_lacks_is_said_before_anything_is_sent(
    hub: StandIn, github: GitHub
) -> None:
    hub.repos[REPO].files['release', PATH] = WORKFLOW
    found = look(hub, github, None, ref='release')
    with pytest.raises(LearnError, match='is on release, but not on master, where GitHub looks'):
        found.refuse_unless_usable()


def test_the_default_branch_stands_in_for_a_ref_that_is_missing(
    hub: StandIn, address: Address, door: Callable[[str], GitHub]
) -> None:
    hub.add_repo(REPO, default_branch='main', workflow=WORKFLOW)
    found = look(hub, door('hub-token'), WORKFLOW)
    assert (found.ref, found.problem) == ('main', None)


def test_a_ref_of_ones_own_that_is_missing_is_said(hub: StandIn, github: GitHub) -> None:
    found = look(hub, github, WORKFLOW, ref='nope')
    with pytest.raises(LearnError, match='has no branch or tag nope; correct'):
        found.refuse_unless_usable()


def test_a_workflow_on_the_default_branch_only_is_said(hub: StandIn, github: GitHub) -> None:
    hub.repos[REPO].branches.add('release')
    found = look(hub, github, WORKFLOW, ref='release')
    assert found.problem is not None
    assert 'on master, but not on release' in found.problem
    assert 'learn-hook.ref master' in found.problem


@pytest.mark.parametrize('name', ['../x.yml', 'a/b.yml', 'learn', '', 'x:y.yml'])
def test_what_names_no_workflow_file_is_refused(hub: StandIn, github: GitHub, name: str) -> None:
    with pytest.raises(LearnError, match=r'learn-hook\.workflow'):
        github.plan(5, workflow=name, ref='master')
    assert hub.requests == []


def test_the_answer_to_the_start_names_the_run(hub: StandIn, github: GitHub) -> None:
    workflow = look(hub, github, WORKFLOW)
    run = github.start(5, GIST, workflow, 'mark1')
    assert run is not None
    assert run.id == str(hub.runs[0].id)
    assert run.url == f'https://github.com/{REPO}/actions/runs/{run.id}'
    assert hub.runs[0].ref == 'master'
    assert hub.runs[0].inputs == {
        'issue_number': '5',
        'gist_url': GIST.url,
        'distinct_id': 'mark1',
        'depth': '3',
    }
    assert len(github.exchanges) == 2


def test_a_mark_is_given_only_where_it_is_declared(hub: StandIn, github: GitHub) -> None:
    github.start(5, GIST, look(hub, github, WITHOUT_MARK), 'mark1')
    assert hub.runs[0].inputs == {'issue_number': '5', 'gist_url': GIST.url}


def test_the_mark_tells_two_starts_of_one_plan_apart(hub: StandIn, github: GitHub) -> None:
    workflow = look(hub, github, WORKFLOW)
    hub.answers_204 = True
    assert [github.start(5, GIST, workflow, mark) for mark in ('one', 'two')] == [None, None]
    found = [github.find_run(workflow, mark, since=0) for mark in ('one', 'two', 'three')]
    assert [run and run.id for run in found] == [*(str(run.id) for run in reversed(hub.runs)), None]


def test_without_a_mark_time_and_actor_tell_which_run_it_is(hub: StandIn, github: GitHub) -> None:
    workflow = look(hub, github, WITHOUT_MARK)
    hub.answers_204 = True
    for _ in range(3):
        assert github.start(5, GIST, workflow, 'x') is None
    ours, bens, old = hub.runs
    bens.actor, old.created_at = 'ben', '2026-01-01T00:00:00Z'
    found = github.find_run(workflow, 'x', since=github.now() - 60)
    assert found is not None
    assert found.id == str(ours.id)


@pytest.mark.parametrize('created', ['', 'yesterday', '2026-13-01T00:00:00Z', None])
def test_a_run_without_a_time_is_nobodys(hub: StandIn, github: GitHub, created: str | None) -> None:
    workflow = look(hub, github, WITHOUT_MARK)
    runs = [{'id': 1, 'actor': {'login': 'ann'}, 'created_at': created}]
    hub.misbehave(path_contains='/runs', status=200, body=json.dumps({'workflow_runs': runs}))
    assert github.find_run(workflow, 'x', since=60) is None


def test_a_start_whose_answer_was_lost_is_said(hub: StandIn, github: GitHub) -> None:
    workflow = look(hub, github, WORKFLOW)
    hub.misbehave(path_contains='/dispatches', status=502, after_effect=True)
    with pytest.raises(UnsureError):
        github.start(5, GIST, workflow, 'mark1')
    assert len(hub.runs) == 1


def test_a_server_that_does_not_know_return_run_details_is_asked_without(
    hub: StandIn, github: GitHub
) -> None:
    workflow = look(hub, github, WORKFLOW)
    message = '{"message": "Invalid request. \\"return_run_details\\" is not a permitted key."}'
    hub.misbehave(body_contains='return_run_details', status=422, body=message)
    hub.answers_204 = True
    assert github.start(5, GIST, workflow, 'm') is None
    assert len(hub.runs) == 1


@pytest.mark.parametrize('body', ['{"workflow_run_id": "x"}', '[]'])
def test_an_answer_that_names_no_run_gives_none(hub: StandIn, github: GitHub, body: str) -> None:
    workflow = look(hub, github, WORKFLOW)
    hub.misbehave(path_contains='/dispatches', status=200, body=body, after_effect=True)
    assert github.start(5, GIST, workflow, 'mark1') is None
    assert len(hub.runs) == 1


def test_a_person_without_the_right_to_start_it_is_told(hub: StandIn, github: GitHub) -> None:
    workflow = look(hub, github, WORKFLOW)
    hub.repos[REPO].permission = 'READ'
    with pytest.raises(LearnError, match='Must have admin rights') as caught:
        github.start(5, GIST, workflow, 'mark1')
    assert not isinstance(caught.value, UnreachableError)
