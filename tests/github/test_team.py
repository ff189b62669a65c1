"""What a repository learned in the last 30 days, in at most four requests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from learn_core.config import Settings
from learn_core.github import GitHub, address_of
from tests.conftest import TOKEN
from tests.promises.world import REPO, WORKFLOW, block

if TYPE_CHECKING:
    from learn_core.github import Team
    from learn_demo import StandIn


@pytest.fixture
def github(hub: StandIn) -> GitHub:
    hub.add_repo(REPO, workflow=WORKFLOW)
    address = address_of(f'https://github.com/{REPO}', api_url=hub.url, graphql_url=None)
    assert address is not None
    return GitHub(address, TOKEN)


def team(github: GitHub) -> Team:
    found = github.team(workflow='learn.yml', labels=Settings.plan_labels)
    assert len(github.exchanges) <= 4
    return found


def start(github: GitHub, plan: int) -> None:
    owner, repo = REPO.split('/')
    github.rest(
        'actions.create_workflow_dispatch',
        'start it',
        owner=owner,
        repo=repo,
        workflow_id='learn.yml',
        ref='master',
        inputs={'issue_number': str(plan), 'gist_url': 'https://gist.github.com/ann/1'},
    )


def test_a_repository_that_learned_nothing(github: GitHub) -> None:
    found = team(github)
    assert (list(found.runs), list(found.documents), list(found.unlearned)) == ([], [], [])


def test_runs_say_their_plan_who_started_them_and_how_they_ended(
    hub: StandIn, github: GitHub
) -> None:
    start(github, 5)
    start(github, 6)
    hub.runs[1].end('failure')
    found = [(run.plan, run.state, run.actor) for run in team(github).runs]
    assert found == [(6, 'queued', 'ann'), (5, 'failure', 'ann')]


def test_documentation_names_the_plan_that_it_is_of(hub: StandIn, github: GitHub) -> None:
    body = block('plan-header', schema_version='2', learned_from_issue=5)
    hub.add_issue(REPO, 7, title='Document retries', body=body, labels=['erk-learn'])
    (page,) = team(github).documents
    assert (page.number, page.title, page.plan) == (7, 'Document retries', 5)


def merged(hub: StandIn, number: int, head: str, *, labels: tuple[str, ...] = ()) -> None:
    pull = hub.add_pull(REPO, number, head=head, labels=list(labels))
    pull.state = 'MERGED'
    pull.merged_at = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())


def test_a_plan_that_was_merged_without_a_run_is_named(hub: StandIn, github: GitHub) -> None:
    start(github, 5)
    merged(hub, 10, 'P5-x')
    merged(hub, 11, 'P6-y')
    merged(hub, 12, 'topic')
    merged(hub, 13, '2024-report')
    merged(hub, 14, 'plnd/z', labels=('erk-pr',))
    merged(hub, 15, 'docs', labels=('erk-pr', 'erk-learn'))
    assert sorted((page.number, page.plan) for page in team(github).unlearned) == [
        (11, 6),
        (14, 14),
    ]


def test_what_was_merged_long_ago_is_not_counted(hub: StandIn, github: GitHub) -> None:
    merged(hub, 11, 'P6-y')
    pull = hub.repos[REPO].pull(11)
    assert pull is not None
    pull.merged_at = '2020-01-01T00:00:00Z'
    assert list(team(github).unlearned) == []
