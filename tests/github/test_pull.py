"""The plan of a branch that is named by no number: its pull request, or what that closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.config import Settings
from tests.github.conftest import HEADER, REPO

if TYPE_CHECKING:
    from learn_core.github import GitHub
    from learn_demo import StandIn

BRANCH = 'plnd/retry'


def number(github: GitHub, *, owner: str = 'acme', is_merged: bool = False) -> int | None:
    found = github.plan_of_branch(
        BRANCH, owner=owner, labels=Settings.plan_labels, is_merged=is_merged
    )
    return int(found.rpartition('/')[2]) if found else None


def test_the_open_pull_request_of_the_branch_is_the_plan(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 6, head=BRANCH, state='CLOSED')
    hub.add_pull(REPO, 7, head=BRANCH)
    found = github.plan_of_branch(BRANCH, owner='Acme', labels=())
    assert found == f'https://github.com/{REPO}/pull/7'
    assert len(github.exchanges) == 1


def test_the_one_marked_issue_that_it_closes_goes_before(hub: StandIn, github: GitHub) -> None:
    hub.add_issue(REPO, 5, body=HEADER)
    hub.add_issue(REPO, 8, body='a bug')
    hub.add_pull(REPO, 7, head=BRANCH, closes=[5, 8])
    assert number(github) == 5


@pytest.mark.parametrize('marked', [0, 2])
def test_without_exactly_one_marked_issue_it_is_the_plan_itself(
    hub: StandIn, github: GitHub, marked: int
) -> None:
    for issue in (4, 5):
        hub.add_issue(REPO, issue, labels=['erk-plan'] if marked else [])
    hub.add_pull(REPO, 7, head=BRANCH, closes=[4, 5])
    assert number(github) == 7


def test_another_forks_branch_of_that_name_is_not_it(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 7, head=BRANCH, head_owner='eve')
    assert number(github) is None
    assert number(github, owner='eve') == 7


def test_only_a_merge_asks_for_a_merged_one(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 6, head=BRANCH, state='MERGED', created_at='2026-01-01T00:00:00Z')
    hub.add_pull(REPO, 7, head=BRANCH, state='MERGED', created_at='2026-01-02T00:00:00Z')
    assert number(github) is None
    assert number(github, is_merged=True) == 7


def test_what_was_said_about_a_plan_that_is_a_pull_request_needs_no_search(
    hub: StandIn, github: GitHub
) -> None:
    hub.add_pull(REPO, 7, head=BRANCH)
    hub.add_comment(REPO, 7, 'Nice')
    review = github.review_of_plan(7)
    assert (review.pull, review.count, len(github.exchanges)) == (7, 1, 1)
