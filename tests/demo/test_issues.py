from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.demo.asking import Reply, ask

if TYPE_CHECKING:
    from learn_demo import StandIn

REPO = '/repos/acme/widgets'


def test_an_issue_has_its_labels_and_counts_its_comments(widgets: StandIn) -> None:
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
        f'{REPO}/actions/runs/9',
        '/gists/0123456789abcdef0123456789abcdef',
    ],
)
def test_what_is_not_there_is_404(widgets: StandIn, path: str) -> None:
    reply = ask(widgets, 'GET', path)
    assert (reply.status, reply.json['status']) == (404, '404')


def test_the_body_of_an_issue_can_be_changed(widgets: StandIn) -> None:
    issue = ask(widgets, 'PATCH', f'{REPO}/issues/123', {'body': 'text'}).json
    assert (issue['title'], issue['body'], issue['state']) == ('Plan', 'text', 'open')


def test_comments_come_in_order_and_a_deleted_author_is_the_ghost(widgets: StandIn) -> None:
    comments = ask(widgets, 'GET', f'{REPO}/issues/123/comments').json
    assert [comment['body'] for comment in comments] == ['one', 'two', 'three']
    assert [comment['user']['login'] for comment in comments] == ['ann', 'ann', 'ghost']
    assert min(comment['id'] for comment in comments) > 2**31


def test_a_comment_is_made_changed_and_deleted(widgets: StandIn) -> None:
    made = ask(widgets, 'POST', f'{REPO}/issues/123/comments', {'body': 'four'})
    assert (made.status, made.json['user']['login']) == (201, 'ann')
    path = made.headers['Location'].removeprefix(widgets.url)
    assert ask(widgets, 'PATCH', path, {'body': 'five'}).json['body'] == 'five'
    assert ask(widgets, 'GET', f'{REPO}/issues/123/comments').json[-1]['body'] == 'five'
    assert ask(widgets, 'DELETE', path).status == 204
    assert ask(widgets, 'DELETE', path).status == 404


def _next(reply: Reply) -> str | None:
    found = re.search(r'<([^>]*)>; rel="next"', reply.headers.get('Link', ''))
    return found and found[1]


def test_the_link_header_leads_to_the_next_page(widgets: StandIn) -> None:
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


def test_threads_and_reviews_belong_to_pull_requests_only(widgets: StandIn) -> None:
    with pytest.raises(KeyError):
        widgets.add_review('acme/widgets', 123, 'no')
