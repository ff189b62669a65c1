from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.demo.asking import ask, query

if TYPE_CHECKING:
    from learn_demo import StandIn


def ask_repository(hub: StandIn, fields: str, **variables: object) -> Any:
    text = f'{{ repository(owner: "acme", name: "widgets") {{ {fields} }} }}'
    if variables:
        names = ', '.join(
            f'${name}: {"Int!" if isinstance(value, int) else "String!"}'
            for name, value in variables.items()
        )
        text = f'query({names}) {text}'
    return query(hub, text, **variables)


def test_an_issue_comes_with_comments_and_the_pull_requests_that_close_it(
    widgets: StandIn,
) -> None:
    answer = ask_repository(
        widgets,
        """issue(number: $n) {
            title state stateReason closed labels(first: 5) { nodes { name } }
            comments(first: 2) { totalCount nodes { author { login } body createdAt } }
            closedByPullRequestsReferences(first: 5, includeClosedPrs: true) {
                nodes { number state merged mergedAt headRefName isCrossRepository
                        headRepositoryOwner { login } }
            }
            open: closedByPullRequestsReferences(first: 5) { nodes { number } }
        }""",
        n=123,
    )
    issue = answer['data']['repository']['issue']
    assert (issue['title'], issue['closed']) == ('Plan', False)
    assert [label['name'] for label in issue['labels']['nodes']] == ['erk-plan', 'big']
    assert issue['comments']['totalCount'] == 3
    (pull,) = issue['closedByPullRequestsReferences']['nodes']
    assert (pull['number'], pull['state'], pull['isCrossRepository']) == (45, 'MERGED', False)
    assert issue['open']['nodes'] == []


def test_an_author_who_is_gone_is_null_and_a_bot_is_a_bot(widgets: StandIn) -> None:
    answer = ask_repository(
        widgets,
        """issue(number: 123) { comments(last: 1) { nodes { author { login } } } }
           pullRequest(number: 45) { comments(first: 1) {
               nodes { fullDatabaseId databaseId url author { __typename login
                       ... on Bot { databaseId } ... on User { name } } }
               edges { cursor } } }""",
    )['data']['repository']
    assert answer['issue']['comments']['nodes'] == [{'author': None}]
    (comment,) = answer['pullRequest']['comments']['nodes']
    assert comment['author']['login'] == 'dependabot'
    assert comment['author']['__typename'] == 'Bot'
    assert 'name' not in comment['author']
    assert int(comment['fullDatabaseId']) > 2**31
    assert comment['databaseId'] is None
    assert comment['url'].endswith(f'/pull/45#issuecomment-{comment["fullDatabaseId"]}')


def test_all_pages_of_review_threads_and_of_their_comments(widgets: StandIn) -> None:
    for number in range(119):
        widgets.add_thread(
            'acme/widgets', 45, path='b.py', line=None, comments=[('ann', str(number))]
        )
    (thread,) = ask_repository(
        widgets, 'pullRequest(number: 45) { reviewThreads(first: 1) { nodes { id } } }'
    )['data']['repository']['pullRequest']['reviewThreads']['nodes']
    seen, after = 0, None
    while seen == 0 or after:
        text = """query($after: String) { repository(owner: "acme", name: "widgets") {
            pullRequest(number: 45) { reviewThreads(first: 50, after: $after) {
                pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
                nodes { id path line isOutdated isResolved comments(first: 1) { nodes { body } } }
        } } } }"""
        threads = query(widgets, text, after=after)['data']['repository']['pullRequest']
        page = threads['reviewThreads']
        seen += len(page['nodes'])
        after = page['pageInfo']['endCursor'] if page['pageInfo']['hasNextPage'] else None
    assert seen == 120
    rest = query(
        widgets,
        """query($id: ID!, $after: String) { node(id: $id) { ... on PullRequestReviewThread {
            comments(first: 100, after: $after) { nodes { id path line body author { login } } }
        } } }""",
        id=thread['id'],
    )['data']['node']['comments']['nodes']
    assert [comment['body'] for comment in rest] == ['why?', 'because']


def test_issues_and_pull_requests_are_found_by_their_ids(widgets: StandIn) -> None:
    both = ask_repository(widgets, 'issue(number: 123) { id } pullRequest(number: 45) { id }')
    for thing in both['data']['repository'].values():
        found = query(
            widgets, 'query($id: ID!) { node(id: $id) { __typename id } }', id=thing['id']
        )
        assert found['data']['node']['id'] == thing['id']
    lost = query(widgets, '{ node(id: "PR_none") { id } }')
    assert lost['data'] == {'node': None}
    assert lost['errors'][0]['type'] == 'NOT_FOUND'


def test_a_page_may_be_counted_from_behind(widgets: StandIn) -> None:
    def bodies(arguments: str) -> tuple[list[str], str]:
        fields = 'nodes { body } pageInfo { startCursor }'
        comments = ask_repository(
            widgets, f'issue(number: 123) {{ comments({arguments}) {{ {fields} }} }}'
        )['data']['repository']['issue']['comments']
        found = [comment['body'] for comment in comments['nodes']]
        return found, comments['pageInfo']['startCursor']

    found, start = bodies('last: 1')
    assert found == ['three']
    assert bodies(f'last: 1, before: "{start}"')[0] == ['two']


