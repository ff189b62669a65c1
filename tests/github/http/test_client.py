from __future__ import annotations

import json
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.errors import UnreachableError
from learn_core.github import GitHub, UnsureError
from learn_core.github.http.answers import limited, rate_wait
from learn_core.github.http.client import Client
from tests.conftest import TOKEN
from tests.github.conftest import IN_A_HURRY, REPO, WORKFLOW, address_at, errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.github import Address
    from learn_core.materials.packed import Packed
    from learn_demo import StandIn

GRAPHQL_TIMEOUT = {'message': 'Something went wrong while executing your query.'}


def test_a_whole_run_takes_no_more_than_6_requests(
    hub: StandIn, address: Address, packed: Packed
) -> None:
    github = GitHub(address, TOKEN)  # an answer of some megabytes takes its time
    hub.add_repo(REPO, workflow=WORKFLOW)
    hub.add_issue(REPO, 5)
    hub.add_pull(REPO, 45, head='P5-x')
    for number in range(99):
        hub.add_comment(REPO, 5, f'{number}')
        hub.add_comment(REPO, 45, f'{number}')
        hub.add_thread(REPO, 45, path='a', line=1, comments=[('ben', f'{n}') for n in range(99)])
    hub.answers_204 = True

    answer = github.plan(5, workflow='learn.yml', ref='master')
    review = github.review(['P5-x'])
    since = github.now()
    assert github.start(5, github.store().put(5, packed), answer.workflow, 'mark') is None
    assert github.find_run(answer.workflow, 'mark', since=since) is not None

    assert len(github.exchanges) == len(hub.requests) == 6
    assert len(answer.plan.comments) == 99
    assert review is not None
    assert review.count == 99 + 99
    threads: Any = review.documents['pr-review-comments.json']['threads']
    assert [len(thread['comments']) for thread in threads] == [99] * 99


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


@pytest.mark.parametrize('kind', ['RATE_LIMITED', 'RATE_LIMIT'])
def test_a_rate_limit_in_a_graphql_answer_is_waited_for(
    hub: StandIn, asked: Callable[[], int], said: list[str], kind: str
) -> None:
    body = errors({'type': kind, 'message': 'API rate limit exceeded'})
    hub.misbehave(status=200, body=body, headers={'Retry-After': '1'})
    assert asked() == 2
    assert 'takes no more requests' in said[0]


@pytest.mark.parametrize(
    ('status', 'headers', 'message'),
    [
        (403, {'Retry-After': '3600'}, ''),
        (429, {'Retry-After': 'soon'}, ''),
        (429, {'Retry-After': '-1'}, ''),
        (429, {'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '\xb2'}, ''),
        (403, {}, 'You have exceeded a secondary rate limit'),
        (403, {}, 'You have triggered an abuse detection mechanism'),
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


@pytest.mark.parametrize(
    ('headers', 'seconds'),
    [
        ({'Retry-After': '3600'}, 3600),
        ({'Retry-After': '{date}'}, 3600),
        ({'Retry-After': 'soon'}, 60),
        ({'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '{reset}'}, 3600),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(
    hub: StandIn, asked: Callable[[], int], headers: dict[str, str], seconds: float
) -> None:
    end = time.time() + 3600
    moments = {'date': formatdate(end, usegmt=True), 'reset': f'{end:.0f}'}
    filled = {name: value.format(**moments) for name, value in headers.items()}
    hub.misbehave(status=429, headers=filled)
    with pytest.raises(UnreachableError) as caught:
        asked()
    assert caught.value.wait is not None
    assert abs(caught.value.wait - seconds) < 120


def test_where_github_names_no_time_none_is_told(hub: StandIn, asked: Callable[[], int]) -> None:
    hub.misbehave(status=502, times=99)
    with pytest.raises(UnreachableError) as caught:
        asked()
    assert caught.value.wait is None


@given(
    headers=st.dictionaries(
        st.sampled_from(['retry-after', 'x-ratelimit-remaining', 'x-ratelimit-reset']),
        st.text() | st.just('0') | st.integers().map(str) | st.datetimes().map(str),
    ),
    status=st.sampled_from([403, 429, 503]),
)
def test_no_header_makes_a_rate_limit_an_error(headers: dict[str, str], status: int) -> None:
    wait = rate_wait(status, headers, '', 1.7e9)
    assert wait is None or wait >= 0
    assert limited('github.com', wait or 0.0, 1.7e9).wait == (wait or 0.0)


def test_a_short_page_with_a_link_to_the_next_is_not_the_last(
    hub: StandIn, address: Address
) -> None:
    client = Client(address, TOKEN, patience=IN_A_HURRY)
    link = {'Link': '<https://api.github.com/gists?page=2>; rel="next"'}
    hub.misbehave(path_contains='page=1', status=200, body='[1, 2]', headers=link)
    hub.misbehave(path_contains='page=2', status=200, body='[3]')
    assert list(client.pages('gists.list', 'list them')) == [1, 2, 3]


def test_a_rate_limited_post_did_nothing_and_is_made_again(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    hub.misbehave(method='POST', status=429, headers={'Retry-After': '0'})
    github.store().put(5, packed)
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
    assert len(client.exchanges) == 1


def test_a_post_that_reached_nobody_is_made_again(packed: Packed) -> None:
    github = GitHub(address_at('http://127.0.0.1:9'), TOKEN, patience=IN_A_HURRY)
    with pytest.raises(UnreachableError, match='no connection') as caught:
        github.store().put(5, packed)
    assert not isinstance(caught.value, UnsureError)
    assert len(github.exchanges) == IN_A_HURRY.tries
