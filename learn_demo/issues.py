"""Issues and their comments: GitHub's REST endpoints for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_demo.exchange import HTML, Answer, Call, RefusedError, paged
from learn_demo.people import JSON, user
from learn_demo.state import Comment, Issue, Pull, Repo, node_id, now, sha

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASSOCIATION = 'MEMBER'


def get_issue(call: Call) -> Answer:
    """GET an issue; a pull request is one too."""
    return Answer(200, _issue_json(call.api, *_issue_of(call)))


def update_issue(call: Call) -> Answer:
    """PATCH the body of an issue."""
    repo, issue = _issue_of(call)
    issue.body = call.text('body')
    issue.updated_at = now()
    return Answer(200, _issue_json(call.api, repo, issue))


def list_comments(call: Call) -> Answer:
    """GET the comments of an issue, the oldest first."""
    repo, issue = _issue_of(call)
    return paged(call, [_comment_json(call.api, repo, issue, each) for each in issue.comments])


def create_comment(call: Call) -> Answer:
    """POST a comment on an issue."""
    repo, issue = _issue_of(call)
    text = call.text('body')
    comment = call.hub.add_comment(repo.full_name, issue.number, text, author=call.login)
    value = _comment_json(call.api, repo, issue, comment)
    return Answer(201, value, {'Location': str(value['url'])})


def update_comment(call: Call) -> Answer:
    """PATCH the text of a comment."""
    repo, issue, comment = _comment_of(call)
    comment.body = call.text('body')
    comment.updated_at = now()
    return Answer(200, _comment_json(call.api, repo, issue, comment))


def delete_comment(call: Call) -> Answer:
    """DELETE a comment."""
    _, issue, comment = _comment_of(call)
    issue.comments.remove(comment)
    return Answer(204)


def _issue_of(call: Call) -> tuple[Repo, Issue]:
    """The issue (or pull request) of the path, with its repository."""
    repo = call.repo()
    issue = repo.issues.get(call.number('issue_number'))
    if issue is None:
        raise RefusedError(404, 'Not Found')
    return repo, issue


def _comment_of(call: Call) -> tuple[Repo, Issue, Comment]:
    repo, number = call.repo(), call.number('comment_id')
    for issue in repo.issues.values():
        for comment in issue.comments:
            if comment.id == number:
                return repo, issue, comment
    raise RefusedError(404, 'Not Found')


def _labels_json(api: str, repo: Repo, names: Sequence[str]) -> list[JSON]:
    """A `label` for each name."""
    return [
        {
            'id': int(sha(repo.full_name, name)[:8], 16),
            'node_id': node_id('LA', repo.full_name, name),
            'url': f'{api}/repos/{repo.full_name}/labels/{name}',
            'name': name,
            'description': '',
            'color': sha(name)[:6],
            'default': False,
        }
        for name in names
    ]


def _issue_json(api: str, repo: Repo, issue: Issue) -> JSON:
    """`issue`."""
    url = f'{api}/repos/{repo.full_name}/issues/{issue.number}'
    kind = 'pull' if isinstance(issue, Pull) else 'issues'
    closed = issue.state != 'OPEN'
    return {
        'url': url,
        'repository_url': f'{api}/repos/{repo.full_name}',
        'labels_url': f'{url}/labels{{/name}}',
        'comments_url': f'{url}/comments',
        'events_url': f'{url}/events',
        'html_url': f'{HTML}/{repo.full_name}/{kind}/{issue.number}',
        'id': issue.id,
        'node_id': issue.node_id,
        'number': issue.number,
        'title': issue.title,
        'user': user(api, issue.author),
        'labels': _labels_json(api, repo, issue.labels),
        'state': 'closed' if closed else 'open',
        'locked': False,
        'assignee': None,
        'milestone': None,
        'comments': len(issue.comments),
        'created_at': issue.created_at,
        'updated_at': issue.updated_at,
        'closed_at': issue.updated_at if closed else None,
        'author_association': _ASSOCIATION,
        'body': issue.body,
    }


def _comment_json(api: str, repo: Repo, issue: Issue, comment: Comment) -> JSON:
    """`issue-comment`."""
    kind = 'pull' if isinstance(issue, Pull) else 'issues'
    url = f'{api}/repos/{repo.full_name}/issues'
    anchor = f'{HTML}/{repo.full_name}/{kind}/{issue.number}#issuecomment-{comment.id}'
    return {
        'url': f'{url}/comments/{comment.id}',
        'html_url': anchor,
        'issue_url': f'{url}/{issue.number}',
        'id': comment.id,
        'node_id': comment.node_id,
        'user': user(api, comment.author),
        'created_at': comment.created_at,
        'updated_at': comment.updated_at,
        'body': comment.body,
        'author_association': _ASSOCIATION,
        'performed_via_github_app': None,
    }
