from __future__ import annotations

import json
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest

from learn_core.errors import UnreachableError
from learn_core.github import GitHub, UnsureError
from learn_core.github.client import Client
from tests.conftest import TOKEN
from tests.github.conftest import IN_A_HURRY, REPO, address_at, errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.demo import StandIn
    from learn_core.github import Address
    from learn_core.packed import Packed

GRAPHQL_TIMEOUT = {'message': 'Something went wrong while executing your query.'}
RATE_LIMITED = {'type': 'RATE_LIMITED', 'message': 'API rate limit exceeded'}


def test_a_whole_run_takes_no_more_than_6_requests(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    hub.add_issue(REPO, 5)
    hub.add_pull(REPO, 45, head='P5-x')
    for number in range(99):
        hub.add_comment(REPO, 5, f'{number}')
        hub.add_comment(REPO, 45, f'{number}')
        hub.add_thread(REPO, 45, path='a', line=1, comments=[('ben', f'{n}') for n in range(99)])
    hub.answers_204 = True

    answer = github.plan(5, workflow='learn.yml', ref='master')
    review = github.review(['P5-x'])
    github.start(5, github.put_gist(5, packed), answer.workflow, 'mark')

    assert github.requests == len(hub.requests) == 6
    assert len(answer.plan.comments) == 99
    assert review is not None
    assert len(review.discussion) == 99
    assert sum(len(thread.comments) for thread in review.threads) == 99 * 99


@pytest.mark.parametrize('status', [500, 502, 503, 504])
def test_a_server_that_fails_once_is_asked_again(
    hub: StandIn, asked: Callable[[], int], said: list[str], status: int
) -> None:
    hub.misbehave(status=status)
    assert asked() == 2
    assert len(said) == 1
    assert f'({status}' in said[0]


@pytest.mark.parametrize(
    'fault',
    [
        {'cut_after_bytes': 0},
        {'cut_after_bytes': 40},
        {'status': 200, 'body': '<html>Log in'},
        {'status': 200, 'body': '{"data": '},
        {'status': 200, 'body': '[' * 100_000},
        {'status': 200, 'body': errors(GRAPHQL_TIMEOUT)},
        {'status': 200, 'body': errors({'message': 'The query hit its timeout'})},
        {'delay_seconds': 1.3},
    ],
)
def test_an_answer_that_comes_in_part_or_late_is_asked_for_again(
    hub: StandIn, asked: Callable[[], int], fault: dict[str, Any]
) -> None:
    hub.misbehave(**fault)
    assert asked() == 2


def test_a_server_that_keeps_failing_is_given_up(hub: StandIn, asked: Callable[[], int]) -> None:
    hub.misbehave(status=502, times=99)
    with pytest.raises(UnreachableError, match='could not read issue #5 of acme/widgets'):
        asked()
    assert len(hub.requests) == IN_A_HURRY.tries


@pytest.mark.parametrize(
    'body', ['7', 'null', '{}', '{"data": 7}', '', '{"errors": {}}', '{"data": []}']
)
def test_json_that_is_no_answer_is_one_sentence(
    hub: StandIn, asked: Callable[[], int], body: str
) -> None:
    hub.misbehave(status=200, body=body, times=99)
    with pytest.raises(UnreachableError):
        asked()


@pytest.mark.parametrize(
    'data',
    [
        {'plan': {'issueOrPullRequest': {'__typename': 'Issue'}}},
        {'plan': {'issueOrPullRequest': {'number': '5', 'url': 7}}},
        {'plan': {'issueOrPullRequest': []}},
    ],
)
def test_an_issue_without_number_or_url_is_one_sentence(
    hub: StandIn, asked: Callable[[], int], data: dict[str, Any]
) -> None:
    hub.misbehave(status=200, body=json.dumps({'data': data}))
    with pytest.raises(UnreachableError, match='incomplete'):
        asked()


RESET = {'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': str(int(time.time()) + 1)}


@pytest.mark.parametrize(
    ('status', 'headers'),
    [
        (403, {'Retry-After': '1'}),
        (429, {'Retry-After': '1'}),
        (429, {'Retry-After': formatdate(time.time() + 1, usegmt=True)}),
        (403, {'Retry-After': formatdate(0, usegmt=True)}),
        (403, RESET),
        (503, {'Retry-After': '1'}),
    ],
)
def test_a_rate_limit_is_waited_for_and_said(
    hub: StandIn,
    asked: Callable[[], int],
    said: list[str],
    status: int,
    headers: dict[str, str],
) -> None:
    hub.misbehave(status=status, headers=headers)
    assert asked() == 2
    assert 'takes no more requests until' in said[0]


def test_a_rate_limit_in_a_graphql_answer_is_waited_for(
    hub: StandIn, asked: Callable[[], int], said: list[str]
) -> None:
    hub.misbehave(status=200, body=errors(RATE_LIMITED), headers={'Retry-After': '1'})
    assert asked() == 2
    assert 'takes no more requests' in said[0]


@pytest.mark.parametrize(
    ('status', 'headers', 'message'),
    [
        (403, {'Retry-After': '3600'}, ''),
        (429, {'Retry-After': 'soon'}, ''),
        (403, {}, 'You have exceeded a secondary rate limit'),
        (403, {'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '9' * 12}, ''),
    ],
)
def test_a_long_rate_limit_puts_the_run_off_and_says_until_when(
    hub: StandIn,
    asked: Callable[[], int],
    status: int,
    headers: dict[str, str],
    message: str,
) -> None:
    body = json.dumps({'message': message})
    hub.misbehave(status=status, headers=headers, body=body, times=99)
    with pytest.raises(UnreachableError, match=r'takes no more requests (until 20.* UTC|for long)'):
        asked()
    assert len(hub.requests) == 1


def test_a_rate_limited_post_did_nothing_and_is_made_again(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    hub.misbehave(method='POST', status=429, headers={'Retry-After': '0'})
    github.put_gist(5, packed)
    assert len(hub.gists) == 1


@pytest.mark.parametrize(
    'fault', [{'status': 502}, {'cut_after_bytes': 0, 'status': 201}, {'delay_seconds': 1.3}]
)
def test_a_post_that_may_have_got_through_is_never_repeated(
    hub: StandIn, address: Address, fault: dict[str, Any]
) -> None:
    client = Client(address, TOKEN, patience=IN_A_HURRY)
    hub.misbehave(method='POST', after_effect=True, **fault)
    with pytest.raises(UnsureError):
        client.rest('gists.create', 'make it', files={'a': {'content': 'b'}}, public=False)
    assert client.requests == 1


def test_a_post_that_reached_nobody_is_made_again(packed: Packed) -> None:
    github = GitHub(address_at('http://127.0.0.1:9'), TOKEN, patience=IN_A_HURRY)
    with pytest.raises(UnreachableError, match='no connection') as caught:
        github.put_gist(5, packed)
    assert not isinstance(caught.value, UnsureError)
    assert github.requests == IN_A_HURRY.tries
