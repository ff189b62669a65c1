from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError, NotFoundError, UnreachableError
from learn_core.github import GitHub
from tests.conftest import TOKEN
from tests.github.conftest import HEADER, REPO, WORKFLOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.github import Address, PlanAnswer
    from learn_demo import StandIn


def plan(github: GitHub, number: int = 5, *, ref: str = 'master') -> PlanAnswer:
    return github.plan(number, workflow='learn.yml', ref=ref)


def test_one_request_reads_the_issue_its_comments_and_the_workflow(
    hub: StandIn, github: GitHub
) -> None:
    hub.add_issue(REPO, 5, title='Retry', body=HEADER, labels=['erk-plan', 'x'])
    for number in range(100):
        hub.add_comment(REPO, 5, f'comment {number}')

    answer = plan(github)

    assert len(github.exchanges) == 1
    assert answer.plan.header is not None
    assert (answer.plan.number, answer.plan.title) == (5, 'Retry')
    assert answer.plan.url == 'https://github.com/acme/widgets/issues/5'
    assert answer.plan.labels == ('erk-plan', 'x')
    assert answer.plan.comments == tuple(f'comment {number}' for number in range(100))
    assert answer.plan.header.branch_name == 'P5-retry'
    assert answer.workflow.problem is None


def test_blocks_on_the_second_page_of_130_comments_are_found(hub: StandIn, github: GitHub) -> None:
    hub.add_issue(REPO, 5, body=HEADER)
    for number in range(130):
        hub.add_comment(REPO, 5, f'comment {number}')
    comments = plan(github).plan.comments
    assert comments == tuple(f'comment {number}' for number in range(130))
    assert len(github.exchanges) == 2


def test_an_issue_that_vanishes_between_two_pages_is_said(hub: StandIn, github: GitHub) -> None:
    hub.add_issue(REPO, 5)
    for number in range(101):
        hub.add_comment(REPO, 5, f'{number}')
    hub.misbehave(body_contains='query Comments', status=200, body='{"data": {}}')
    with pytest.raises(UnreachableError, match='incomplete'):
        plan(github)


def test_a_repository_of_the_work_that_is_not_seen_is_the_workflows_problem(
    hub: StandIn, address: Address
) -> None:
    hub.add_repo('acme/plans')
    hub.add_issue('acme/plans', 5)
    problem = plan(GitHub(address, TOKEN, plan_repo='acme/plans')).workflow.problem
    assert problem is not None
    assert 'no repository acme/widgets' in problem


def test_an_issue_that_is_not_there_is_named(github: GitHub) -> None:
    with pytest.raises(NotFoundError, match='acme/widgets has no issue #6'):
        plan(github, 6)


def test_a_pull_request_may_be_the_plan(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 6, head='plnd/x', state='MERGED', body=HEADER, labels=['erk-pr'])
    for number in range(130):
        hub.add_comment(REPO, 6, f'comment {number}')
    found = plan(github, 6).plan
    assert (found.number, found.is_pull, found.is_closed) == (6, True, True)
    assert (found.head_branch, found.branch, found.labels) == ('plnd/x', 'P5-retry', ('erk-pr',))
    assert found.comments[129] == 'comment 129'
    assert found.created.startswith('20')


def test_a_repository_that_the_token_may_not_see_is_named(
    hub: StandIn, github: GitHub, door: Callable[[str], GitHub]
) -> None:
    hub.tokens['poor-token'] = {'login': 'eve', 'scopes': set()}
    hub.add_issue(REPO, 5)
    with pytest.raises(NotFoundError, match=r'no repository acme/widgets .* --scopes repo'):
        plan(door('poor-token'))
    github.plan_address = replace(github.plan_address, repo='none')
    with pytest.raises(NotFoundError, match=r'no repository acme/none .* check the remote'):
        plan(github)


def test_who_sees_the_repository_is_told(hub: StandIn, github: GitHub) -> None:
    hub.add_issue(REPO, 5)
    assert plan(github).is_private
    hub.repos[REPO].private = False
    assert not plan(github).is_private


def test_the_plans_may_have_a_repository_of_their_own(hub: StandIn, address: Address) -> None:
    hub.add_repo(REPO, workflow=WORKFLOW)
    hub.add_repo('acme/plans')
    hub.add_issue('acme/plans', 5, title='Elsewhere')
    github = GitHub(address, TOKEN, plan_repo='acme/plans')
    answer = plan(github)
    assert answer.plan.title == 'Elsewhere'
    assert answer.workflow.repo == REPO
    assert len(github.exchanges) == 1


def test_the_header_of_a_plan_elsewhere_names_the_repository_of_the_work(
    hub: StandIn, address: Address
) -> None:
    hub.add_repo(REPO)
    hub.add_repo('acme/plans')
    hub.add_repo('acme/gadgets', workflow=WORKFLOW)
    hub.add_pull('acme/gadgets', 9, head='P5-retry')
    header = HEADER.replace('branch_name', 'source_repo: acme/gadgets\nbranch_name')
    hub.add_issue('acme/plans', 5, body=header)
    github = GitHub(address, TOKEN, plan_repo='acme/plans')

    assert plan(github).workflow.repo == 'acme/gadgets'
    review = github.review(['P5-retry'])
    assert review is not None
    assert review.pull == 9


def test_the_header_of_a_plan_beside_the_work_sends_nobody_elsewhere(
    hub: StandIn, github: GitHub
) -> None:
    hub.add_repo('evil/gadgets', workflow=WORKFLOW)
    header = HEADER.replace('branch_name', 'source_repo: evil/gadgets\nbranch_name')
    hub.add_issue(REPO, 5, body=header)
    assert plan(github).workflow.repo == REPO


def test_a_plan_repo_that_is_none_is_refused(address: Address) -> None:
    with pytest.raises(LearnError, match='owner/name'):
        GitHub(address, TOKEN, plan_repo='plans')