@pytest.mark.parametrize(
    ('field', 'message'),
    [
        ('issue(number: 9) { id }', 'Could not resolve to an Issue with the number of 9.'),
        ('issue(number: 45) { id }', 'Could not resolve to an Issue with the number of 45.'),
        (
            'pullRequest(number: 123) { id }',
            'Could not resolve to a PullRequest with the number of 123.',
        ),
        (
            'issueOrPullRequest(number: 9) { ... on Node { id } }',
            'Could not resolve to an issue or pull request with the number of 9.',
        ),
    ],
)
def test_what_is_not_there_is_null_with_an_error_beside_it(
    widgets: StandIn, field: str, message: str
) -> None:
    answer = ask_repository(widgets, f'name found: {field}')
    assert answer['data'] == {'repository': {'name': 'widgets', 'found': None}}
    assert answer['errors'] == [
        {'type': 'NOT_FOUND', 'path': ['repository', 'found'], 'message': message}
    ]


def test_a_repository_that_is_not_there_is_null(hub: StandIn) -> None:
    answer = ask_repository(hub, 'name')
    assert answer['data'] == {'repository': None}
    assert answer['errors'][0]['message'] == (
        "Could not resolve to a Repository with the name 'acme/widgets'."
    )


def test_an_issue_or_pull_request_says_which_it_is(widgets: StandIn) -> None:
    field = 'issueOrPullRequest(number: {}) {{ __typename ... on PullRequest {{ headRefName }} }}'
    answer = ask_repository(widgets, f'a: {field.format(123)} b: {field.format(45)}')
    assert answer['data']['repository'] == {
        'a': {'__typename': 'Issue'},
        'b': {'__typename': 'PullRequest', 'headRefName': 'P123-x'},
    }


def test_files_and_refs_of_a_repository(widgets: StandIn) -> None:
    path = '.github/workflows/learn.yml'
    answer = ask_repository(
        widgets,
        f"""nameWithOwner isPrivate visibility viewerPermission defaultBranchRef {{ name }}
        ref(qualifiedName: "refs/heads/master") {{ name target {{ oid }} }}
        none: ref(qualifiedName: "none") {{ name }}
        file: object(expression: "HEAD:{path}") {{ ... on Blob {{ text byteSize }} }}
        twin: object(expression: "refs/heads/master:{path}") {{ __typename oid }}
        lost: object(expression: "HEAD:none") {{ __typename }}
        commit: object(expression: "master") {{ __typename oid }}
        nothing: object(expression: "none") {{ __typename }}""",
    )['data']['repository']
    assert answer['file']['text'].startswith('name: learn')
    assert answer['twin']['__typename'] == 'Blob'
    assert answer['commit']['oid'] == answer['ref']['target']['oid']
    assert (answer['none'], answer['lost'], answer['nothing']) == (None, None, None)
    assert answer['defaultBranchRef'] == {'name': 'master'}


def test_pull_requests_are_found_by_head_base_and_state_in_order(widgets: StandIn) -> None:
    widgets.add_pull('acme/widgets', 46, head='P123-x', created_at='2020-01-01T00:00:00Z')
    widgets.add_pull('acme/widgets', 47, head='P5-y', head_owner='ben')

    def numbers(arguments: str) -> list[int]:
        fields = f'pullRequests(first: 9, {arguments}) {{ nodes {{ number }} }}'
        pulls = ask_repository(widgets, fields)['data']['repository']['pullRequests']
        return [pull['number'] for pull in pulls['nodes']]

    assert numbers('headRefName: "P123-x"') == [46, 45]
    assert numbers('states: [OPEN, CLOSED], baseRefName: "master"') == [46, 47]
    assert numbers('states: MERGED') == [45]
    assert numbers('orderBy: {field: UPDATED_AT, direction: DESC}') == [47, 45, 46]
    assert numbers('orderBy: {field: CREATED_AT, direction: ASC}') == [46, 45, 47]


def test_fragments_aliases_and_repeated_fields_are_merged(widgets: StandIn) -> None:
    answer = query(
        widgets,
        """# a comment
        query Named($owner: String! = "acme") {
          viewer { login ...who } rateLimit { remaining }
          repository(owner: $owner, name: "widgets") {
            pullRequest(number: 45) { ...pull ... on Comment { body } ... { title } }
          }
        }
        fragment who on Actor { url }
        fragment pull on PullRequest {
          reviews(first: 1) { nodes { state } } reviews(first: 1) { nodes { body } }
          reviewThreads(first: 1) { nodes { comments(first: 1) { nodes { outdated } } } }
          repository { nameWithOwner owner { login } }
        }""",
    )['data']
    assert answer['viewer'] == {'login': 'ann', 'url': 'https://github.com/ann'}
    pull = answer['repository']['pullRequest']
    assert pull['reviews']['nodes'] == [{'state': 'APPROVED', 'body': 'good'}]
    assert pull['repository'] == {'nameWithOwner': 'acme/widgets', 'owner': {'login': 'acme'}}
    assert (pull['body'], pull['title']) == ('', 'A change')


def test_one_of_several_operations_is_named(widgets: StandIn) -> None:
    text = 'query A { viewer { login } } query B { viewer { url } }'
    reply = ask(widgets, 'POST', '/graphql', {'query': text, 'operationName': 'B'})
    assert reply.json == {'data': {'viewer': {'url': 'https://github.com/ann'}}}
