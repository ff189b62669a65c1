from __future__ import annotations

from typing import Any

import pytest

from learn_demo import StandIn
from learn_demo.hub import Hub
from learn_demo.queries import execute, schema
from tests.conformance import check
from tests.conformance_graphql import NotGitHubError
from tests.conftest import TOKEN
from tests.demo.asking import ask, query

ACME = 'acme/widgets'


def ask_repository(hub: StandIn, fields: str, **variables: object) -> Any:
    text = f'{{ repository(owner: "acme", name: "widgets") {{ {fields} }} }}'
    if variables:
        names = ', '.join(
            f'${name}: {"Int!" if isinstance(value, int) else "String!"}'
            for name, value in variables.items()
        )
        text = f'query({names}) {text}'
    return query(hub, text, **variables)


def data(hub: StandIn, fields: str, **variables: object) -> Any:
    answer = ask_repository(hub, fields, **variables)
    assert 'errors' not in answer
    return answer['data']['repository']


def test_an_issue_has_comments_and_the_pull_requests_that_close_it(widgets: StandIn) -> None:
    issue = data(
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
    )['issue']
    assert (issue['title'], issue['closed']) == ('Plan', False)
    assert [label['name'] for label in issue['labels']['nodes']] == ['erk-plan', 'big']
    assert issue['comments']['totalCount'] == 3
    (pull,) = issue['closedByPullRequestsReferences']['nodes']
    assert (pull['number'], pull['state'], pull['isCrossRepository']) == (45, 'MERGED', False)
    assert issue['open']['nodes'] == []


def test_a_pull_request_can_be_the_plan(widgets: StandIn) -> None:
    widgets.add_pull(ACME, 46, head='plnd/x', body='do it', labels=['erk-plan'], draft=True)
    fields = """body isDraft headRefName labels(first: 5) { nodes { name } }
                closingIssuesReferences(first: 5) { nodes { number } }"""
    found = data(widgets, f'a: pullRequest(number: 46) {{ {fields} }}')['a']
    assert (found['body'], found['isDraft'], found['headRefName']) == ('do it', True, 'plnd/x')
    assert found['labels']['nodes'] == [{'name': 'erk-plan'}]
    closing = data(widgets, f'a: pullRequest(number: 45) {{ {fields} }}')['a']
    assert closing['closingIssuesReferences']['nodes'] == [{'number': 123}]


def test_a_review_has_its_state_and_is_submitted_or_pending(widgets: StandIn) -> None:
    widgets.add_review(ACME, 45, 'not yet', state='PENDING', author='ann')
    fields = 'nodes { state body submittedAt author { login } }'
    found = data(
        widgets,
        f"""pullRequest(number: 45) {{ reviews(first: 9) {{ {fields} }}
            approved: reviews(first: 9, states: [APPROVED]) {{ totalCount }} }}""",
    )['pullRequest']
    good, pending = found['reviews']['nodes']
    assert (good['state'], good['body'], good['author']) == ('APPROVED', 'good', {'login': 'ben'})
    assert (pending['submittedAt'], good['submittedAt'] is None) == (None, False)
    assert found['approved']['totalCount'] == 1


def test_a_minimized_comment_tells_the_reason(widgets: StandIn) -> None:
    widgets.add_comment(ACME, 45, 'buy').minimized = 'spam'
    fields = 'nodes { isMinimized minimizedReason }'
    found = data(widgets, f'pullRequest(number: 45) {{ comments(first: 9) {{ {fields} }} }}')
    assert found['pullRequest']['comments']['nodes'] == [
        {'isMinimized': False, 'minimizedReason': None},
        {'isMinimized': True, 'minimizedReason': 'spam'},
    ]


def test_an_outdated_thread_has_its_original_line(widgets: StandIn) -> None:
    comments = [('ann', 'old')]
    widgets.add_thread(
        ACME, 45, path='b.py', line=None, original_line=7, is_outdated=True, comments=comments
    )
    fields = 'nodes { line originalLine isOutdated }'
    found = data(widgets, f'pullRequest(number: 45) {{ reviewThreads(last: 1) {{ {fields} }} }}')
    assert found['pullRequest']['reviewThreads']['nodes'] == [
        {'line': None, 'originalLine': 7, 'isOutdated': True}
    ]


def test_a_deleted_author_is_null_and_a_bot_is_a_bot(widgets: StandIn) -> None:
    answer = data(
        widgets,
        """issue(number: 123) { comments(last: 1) { nodes { author { login } } } }
           pullRequest(number: 45) { comments(first: 1) {
               nodes { fullDatabaseId databaseId url author { __typename login
                       ... on Bot { databaseId } ... on User { name } } } } }""",
    )
    assert answer['issue']['comments']['nodes'] == [{'author': None}]
    (comment,) = answer['pullRequest']['comments']['nodes']
    assert comment['author']['login'] == 'dependabot'
    assert comment['author']['__typename'] == 'Bot'
    assert 'name' not in comment['author']
    assert int(comment['fullDatabaseId']) > 2**31
    assert comment['databaseId'] is None
    assert comment['url'].endswith(f'/pull/45#issuecomment-{comment["fullDatabaseId"]}')


