from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError
from tests.github.conftest import REPO

if TYPE_CHECKING:
    from learn_core.github import GitHub, Review
    from learn_demo import StandIn


def review_of(github: GitHub, *branches: str, pull: int | None = None) -> Review:
    review = github.review(branches, pull)
    assert review is not None
    return review


def test_both_documents_have_the_form_of_the_contract(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    thread = hub.add_thread(
        REPO,
        45,
        path='a.py',
        line=7,
        comments=[('ben', 'Why?'), (None, 'Because.')],
        is_outdated=True,
        is_resolved=True,
    )
    remark = hub.add_comment(REPO, 45, 'Nice', author=None)
    review = review_of(github, 'P5-x')

    assert review.threads_document() == {
        'success': True,
        'pr_number': 45,
        'threads': [
            {
                'id': thread.node_id,
                'path': 'a.py',
                'line': 7,
                'is_outdated': True,
                'is_resolved': True,
                'comments': [
                    {
                        'author': 'ben',
                        'body': 'Why?',
                        'created_at': thread.comments[0].created_at,
                    },
                    {
                        'author': 'unknown',
                        'body': 'Because.',
                        'created_at': thread.comments[1].created_at,
                    },
                ],
            }
        ],
    }
    assert review.discussion_document() == {
        'success': True,
        'pr_number': 45,
        'comments': [
            {
                'id': remark.id,
                'author': 'unknown',
                'body': 'Nice',
                'url': f'https://github.com/{REPO}/pull/45#issuecomment-{remark.id}',
            }
        ],
    }
    assert json.dumps(review.threads_document())
    assert github.requests == 2


def test_all_of_120_threads_and_all_of_160_comments_of_one_are_read(
    hub: StandIn, github: GitHub
) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    for number in range(120):
        said = [('ben', f'{number}.{each}') for each in range(160 if number == 110 else 1)]
        hub.add_thread(REPO, 45, path=f'{number}.py', line=None, comments=said)
    threads = review_of(github, 'P5-x').threads
    assert [thread.path for thread in threads] == [f'{number}.py' for number in range(120)]
    assert [comment.body for comment in threads[110].comments] == [f'110.{n}' for n in range(160)]
    assert sum(len(thread.comments) for thread in threads) == 119 + 160


def test_all_of_230_remarks_are_read(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    for number in range(230):
        hub.add_comment(REPO, 45, f'{number}')
    remarks = review_of(github, 'P5-x').discussion
    assert [remark.body for remark in remarks] == [f'{number}' for number in range(230)]


def test_open_goes_before_merged_before_closed_and_the_newest_first(
    hub: StandIn, github: GitHub
) -> None:
    states = [('CLOSED', 6), ('MERGED', 3), ('MERGED', 4), ('OPEN', 1), ('OPEN', 2), ('CLOSED', 5)]
    for number, (state, day) in enumerate(states, 1):
        born = f'2026-01-0{day}T00:00:00Z'
        hub.add_pull(REPO, number, head='P5-x', state=state, created_at=born)
    review = review_of(github, 'P5-x')
    assert review.pull == 5
    assert review.others == (4, 3, 2, 1, 6)


def test_a_strangers_fork_with_a_branch_of_that_name_comes_last(
    hub: StandIn, github: GitHub
) -> None:
    hub.add_pull(REPO, 1, head='P5-x', state='MERGED', created_at='2026-01-01T00:00:00Z')
    hub.add_pull(REPO, 2, head='P5-x', head_owner='eve', created_at='2026-01-02T00:00:00Z')
    review = review_of(github, 'P5-x')
    assert (review.pull, review.others) == (1, (2,))


@pytest.mark.parametrize(
    ('pusher', 'pulls'), [('', [1, 2, 3]), ('Ben', [3, 1, 2]), ('acme', [1, 2, 3])]
)
def test_of_several_forks_that_of_the_pusher_counts(
    hub: StandIn, github: GitHub, pusher: str, pulls: list[int]
) -> None:
    hub.add_pull(REPO, 1, head='P5-x', state='CLOSED')
    hub.add_pull(REPO, 2, head='P5-x', head_owner='eve')
    hub.add_pull(REPO, 3, head='P5-x', head_owner='ben', state='MERGED')
    review = github.review(['P5-x'], pusher=pusher)
    assert review is not None
    assert [review.pull, *review.others] == pulls


def test_the_first_branch_that_has_a_pull_request_counts(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 1, head='pushed')
    hub.add_pull(REPO, 2, head='third')
    assert review_of(github, 'in the header', 'pushed', 'third').pull == 1


def test_the_pull_request_that_a_session_names_is_the_last_resort(
    hub: StandIn, github: GitHub
) -> None:
    hub.add_pull(REPO, 1, head='other')
    assert review_of(github, 'P5-x', pull=1).pull == 1


def test_without_a_pull_request_there_is_no_review(github: GitHub) -> None:
    assert github.review(['P5-x'], 77) is None


def test_without_a_branch_nobody_is_asked(github: GitHub) -> None:
    assert github.review(['']) is None
    assert github.requests == 0


FORBIDDEN = json.dumps({'data': None, 'errors': [{'type': 'FORBIDDEN', 'message': 'Not for you'}]})


def test_a_discussion_that_cannot_be_read_does_not_cost_the_threads(
    hub: StandIn, github: GitHub
) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    hub.add_thread(REPO, 45, path='a.py', line=1, comments=[('ben', 'Why?')])
    hub.misbehave(body_contains='fullDatabaseId', times=9, status=200, body=FORBIDDEN)
    review = review_of(github, 'P5-x')
    assert [thread.path for thread in review.threads] == ['a.py']
    document = review.discussion_document()
    assert document.keys() == {'success', 'error'}
    assert document['success'] is False
    assert 'Not for you' in str(document['error'])


def test_threads_that_cannot_be_read_are_an_error(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    hub.misbehave(body_contains='reviewThreads', times=9, status=200, body=FORBIDDEN)
    with pytest.raises(LearnError, match='review of #45'):
        github.review(['P5-x'])


@pytest.mark.parametrize(
    'pull', [None, {'reviewThreads': {'nodes': [{'path': 'a.py'}]}, 'comments': {}}]
)
def test_a_review_without_its_parts_is_said(
    hub: StandIn, github: GitHub, pull: dict[str, object] | None
) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    body = json.dumps({'data': {'repository': {'pullRequest': pull}}})
    hub.misbehave(body_contains='reviewThreads', times=9, status=200, body=body)
    with pytest.raises(LearnError, match='incomplete'):
        github.review(['P5-x'])


def draft(state: str) -> str:
    comment = {'author': None, 'body': state, 'createdAt': '', 'state': state}
    page = {'hasNextPage': False, 'endCursor': None}
    thread = {
        'id': 'T',
        'path': 'a.py',
        'line': None,
        'isOutdated': False,
        'isResolved': False,
        'comments': {'nodes': [comment], 'pageInfo': page},
    }
    pull = {
        'reviewThreads': {'nodes': [None, thread], 'pageInfo': page},
        'comments': {'nodes': None, 'pageInfo': page},
    }
    return json.dumps({'data': {'repository': {'pullRequest': pull}}})


@pytest.mark.parametrize(('state', 'threads'), [('SUBMITTED', 1), ('PENDING', 0)])
def test_a_comment_that_was_never_submitted_stays_with_its_author(
    hub: StandIn, github: GitHub, state: str, threads: int
) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    hub.misbehave(body_contains='reviewThreads', status=200, body=draft(state))
    assert len(review_of(github, 'P5-x').threads) == threads


def test_the_head_branches_of_merged_pull_requests_come_in_one_request(
    hub: StandIn, github: GitHub
) -> None:
    for number in range(1, 31):
        hub.add_pull(REPO, number, head=f'P{number}-x', state='MERGED')
    found = github.head_branches([99, *range(1, 31), 1])
    assert found == {number: f'P{number}-x' for number in range(1, 20)}
    assert github.requests == 1


def test_no_merged_pull_requests_need_no_request(github: GitHub) -> None:
    assert github.head_branches([]) == {}
    assert github.requests == 0
