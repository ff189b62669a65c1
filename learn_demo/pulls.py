"""Pull requests and their review comments: GitHub's REST endpoints for them."""

from __future__ import annotations

from learn_demo.exchange import HTML, Answer, Call, RefusedError, paged
from learn_demo.issues import ASSOCIATION, labels_json
from learn_demo.people import GHOST, JSON, repository, user
from learn_demo.state import Comment, Pull, Repo, Thread, sha

_WAYS = {
    'comments': 'issues/{}/comments',
    'commits': 'pulls/{}/commits',
    'issue': 'issues/{}',
    'review_comments': 'pulls/{}/comments',
    'self': 'pulls/{}',
}


def list_pulls(call: Call) -> Answer:
    """GET pull requests by state, head (`owner:branch`) and base; the newest first by default."""
    repo = call.repo()
    query = call.query
    wanted = [
        pull
        for pull in repo.pulls()
        if query.get('state', 'open') in ('all', _state(pull))
        and query.get('head') in (None, f'{pull.head_owner}:{pull.head}')
        and query.get('base') in (None, pull.base)
    ]
    by_update = query.get('sort') == 'updated'
    down = query.get('direction', 'asc' if 'sort' in query else 'desc') == 'desc'
    wanted.sort(
        key=lambda pull: (pull.updated_at if by_update else pull.created_at, pull.number),
        reverse=down,
    )
    return paged(call, [simple_pull(call.api, repo, pull) for pull in wanted])


def pull_of(call: Call) -> tuple[Repo, Pull]:
    """The pull request of the path, with its repository."""
    repo = call.repo()
    pull = repo.pull(call.number('pull_number'))
    if pull is None:
        raise RefusedError(404, 'Not Found')
    return repo, pull


def get_pull(call: Call) -> Answer:
    """GET one pull request in full."""
    repo, pull = pull_of(call)
    merged = pull.state == 'MERGED'
    value = {
        **simple_pull(call.api, repo, pull),
        'additions': 1,
        'deletions': 0,
        'changed_files': 1,
        'commits': 1,
        'comments': len(pull.comments),
        'review_comments': sum(len(thread.comments) for thread in pull.threads),
        'mergeable': None,
        'mergeable_state': 'unknown',
        'merged': merged,
        'merged_by': user(call.api, repo.owner) if merged else None,
        'maintainer_can_modify': False,
    }
    return Answer(200, value)


def list_review_comments(call: Call) -> Answer:
    """GET the comments on lines, thread by thread."""
    repo, pull = pull_of(call)
    return paged(
        call,
        [
            review_comment(call.api, repo, pull, thread, comment)
            for thread in pull.threads
            for comment in thread.comments
        ],
    )


def pulls_of_commit(call: Call) -> Answer:
    """GET the pull requests that a commit came with: as their head, or as their merge."""
    repo = call.repo()
    commit = call.words['commit_sha']
    return paged(
        call,
        [
            simple_pull(call.api, repo, pull)
            for pull in repo.pulls()
            if commit in (pull.head_sha, pull.merge_sha)
        ],
    )


def _state(pull: Pull) -> str:
    return 'open' if pull.state == 'OPEN' else 'closed'


def _end(api: str, repo: Repo, owner: str | None, branch: str, commit: str) -> JSON:
    return {
        'label': f'{owner or "unknown"}:{branch}',
        'ref': branch,
        'sha': commit,
        'user': user(api, owner or GHOST),
        'repo': repository(api, repo),
    }


def simple_pull(api: str, repo: Repo, pull: Pull) -> JSON:
    """`pull-request-simple`."""
    base = f'{api}/repos/{repo.full_name}'
    html = f'{HTML}/{repo.full_name}/pull/{pull.number}'
    ways = {name: f'{base}/{path.format(pull.number)}' for name, path in _WAYS.items()}
    ways['review_comment'] = f'{base}/pulls/comments{{/number}}'
    ways['statuses'] = f'{base}/statuses/{pull.head_sha}'
    return {
        'url': ways['self'],
        'id': pull.id,
        'node_id': pull.node_id,
        'html_url': html,
        'diff_url': f'{html}.diff',
        'patch_url': f'{html}.patch',
        'issue_url': ways['issue'],
        'commits_url': ways['commits'],
        'comments_url': ways['comments'],
        'review_comments_url': ways['review_comments'],
        'review_comment_url': ways['review_comment'],
        'statuses_url': ways['statuses'],
        '_links': {name: {'href': url} for name, url in {**ways, 'html': html}.items()},
        'number': pull.number,
        'state': _state(pull),
        'locked': False,
        'title': pull.title,
        'body': pull.body,
        'user': user(api, pull.author),
        'labels': labels_json(api, repo, pull.labels),
        'milestone': None,
        'assignee': None,
        'draft': False,
        'created_at': pull.created_at,
        'updated_at': pull.updated_at,
        'closed_at': pull.updated_at if pull.state != 'OPEN' else None,
        'merged_at': pull.merged_at,
        'merge_commit_sha': pull.merge_sha if pull.merged_at else None,
        'head': _end(api, repo, pull.head_owner, pull.head, pull.head_sha),
        'base': _end(api, repo, repo.owner, pull.base, sha(repo.full_name, pull.base)),
        'author_association': ASSOCIATION,
        'auto_merge': None,
    }


def review_comment(api: str, repo: Repo, pull: Pull, thread: Thread, comment: Comment) -> JSON:
    """`pull-request-review-comment`."""
    pull_url = f'{api}/repos/{repo.full_name}/pulls/{pull.number}'
    url = f'{api}/repos/{repo.full_name}/pulls/comments/{comment.id}'
    html = f'{HTML}/{repo.full_name}/pull/{pull.number}#discussion_r{comment.id}'
    first = thread.comments[0]
    reply = {} if comment is first else {'in_reply_to_id': first.id}
    return {
        'url': url,
        'id': comment.id,
        'node_id': comment.node_id,
        'pull_request_review_id': None,
        'diff_hunk': '@@ -1 +1 @@',
        'path': thread.path,
        'commit_id': pull.head_sha,
        'original_commit_id': pull.head_sha,
        'line': thread.line,
        'user': user(api, comment.author),
        'body': comment.body,
        'created_at': comment.created_at,
        'updated_at': comment.updated_at,
        'html_url': html,
        'pull_request_url': pull_url,
        'author_association': ASSOCIATION,
        '_links': {
            'self': {'href': url},
            'html': {'href': html},
            'pull_request': {'href': pull_url},
        },
        **reply,
    }
