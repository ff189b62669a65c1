from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.demo.asking import Reply, ask

if TYPE_CHECKING:
    from learn_demo import StandIn

REPO = '/repos/acme/widgets'


def test_an_issue_tells_its_labels_and_counts_its_comments(widgets: StandIn) -> None:
    issue = ask(widgets, 'GET', f'{REPO}/issues/123').json
    assert [label['name'] for label in issue['labels']] == ['erk-plan', 'big']
    assert (issue['title'], issue['body'], issue['comments']) == ('Plan', 'do it', 3)
    assert issue['state'] == 'open'
    assert issue['html_url'] == 'https://github.com/acme/widgets/issues/123'


def test_a_pull_request_is_an_issue_too(widgets: StandIn) -> None:
    issue = ask(widgets, 'GET', f'{REPO}/issues/45').json
    assert issue['html_url'] == 'https://github.com/acme/widgets/pull/45'
    assert (issue['state'], issue['closed_at']) == ('closed', issue['updated_at'])


@pytest.mark.parametrize(
    'path',
    [
        '/repos/acme/none/issues/1',
        f'{REPO}/issues/9',
        f'{REPO}/pulls/9',
        f'{REPO}/pulls/123',
        f'{REPO}/issues/comments/9',
        f'{REPO}/contents/none.txt',
        f'{REPO}/contents/none.txt?ref=none',
        f'{REPO}/branches/none',
        f'{REPO}/actions/runs/9',
        f'{REPO}/actions/workflows/none.yml',
        '/gists/0123456789abcdef0123456789abcdef',
    ],
)
def test_what_is_not_there_is_404(widgets: StandIn, path: str) -> None:
    reply = ask(widgets, 'GET', path)
    assert (reply.status, reply.json['status']) == (404, '404')


def test_an_issue_is_changed(widgets: StandIn) -> None:
    change = {'title': 'New', 'body': 'text', 'state': 'closed', 'labels': ['done']}
    issue = ask(widgets, 'PATCH', f'{REPO}/issues/123', change).json
    assert (issue['title'], issue['body'], issue['state']) == ('New', 'text', 'closed')
    assert [label['name'] for label in issue['labels']] == ['done']


def test_comments_come_in_order_and_a_deleted_author_is_the_ghost(widgets: StandIn) -> None:
    comments = ask(widgets, 'GET', f'{REPO}/issues/123/comments').json
    assert [comment['body'] for comment in comments] == ['one', 'two', 'three']
    assert [comment['user']['login'] for comment in comments] == ['ann', 'ann', 'ghost']
    assert min(comment['id'] for comment in comments) > 2**31
    later = f'{REPO}/issues/123/comments?since=2999-01-01T00:00:00Z'
    assert ask(widgets, 'GET', later).json == []


def test_a_comment_is_made_read_changed_and_deleted(widgets: StandIn) -> None:
    made = ask(widgets, 'POST', f'{REPO}/issues/123/comments', {'body': 'four'})
    assert (made.status, made.json['user']['login']) == (201, 'ann')
    path = made.headers['Location'].removeprefix(widgets.url)
    assert ask(widgets, 'PATCH', path, {'body': 'five'}).json['body'] == 'five'
    assert ask(widgets, 'GET', path).json['body'] == 'five'
    assert ask(widgets, 'DELETE', path).status == 204
    assert ask(widgets, 'GET', path).status == 404


def _next(reply: Reply) -> str | None:
    found = re.search(r'<([^>]*)>; rel="next"', reply.headers.get('Link', ''))
    return found and found[1]


def test_pages_are_followed_by_the_link_header(widgets: StandIn) -> None:
    for number in range(127):
        widgets.add_comment('acme/widgets', 123, str(number))
    texts: list[str] = []
    url: str | None = f'{REPO}/issues/123/comments?per_page=60'
    while url:
        reply = ask(widgets, 'GET', url)
        texts += [comment['body'] for comment in reply.json]
        url = _next(reply)
    assert texts == ['one', 'two', 'three', *map(str, range(127))]
    assert len(widgets.requests) == 3
    assert 'rel="first"' in reply.headers['Link']


def test_a_page_has_thirty_by_default_and_a_hundred_at_most(widgets: StandIn) -> None:
    for number in range(127):
        widgets.add_comment('acme/widgets', 123, str(number))
    path = f'{REPO}/issues/123/comments'
    assert len(ask(widgets, 'GET', path).json) == 30
    assert len(ask(widgets, 'GET', f'{path}?per_page=500').json) == 100


def test_pull_requests_are_found_by_head_base_and_state(widgets: StandIn) -> None:
    widgets.add_pull('acme/widgets', 46, head='P123-x', created_at='2020-01-01T00:00:00Z')
    widgets.add_pull('acme/widgets', 47, head='P123-x', head_owner='ben', state='CLOSED')

    def found(query: str) -> list[int]:
        return [each['number'] for each in ask(widgets, 'GET', f'{REPO}/pulls?{query}').json]

    assert found('') == [46]
    assert found('state=all') == [47, 45, 46]
    assert found('state=closed&head=acme:P123-x') == [45]
    assert found('state=all&base=none') == []
    assert found('state=all&sort=updated') == [46, 45, 47]


def test_a_merged_pull_request_says_when_and_a_deleted_fork_has_no_owner(widgets: StandIn) -> None:
    pull = ask(widgets, 'GET', f'{REPO}/pulls/45').json
    assert (pull['merged'], pull['review_comments'], pull['comments']) == (True, 2, 1)
    assert pull['merged_at'] == pull['created_at']
    lost = widgets.add_pull('acme/widgets', 46, head='P9-y', author=None)
    lost.head_owner = None
    pull = ask(widgets, 'GET', f'{REPO}/pulls/46').json
    assert (pull['merged'], pull['merged_by'], pull['user']['login']) == (False, None, 'ghost')


def test_review_comments_know_what_they_reply_to(widgets: StandIn) -> None:
    first, second = ask(widgets, 'GET', f'{REPO}/pulls/45/comments').json
    assert second['in_reply_to_id'] == first['id']
    assert (first['path'], first['line'], first['body']) == ('a.py', 3, 'why?')


def test_a_commit_tells_its_pull_requests(widgets: StandIn) -> None:
    repo = widgets.repo('acme/widgets')
    assert repo is not None
    pull = repo.pull(45)
    assert pull is not None
    (found,) = ask(widgets, 'GET', f'{REPO}/commits/{pull.merge_sha}/pulls').json
    assert found['number'] == 45
    assert ask(widgets, 'GET', f'{REPO}/commits/{"0" * 40}/pulls').json == []


def test_labels_are_those_of_the_issues(widgets: StandIn) -> None:
    labels = ask(widgets, 'GET', f'{REPO}/labels').json
    assert [label['name'] for label in labels] == ['big', 'erk-plan']


def test_threads_and_reviews_belong_to_pull_requests_only(widgets: StandIn) -> None:
    with pytest.raises(KeyError):
        widgets.add_review('acme/widgets', 123, 'no')
