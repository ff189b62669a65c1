from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

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


def documents(github: GitHub) -> dict[str, dict[str, Any]]:
    return review_of(github, 'P5-x').documents


def test_the_documents_have_the_form_of_the_contract(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    said = [('ben', 'Why?'), (None, 'Because.'), ('lint[bot]', 'Too long')]
    thread = hub.add_thread(REPO, 45, path='a.py', line=7, comments=said, is_resolved=True)
    remark = hub.add_comment(REPO, 45, 'Nice', author=None)
    remark.minimized = 'spam'
    review = hub.add_review(REPO, 45, 'Split it.', author='ben', state='CHANGES_REQUESTED')
    threads, reviews, discussion = documents(github).values()

    assert threads == {
        'success': True,
        'pr_number': 45,
        'threads': [
            {
                'id': thread.node_id,
                'path': 'a.py',
                'line': 7,
                'is_outdated': False,
                'is_resolved': True,
                'comments': [
                    {'author': author, 'is_bot': is_bot, 'body': body, 'created_at': one.created_at}
                    for (author, is_bot, body), one in zip(
                        [
                            ('ben', False, 'Why?'),
                            ('unknown', False, 'Because.'),
                            ('lint', True, 'Too long'),
                        ],
                        thread.comments,
                        strict=True,
                    )
                ],
            }
        ],
    }
    assert reviews == {
        'success': True,
        'pr_number': 45,
        'reviews': [
            {
                'author': 'ben',
                'is_bot': False,
                'state': 'CHANGES_REQUESTED',
                'body': 'Split it.',
                'submitted_at': review.created_at,
            }
        ],
    }
    assert discussion == {
        'success': True,
        'pr_number': 45,
        'comments': [
            {
                'id': remark.id,
                'author': 'unknown',
                'is_bot': False,
                'body': 'Nice',
                'url': f'https://github.com/{REPO}/pull/45#issuecomment-{remark.id}',
                'minimized': 'spam',
            }
        ],
    }
    assert len(github.exchanges) == 2


def test_a_review_with_nothing_but_a_verdict_is_something_to_learn_from(
    hub: StandIn, github: GitHub
) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    for state, body in [
        ('CHANGES_REQUESTED', 'No tests.'),
        ('APPROVED', ''),
        ('COMMENTED', ' '),
        ('COMMENTED', 'Hm.'),
        ('DISMISSED', ''),
        ('PENDING', 'Not for others yet'),
    ]:
        hub.add_review(REPO, 45, body, state=state)
    review = review_of(github, 'P5-x')
    reviews: Any = review.documents['pr-reviews.json']['reviews']
    assert [(said['state'], said['body']) for said in reviews] == [
        ('CHANGES_REQUESTED', 'No tests.'),
        ('APPROVED', ''),
        ('COMMENTED', 'Hm.'),
        ('DISMISSED', ''),
    ]
    assert review.count == 4


def test_bots_and_resolved_threads_are_known(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    for number in range(65):
        said = [('coderabbitai[bot]', f'{number}')]
        hub.add_thread(REPO, 45, path='a', line=1, comments=said, is_resolved=number < 3)
    threads = documents(github)['pr-review-comments.json']['threads']
    assert [thread['is_resolved'] for thread in threads] == [True] * 3 + [False] * 62
    assert all(comment['is_bot'] for thread in threads for comment in thread['comments'])


def test_an_outdated_thread_keeps_its_original_line(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    said = [('ben', 'Why?')]
    hub.add_thread(REPO, 45, path='a', line=None, original_line=12, comments=said, is_outdated=True)
    (thread,) = documents(github)['pr-review-comments.json']['threads']
    assert (thread['line'], thread['is_outdated']) == (12, True)


def test_all_pages_are_read(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    for number in range(120):
        said = [('ben', f'{number}.{each}') for each in range(160 if number == 110 else 1)]
        hub.add_thread(REPO, 45, path=f'{number}.py', line=None, comments=said)
    for number in range(230):
        hub.add_comment(REPO, 45, f'{number}')
        hub.add_review(REPO, 45, f'{number}')
    threads, reviews, discussion = documents(github).values()
    assert [thread['path'] for thread in threads['threads']] == [f'{n}.py' for n in range(120)]
    long = threads['threads'][110]['comments']
    assert [comment['body'] for comment in long] == [f'110.{n}' for n in range(160)]
    for said in (reviews['reviews'], discussion['comments']):
        assert [one['body'] for one in said] == [f'{number}' for number in range(230)]


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
    assert len(github.exchanges) == 0


FORBIDDEN = json.dumps({'data': None, 'errors': [{'type': 'FORBIDDEN', 'message': 'Not for you'}]})


def test_a_part_that_cannot_be_read_does_not_cost_the_others(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    hub.add_thread(REPO, 45, path='a.py', line=1, comments=[('ben', 'Why?')])
    hub.add_review(REPO, 45, 'Split it.')
    hub.misbehave(body_contains='"comments":true', times=9, status=200, body=FORBIDDEN)
    threads, reviews, discussion = documents(github).values()
    assert (threads['success'], reviews['success']) == (True, True)
    assert discussion.keys() == {'success', 'error'}
    assert discussion['success'] is False
    assert 'Not for you' in discussion['error']


def test_threads_that_cannot_be_read_are_an_error(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    hub.misbehave(body_contains='reviewThreads', times=9, status=200, body=FORBIDDEN)
    with pytest.raises(LearnError, match='review of #45'):
        github.review(['P5-x'])


@pytest.mark.parametrize(
    'pull', [None, {'reviewThreads': {'nodes': [{'path': 'a.py'}]}, 'comments': {}}]
)
def test_what_is_not_an_answer_of_github_is_an_error(
    hub: StandIn, github: GitHub, pull: dict[str, object] | None
) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    body = json.dumps({'data': {'repository': {'pullRequest': pull}}})
    hub.misbehave(body_contains='reviewThreads', times=9, status=200, body=body)
    with pytest.raises(LearnError, match='incomplete'):
        github.review(['P5-x'])


@pytest.mark.parametrize('where', ['PullRequest.reviewThreads', 'PullRequest.reviews', 'thread'])
def test_an_error_beside_the_data_is_said_beside_what_came(
    hub: StandIn, github: GitHub, where: str
) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    hub.add_review(REPO, 45, 'Split it.')
    for path in ('a', 'b'):
        thread = hub.add_thread(REPO, 45, path=path, line=1, comments=[('ben', 'Why?')])
    hub.errors[thread.node_id if where == 'thread' else where] = ('FORBIDDEN', 'Not for you')
    found = documents(github)
    name = 'pr-reviews.json' if where.endswith('reviews') else 'pr-review-comments.json'
    partial = found.pop(name)
    assert (partial['success'], partial['partial']) == (False, True)
    assert 'Not for you' in partial['error']
    assert len(partial.get('threads', [])) == (1 if where == 'thread' else 0)
    assert all(whole['success'] for whole in found.values())


def page(nodes: object, *, more: bool = False) -> dict[str, object]:
    return {'nodes': nodes, 'pageInfo': {'hasNextPage': more, 'endCursor': 'x' if more else None}}


def thread_of(state: str, **comments: object) -> dict[str, object]:
    comment = {'author': None, 'body': state, 'createdAt': '', 'state': state}
    return {'id': 'T', 'path': 'a.py', 'comments': {**page([comment]), **comments}}


def answers(hub: StandIn, threads: object) -> None:
    """The stand-in answers this instead of the threads."""
    hub.add_pull(REPO, 45, head='P5-x')
    pull = {'reviewThreads': threads, 'reviews': page([]), 'comments': page([])}
    body = json.dumps({'data': {'repository': {'pullRequest': pull}}})
    hub.misbehave(body_contains='reviewThreads', status=200, body=body)


@pytest.mark.parametrize(
    'threads',
    [
        page([thread_of('SUBMITTED'), None]),
        page(None),
        page([thread_of('SUBMITTED')], more=True) | {'pageInfo': {'hasNextPage': True}},
        page([thread_of('SUBMITTED', nodes=[None])]),
        page([thread_of('SUBMITTED', pageInfo=None)]),
        None,
    ],
)
def test_a_list_with_gaps_is_never_passed_on_as_whole(
    hub: StandIn, github: GitHub, threads: object
) -> None:
    answers(hub, threads)
    partial, *whole = documents(github).values()
    assert (partial['success'], partial['partial'], partial['pr_number']) == (False, True, 45)
    assert 'GitHub left out' in partial['error'] or 'next page' in partial['error']
    assert all(document['success'] for document in whole)


def test_a_page_that_fails_leaves_those_before_it(hub: StandIn, github: GitHub) -> None:
    hub.add_pull(REPO, 45, head='P5-x')
    for number in range(120):
        hub.add_comment(REPO, 45, f'{number}')
    hub.misbehave(body_contains='"after":"', times=9, status=502, body='')
    discussion = documents(github)['pr-discussion-comments.json']
    assert (discussion['success'], discussion['partial']) == (False, True)
    assert len(discussion['comments']) == 100


@pytest.mark.parametrize(('state', 'threads'), [('SUBMITTED', 1), ('PENDING', 0)])
def test_a_comment_that_was_never_submitted_stays_with_its_author(
    hub: StandIn, github: GitHub, state: str, threads: int
) -> None:
    answers(hub, page([thread_of(state)]))
    assert len(documents(github)['pr-review-comments.json']['threads']) == threads


def test_the_head_branches_of_merged_pull_requests_come_in_one_request(
    hub: StandIn, github: GitHub
) -> None:
    for number in range(1, 31):
        hub.add_pull(REPO, number, head=f'P{number}-x', state='MERGED')
    found = github.head_branches([99, *range(1, 31), 1])
    assert found == {number: f'P{number}-x' for number in range(1, 20)}
    assert len(github.exchanges) == 1


def test_no_merged_pull_requests_need_no_request(github: GitHub) -> None:
    assert github.head_branches([]) == {}
    assert len(github.exchanges) == 0
