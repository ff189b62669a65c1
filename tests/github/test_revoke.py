"""What was sent can be taken back, and what is not ours stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError, UnreachableError
from learn_core.github import GitHub, Stored, WorkflowFile
from tests.github.conftest import REPO

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.materials.packed import Packed
    from learn_demo import StandIn
    from learn_demo.state import Run


@pytest.fixture
def run(hub: StandIn, github: GitHub) -> Run:
    """A workflow run that waits for its turn."""
    workflow = WorkflowFile(repo=REPO, name='learn.yml', ref='master', takes_mark=True)
    github.start(5, Stored(id='a', url='https://gist.github.com/ann/a'), workflow, 'mark')
    return hub.runs[0]


def page(run: Run) -> str:
    return f'https://github.com/{REPO}/actions/runs/{run.id}'


def test_a_gist_is_deleted_with_all_its_revisions(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    gist = github.store().put(5, packed)
    assert github.store().delete(gist.id)
    assert hub.gists == {}


def test_a_gist_that_is_gone_counts_as_deleted(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    gist = github.store().put(5, packed)
    github.store().delete(gist.id)
    assert not github.store().delete(gist.id)


def test_a_deletion_whose_answer_was_lost_is_done(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    gist = github.store().put(5, packed)
    hub.misbehave(method='DELETE', status=502, after_effect=True)
    assert not github.store().delete(gist.id)
    assert hub.gists == {}


def test_a_gist_of_somebody_else_is_never_taken_for_gone(
    hub: StandIn, github: GitHub, packed: Packed, door: Callable[[str], GitHub]
) -> None:
    gist = github.store().put(5, packed)
    hub.tokens['other-token'] = {'login': 'ben', 'scopes': {'gist', 'repo'}}
    hub.tokens['poor-token'] = {'login': 'ann', 'scopes': {'repo'}}
    with pytest.raises(LearnError, match='still there, and this token may not delete it'):
        door('other-token').store().delete(gist.id)
    with pytest.raises(LearnError, match='lacks the scope `gist`'):
        door('poor-token').store().delete(gist.id)
    assert list(hub.gists) == [gist.id]


def test_a_run_is_cancelled_if_it_still_can_be(hub: StandIn, github: GitHub, run: Run) -> None:
    assert github.cancel_run(page(run))
    assert (run.status, run.conclusion) == ('completed', 'cancelled')
    assert not github.cancel_run(page(run))


def test_a_run_that_is_gone_has_ended(github: GitHub) -> None:
    assert not github.cancel_run(f'https://github.com/{REPO}/actions/runs/77')


def test_a_run_that_ends_while_it_is_being_cancelled_has_ended(
    hub: StandIn, github: GitHub, run: Run
) -> None:
    def end() -> None:
        run.status, run.conclusion = 'completed', 'success'

    hub.misbehave(method='GET', path_contains=f'/runs/{run.id}', after_effect=True, meanwhile=end)
    assert not github.cancel_run(page(run))
    assert run.conclusion == 'success'


def test_a_cancellation_whose_answer_was_lost_is_looked_for(
    hub: StandIn, github: GitHub, run: Run
) -> None:
    hub.misbehave(path_contains='/cancel', status=502, after_effect=True)
    assert not github.cancel_run(page(run))
    assert run.conclusion == 'cancelled'


def test_a_run_that_cannot_be_cancelled_is_said(hub: StandIn, github: GitHub, run: Run) -> None:
    hub.misbehave(path_contains='/cancel', status=502)
    with pytest.raises(UnreachableError, match='cancel the workflow run https'):
        github.cancel_run(page(run))
    with pytest.raises(LearnError, match='is not the page of a workflow run'):
        github.cancel_run('https://github.com/acme/widgets')


def test_closed_plans_are_told_from_open_and_missing_ones(hub: StandIn, github: GitHub) -> None:
    for number in range(1, 61):
        hub.add_issue(REPO, number, state='CLOSED' if number % 2 else 'OPEN')
    found = github.closed_plans([*range(1, 71), 1])
    assert found == set(range(1, 61, 2))
    assert len(github.exchanges) == 2
    assert github.closed_plans([]) == set()
    assert len(github.exchanges) == 2
