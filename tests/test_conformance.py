"""The judge itself: what GitHub would not take, or would not answer, does not pass."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from learn_demo import Exchange
from tests.conformance import check
from tests.conformance_graphql import NotGitHubError
from tests.demo.asking import ask, query

if TYPE_CHECKING:
    from learn_demo import StandIn

RUNS = '/repos/acme/widgets/actions/workflows/learn.yml/runs'


def exchange(
    method: str, path: str, value: object = None, *, status: int = 200, answer: object = None
) -> Exchange:
    return Exchange(
        method=method,
        path=path,
        headers={},
        body=b'' if value is None else json.dumps(value).encode(),
        status=status,
        answer_headers={},
        answer_body=b'' if answer is None else json.dumps(answer).encode(),
        fault=False,
    )


def graphql(text: str, data: object = None, **more: Any) -> Exchange:
    return exchange('POST', '/graphql', {'query': text, **more}, answer={'data': data})


@pytest.mark.parametrize(
    ('method', 'path', 'value'),
    [
        ('POST', '/gists', {'description': 'no files'}),
        ('POST', '/gists', {'files': {'a': {}}}),
        ('POST', '/gists', {'files': {'a': {'content': 1}}}),
        ('POST', '/gists', {'files': {'a': {'content': 'a'}}, 'secret': True}),
        ('POST', '/gists', None),
        ('PUT', '/gists', {'files': {'a': {'content': 'a'}}}),
        ('GET', '/gists?per_page=many', None),
        ('GET', '/gists?per-page=5', None),
        ('GET', '/repos/acme/widgets/issues/x', None),
        ('GET', '/repos/acme/widgets/issues', None),
        ('GET', '/api/v3/none', None),
        ('GET', f'{RUNS}?created=yesterday', None),
        ('GET', f'{RUNS}?status=done', None),
        ('POST', f'{RUNS.removesuffix("runs")}dispatches', {'inputs': {}}),
        ('PATCH', '/repos/acme/widgets/issues/1', {'state': 'OPEN'}),
        ('POST', '/raw/ann/1/raw/2/a.txt', None),
        ('GET', '/graphql', None),
    ],
)
def test_a_request_that_github_would_not_take(method: str, path: str, value: object) -> None:
    asked = exchange(method, path, value, status=404, answer={'message': 'Not Found'})
    with pytest.raises(NotGitHubError):
        check(asked)


@pytest.mark.parametrize(
    'text',
    [
        '{ viewer { none } }',
        '{ viewer { login }',
        '{ repository(owner: "acme") { name } }',
        '{ repository(owner: "acme", name: 5) { name } }',
        'mutation { addStar { id } }',
        'query A { viewer { login } } query B { viewer { login } }',
        'query($id: ID!) { node(id: $id) { id } }',
        '{ viewer { gists(first: 5, last: 5) { totalCount } } }',
        """{ viewer { gists(first: 100) { nodes {
             forks(first: 100) { nodes { forks(first: 100) { totalCount } } } } } } }""",
    ],
)
def test_a_query_that_github_would_not_take(text: str) -> None:
    with pytest.raises(NotGitHubError):
        check(replace(graphql(text), fault=True))


def test_a_graphql_request_has_no_other_keys() -> None:
    with pytest.raises(NotGitHubError, match='unknown keys'):
        check(graphql('{ viewer { login } }', extra=1))


def _without(value: Any, name: str) -> Any:
    return {key: of for key, of in value.items() if key != name}


def test_an_answer_that_lacks_a_field_does_not_pass(hub: StandIn) -> None:
    hub.add_repo('acme/widgets')
    hub.add_issue('acme/widgets', 1)
    ask(hub, 'GET', '/repos/acme/widgets/issues/1')
    (good,) = hub.requests
    check(good)
    bad = replace(good, answer_body=json.dumps(_without(good.answer, 'title')).encode())
    with pytest.raises(NotGitHubError, match='title'):
        check(bad)
    check(replace(bad, fault=True))


@pytest.mark.parametrize(
    ('status', 'answer'),
    [(200, None), (204, None), (201, {}), (404, {}), (401, {'error': 'no message'}), (418, [])],
)
def test_a_status_is_described_and_has_its_own_form(status: int, answer: object) -> None:
    with pytest.raises(NotGitHubError):
        check(
            exchange('GET', '/repos/acme/widgets/issues/1/comments', status=status, answer=answer)
        )


def test_a_refusal_that_is_not_described_has_the_usual_form() -> None:
    answer = {'message': 'Bad credentials'}
    check(exchange('GET', '/gists', status=401, answer=answer))


def test_an_error_beside_the_data_passes_and_one_instead_of_it_does_not(hub: StandIn) -> None:
    query(hub, '{ repository(owner: "acme", name: "none") { name } }')
    (found,) = hub.requests
    check(found)
    bad = json.dumps({'errors': found.answer['errors']}).encode()
    with pytest.raises(NotGitHubError, match='NOT_FOUND'):
        check(replace(found, answer_body=bad))


def test_a_default_of_a_variable_counts() -> None:
    text = 'query($n: Int = 101) { viewer { gists(first: $n) { totalCount } } }'
    with pytest.raises(NotGitHubError, match='between 1 and 100'):
        check(graphql(text))
    check(graphql(text, {'viewer': {'gists': {'totalCount': 0}}}, variables={'n': 5}))