def test_a_query_can_walk_all_pages_of_threads_and_of_their_comments(widgets: StandIn) -> None:
    for number in range(119):
        widgets.add_thread(ACME, 45, path='b.py', line=None, comments=[('ann', str(number))])
    text = """query($after: String) { repository(owner: "acme", name: "widgets") {
        pullRequest(number: 45) { reviewThreads(first: 50, after: $after) {
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
            nodes { id path line isOutdated isResolved comments(first: 1) { nodes { body } } }
    } } } }"""
    seen: list[Any] = []
    after = None
    while not seen or after:
        answer = query(widgets, text, after=after)['data']['repository']['pullRequest']
        page = answer['reviewThreads']
        seen += page['nodes']
        after = page['pageInfo']['endCursor'] if page['pageInfo']['hasNextPage'] else None
    assert len(seen) == 120
    rest = query(
        widgets,
        """query($id: ID!, $after: String) { node(id: $id) { ... on PullRequestReviewThread {
            comments(first: 100, after: $after) { nodes { id path line body author { login } } }
        } } }""",
        id=seen[0]['id'],
    )['data']['node']['comments']['nodes']
    assert [comment['body'] for comment in rest] == ['why?', 'because']


def test_issues_and_pull_requests_are_nodes(widgets: StandIn) -> None:
    for thing in data(widgets, 'issue(number: 123) { id } pullRequest(number: 45) { id }').values():
        text = 'query($id: ID!) { node(id: $id) { __typename id } }'
        assert query(widgets, text, id=thing['id'])['data']['node']['id'] == thing['id']
    lost = query(widgets, '{ node(id: "PR_none") { id } }')
    assert lost['data'] == {'node': None}
    assert lost['errors'][0]['type'] == 'NOT_FOUND'


def test_a_page_can_be_counted_from_the_end(widgets: StandIn) -> None:
    def bodies(arguments: str) -> tuple[list[str], str]:
        fields = 'nodes { body } pageInfo { startCursor }'
        text = f'issue(number: 123) {{ comments({arguments}) {{ {fields} }} }}'
        comments = data(widgets, text)['issue']['comments']
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


def test_a_field_can_be_made_to_fail_beside_the_data(widgets: StandIn) -> None:
    widgets.errors['PullRequest.reviews'] = ('FORBIDDEN', 'Resource not accessible')
    answer = ask_repository(
        widgets, 'pullRequest(number: 45) { number reviews(first: 1) { totalCount } }'
    )
    assert answer['data']['repository']['pullRequest'] == {'number': 45, 'reviews': None}
    (error,) = answer['errors']
    assert (error['type'], error['path'][-1]) == ('FORBIDDEN', 'reviews')


def test_a_node_of_a_list_can_be_made_null(widgets: StandIn) -> None:
    comment = widgets.add_comment(ACME, 45, 'hidden')
    widgets.errors[comment.node_id] = ('FORBIDDEN', 'SAML enforcement')
    answer = ask_repository(
        widgets, 'pullRequest(number: 45) { comments(first: 9) { nodes { id body } } }'
    )
    nodes = answer['data']['repository']['pullRequest']['comments']['nodes']
    assert [node and node['body'] for node in nodes] == ['nice', None]
    assert answer['errors'][0]['path'][-2:] == ['nodes', 1]


def test_an_issue_or_pull_request_says_which_it_is(widgets: StandIn) -> None:
    field = 'issueOrPullRequest(number: {}) {{ __typename ... on PullRequest {{ headRefName }} }}'
    assert data(widgets, f'a: {field.format(123)} b: {field.format(45)}') == {
        'a': {'__typename': 'Issue'},
        'b': {'__typename': 'PullRequest', 'headRefName': 'P123-x'},
    }


def test_files_and_refs_of_a_repository(widgets: StandIn) -> None:
    path = '.github/workflows/learn.yml'
    answer = data(
        widgets,
        f"""nameWithOwner isPrivate visibility viewerPermission defaultBranchRef {{ name }}
        ref(qualifiedName: "refs/heads/master") {{ name target {{ oid }} }}
        none: ref(qualifiedName: "none") {{ name }}
        file: object(expression: "HEAD:{path}") {{ ... on Blob {{ text byteSize }} }}
        twin: object(expression: "refs/heads/master:{path}") {{ __typename oid }}
        lost: object(expression: "HEAD:none") {{ __typename }}
        commit: object(expression: "master") {{ __typename oid }}
        nothing: object(expression: "none") {{ __typename }}""",
    )
    assert answer['file']['text'].startswith('name: learn')
    assert answer['twin']['__typename'] == 'Blob'
    assert answer['commit']['oid'] == answer['ref']['target']['oid']
    assert (answer['none'], answer['lost'], answer['nothing']) == (None, None, None)
    assert answer['defaultBranchRef'] == {'name': 'master'}


@pytest.mark.parametrize('visibility', ['public', 'internal', 'private'])
def test_a_repository_says_who_sees_it(widgets: StandIn, visibility: str) -> None:
    widgets.repos[ACME].visibility = visibility
    assert data(widgets, 'visibility isPrivate') == {
        'visibility': visibility.upper(),
        'isPrivate': visibility != 'public',
    }


