from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance import check
from tests.conformance_graphql import NotGitHubError
from tests.demo.asking import ask, query

if TYPE_CHECKING:
    from learn_demo import StandIn

REPOSITORY = 'repository(owner: "acme", name: "widgets")'


def _issue(fields: str) -> str:
    return f'{{ {REPOSITORY} {{ issue(number: 123) {{ {fields} }} }} }}'


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        (_issue('none'), "Field 'none' doesn't exist on type 'Issue'"),
        (_issue('author'), "Field must have selections (field 'author' returns User"),
        (_issue('...none'), 'Fragment none was used, but not defined'),
        ('{ viewer { login', 'Unexpected end of document'),
        ('{ viewer { login } } }', 'Expected query, actual: }'),
        ('mutation { none }', 'Expected query, actual: mutation'),
        ('query(', 'Expected $, actual: end'),
        ('{ viewer { ~ } }', "Expected a token, actual: '~' at 11"),
        ('query A { viewer { login } } query B { viewer { login } }', 'No operation named None'),
        ('query($n: Int!) { viewer { login } }', 'Variable $n was provided invalid value'),
        ('{ node(id: $id) { id } }', 'Variable $id is used but not declared'),
    ],
)
def test_a_query_that_is_wrong_is_refused_as_a_whole(
    unchecked: StandIn, text: str, message: str
) -> None:
    answer = query(unchecked, text)
    assert answer['errors'][0]['message'].startswith(message)
    assert 'data' not in answer
    with pytest.raises(NotGitHubError):
        check(unchecked.requests[0])


def test_a_request_without_a_query_is_told_so(unchecked: StandIn) -> None:
    answer = ask(unchecked, 'POST', '/graphql', {'variables': None}).json
    assert answer['errors'][0]['message'].startswith('A query attribute must be specified')


@pytest.mark.parametrize(
    ('arguments', 'kind'),
    [
        ('', 'MISSING_PAGINATION_BOUNDARIES'),
        ('first: null', 'MISSING_PAGINATION_BOUNDARIES'),
        ('first: 101', 'EXCESSIVE_PAGINATION'),
        ('last: 0', 'EXCESSIVE_PAGINATION'),
    ],
)
def test_a_list_wants_to_know_how_much(unchecked: StandIn, arguments: str, kind: str) -> None:
    field = f'comments({arguments})' if arguments else 'comments'
    answer = query(unchecked, _issue(f'{field} {{ totalCount }}'))
    assert answer['errors'][0]['type'] == kind
    assert answer['data']['repository']['issue'] == {'comments': None}
    with pytest.raises(NotGitHubError, match='between 1 and 100'):
        check(unchecked.requests[0])


@pytest.mark.parametrize('cursor', ['!', 'bm9uZQ=='])
def test_a_cursor_must_be_one_of_ours(unchecked: StandIn, cursor: str) -> None:
    answer = query(unchecked, _issue(f'labels(first: 1, after: "{cursor}") {{ totalCount }}'))
    assert answer['errors'][0]['type'] == 'INVALID_CURSOR_ARGUMENTS'


def test_an_argument_may_be_a_list_or_an_object_of_variables(hub: StandIn) -> None:
    hub.add_repo('acme/widgets')
    hub.add_pull('acme/widgets', 45, head='x')
    text = """query($state: PullRequestState!, $way: OrderDirection!, $all: [PullRequestState!]!) {
        every: repository(owner: "acme", name: "widgets") {
            pullRequests(first: 1, states: $all) { totalCount } }
        repository(owner: "acme", name: "widgets") {
            pullRequests(first: 1, states: [$state], orderBy: {field: CREATED_AT, direction: $way})
            { totalCount nodes { isDraft } } } }"""
    answer = query(hub, text, state='OPEN', way='DESC', all=['MERGED'])
    assert answer['data']['every']['pullRequests'] == {'totalCount': 0}
    assert answer['data']['repository']['pullRequests'] == {
        'totalCount': 1,
        'nodes': [{'isDraft': False}],
    }