def test_pull_requests_are_found_by_head_base_state_and_label_in_order(widgets: StandIn) -> None:
    widgets.add_pull(ACME, 46, head='P123-x', created_at='2020-01-01T00:00:00Z')
    widgets.add_pull(ACME, 47, head='P5-y', head_owner='ben')

    def numbers(arguments: str) -> list[int]:
        fields = f'pullRequests(first: 9, {arguments}) {{ nodes {{ number }} }}'
        return [pull['number'] for pull in data(widgets, fields)['pullRequests']['nodes']]

    assert numbers('headRefName: "P123-x"') == [46, 45]
    assert numbers('states: [OPEN, CLOSED], baseRefName: "master"') == [46, 47]
    assert numbers('states: MERGED') == [45]
    assert numbers('labels: ["big", "none"]') == [45]
    assert numbers('orderBy: {field: UPDATED_AT, direction: DESC}') == [47, 45, 46]
    assert numbers('orderBy: {field: CREATED_AT, direction: ASC}') == [46, 45, 47]


def test_issues_are_found_by_label_state_and_time(widgets: StandIn) -> None:
    widgets.add_issue(ACME, 124, labels=['documentation'], state='CLOSED')

    def numbers(arguments: str) -> list[int]:
        fields = f'issues(first: 9, {arguments}) {{ nodes {{ number }} }}'
        return [issue['number'] for issue in data(widgets, fields)['issues']['nodes']]

    assert numbers('orderBy: {field: CREATED_AT, direction: DESC}') == [124, 123]
    assert numbers('labels: "documentation"') == [124]
    assert numbers('states: OPEN') == [123]
    assert numbers('filterBy: {since: "2999-01-01T00:00:00Z"}') == []


def test_fragments_aliases_defaults_and_repeated_fields(widgets: StandIn) -> None:
    answer = query(
        widgets,
        """query Named($owner: String! = "acme") {
          viewer { login ...who }
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


# what GitHub would not take


def _issue(fields: str) -> str:
    return (
        f'{{ repository(owner: "acme", name: "widgets") {{ issue(number: 123) {{ {fields} }} }} }}'
    )


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        (_issue('none'), "Cannot query field 'none' on type 'Issue'"),
        (_issue('author'), "Field 'author' of type 'Actor' must have a selection"),
        (_issue('...none'), "Unknown fragment 'none'"),
        ('{ viewer { login', 'Syntax Error'),
        ('mutation { none }', 'mutation operation is not supported'),
        ('query A { viewer { login } } query B { viewer { login } }', 'Must provide operation'),
        ('query($n: ID!) { node(id: $n) { id } }', "Variable '$n'"),
        ('{ node(id: $id) { id } }', "Variable '$id' is not defined"),
    ],
)
def test_a_wrong_query_is_refused_as_a_whole(unchecked: StandIn, text: str, message: str) -> None:
    answer = query(unchecked, text)
    assert message in answer['errors'][0]['message']
    assert 'data' not in answer
    with pytest.raises(NotGitHubError):
        check(unchecked.requests[0])


@pytest.mark.parametrize(
    ('arguments', 'kind'),
    [
        ('', 'MISSING_PAGINATION_BOUNDARIES'),
        ('(first: null)', 'MISSING_PAGINATION_BOUNDARIES'),
        ('(first: 101)', 'EXCESSIVE_PAGINATION'),
        ('(last: 0)', 'EXCESSIVE_PAGINATION'),
    ],
)
def test_a_list_must_be_told_how_many(unchecked: StandIn, arguments: str, kind: str) -> None:
    answer = query(unchecked, _issue(f'labels{arguments} {{ totalCount }}'))
    assert answer['errors'][0]['type'] == kind
    assert answer['data']['repository']['issue'] == {'labels': None}
    with pytest.raises(NotGitHubError, match='between 1 and 100'):
        check(unchecked.requests[0])


@pytest.mark.parametrize('cursor', ['!', 'bm9uZQ=='])
def test_a_cursor_must_be_one_of_ours(unchecked: StandIn, cursor: str) -> None:
    answer = query(unchecked, _issue(f'labels(first: 1, after: "{cursor}") {{ totalCount }}'))
    assert answer['errors'][0]['type'] == 'INVALID_CURSOR_ARGUMENTS'


# its own bugs


def test_a_field_that_the_stand_in_lacks_is_its_bug_not_an_answer() -> None:
    with StandIn.started() as hub:
        hub.tokens[TOKEN] = {'login': 'ann', 'scopes': {'repo'}}
        with pytest.raises(OSError, match='Remote end closed'):
            query(hub, '{ viewer { bio } }')
        assert 'the stand-in has no User.bio' in str(hub.crashes)


def test_a_value_that_the_schema_does_not_allow_is_never_answered() -> None:
    viewer = {'__typename': 'User', 'createdAt': 'yesterday'}
    assert schema() is schema()
    with pytest.raises(ValueError, match='DateTime cannot represent'):
        execute({'viewer': viewer}, {'query': '{ viewer { createdAt } }'}, Hub().errors)
