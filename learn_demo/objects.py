"""The objects of GitHub's GraphQL schema, made of the stand-in's state: one function per type."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from learn_demo.exchange import HTML
from learn_demo.people import user_id
from learn_demo.queries import FieldError
from learn_demo.state import Comment, Issue, Pull, Repo, Review, Thread, node_id, sha

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learn_demo.queries import Object

_INT_LIMIT = 2**31  # the schema's Int has 32 bits
_I = TypeVar('_I', bound=Issue)


def actor(login: str | None) -> Object | None:
    """An `Actor`; None if the account was deleted."""
    if login is None:
        return None
    name = login.removesuffix('[bot]')
    is_bot = name != login
    return {
        '__typename': 'Bot' if is_bot else 'User',
        'id': node_id('BOT' if is_bot else 'U', login),
        'databaseId': user_id(login),
        'login': name,
        'name': None,
        'url': f'{HTML}/{"apps/" if is_bot else ""}{name}',
    }


def repository_object(repo: Repo) -> Object:
    """A `Repository`."""
    return {
        '__typename': 'Repository',
        'id': node_id('R', repo.full_name),
        'databaseId': repo.id,
        'name': repo.name,
        'nameWithOwner': repo.full_name,
        'owner': actor(repo.owner),
        'url': f'{HTML}/{repo.full_name}',
        'isPrivate': repo.private,
        'visibility': repo.visibility.upper(),
        'isFork': False,
        'isArchived': False,
        'viewerPermission': repo.permission,
        'defaultBranchRef': lambda _: _ref(repo, repo.default_branch),
        'ref': lambda given: _ref(repo, str(given['qualifiedName'])),
        'object': lambda given: _git_object(repo, str(given.get('expression'))),
        'issue': lambda given: _issue_of(repo, given['number']),
        'pullRequest': lambda given: _pull_of(repo, given['number']),
        'issueOrPullRequest': lambda given: either_object(repo, given['number']),
        'issues': lambda given: [issue_object(repo, one) for one in _issues(repo, given)],
        'pullRequests': lambda given: [pull_object(repo, one) for one in _pulls(repo, given)],
    }


def either_object(repo: Repo, number: object) -> Object:
    """An `IssueOrPullRequest`. Raises FieldError."""
    issue = repo.issues.get(number) if isinstance(number, int) else None
    if issue is None:
        raise _missing('an issue or pull request', number)
    return pull_object(repo, issue) if isinstance(issue, Pull) else issue_object(repo, issue)


def issue_object(repo: Repo, issue: Issue) -> Object:
    """An `Issue`."""

    def closing(given: Mapping[str, object]) -> list[Object]:
        # Only open ones by default, says GitHub's description: merged ones are closed.
        every = given.get('includeClosedPrs') is True
        pulls = [pull for pull in repo.pulls() if pull.number in issue.closed_by]
        return [pull_object(repo, pull) for pull in pulls if every or pull.state == 'OPEN']

    return {
        **_talk(repo, issue, 'issues'),
        '__typename': 'Issue',
        'stateReason': None if issue.state == 'OPEN' else 'COMPLETED',
        'closedByPullRequestsReferences': closing,
    }


def pull_object(repo: Repo, pull: Pull) -> Object:
    """A `PullRequest`."""

    def reviews(given: Mapping[str, object]) -> list[Object]:
        states = given.get('states')
        shown = [one for one in pull.reviews if not isinstance(states, list) or one.state in states]
        return [_review(repo, pull, one) for one in shown]

    def closes(_: Mapping[str, object]) -> list[Object]:
        issues = [issue for issue in repo.issues.values() if pull.number in issue.closed_by]
        return [issue_object(repo, issue) for issue in issues]

    is_merged = pull.state == 'MERGED'
    return {
        **_talk(repo, pull, 'pull'),
        '__typename': 'PullRequest',
        'isDraft': pull.draft,
        'merged': is_merged,
        'mergedAt': pull.merged_at,
        'mergeCommit': _commit(pull.merge_sha) if is_merged else None,
        'baseRefName': pull.base,
        'baseRefOid': sha(repo.full_name, pull.base),
        'headRefName': pull.head,
        'headRefOid': pull.head_sha,
        'headRepositoryOwner': actor(pull.head_owner),
        'isCrossRepository': pull.head_owner != repo.owner,
        'closingIssuesReferences': closes,
        'reviews': reviews,
        'reviewThreads': lambda _: [thread_object(repo, pull, one) for one in pull.threads],
    }


def thread_object(repo: Repo, pull: Pull, thread: Thread) -> Object:
    """A `PullRequestReviewThread`."""
    place = {
        'path': thread.path,
        'line': thread.line,
        'originalLine': thread.original_line or thread.line,
    }

    def comment(one: Comment) -> Object:
        return {
            **_said(one),
            **place,
            '__typename': 'PullRequestReviewComment',
            'outdated': thread.is_outdated,
            'diffHunk': '@@ -1 +1 @@',
            'state': one.state,
            'url': f'{HTML}/{repo.full_name}/pull/{pull.number}#discussion_r{one.id}',
        }

    return {
        **place,
        '__typename': 'PullRequestReviewThread',
        'id': thread.node_id,
        'isOutdated': thread.is_outdated,
        'isResolved': thread.is_resolved,
        'isCollapsed': thread.is_resolved,
        'comments': lambda _: [comment(one) for one in thread.comments],
    }


def _review(repo: Repo, pull: Pull, review: Review) -> Object:
    number = f'pullrequestreview-{review.id}'
    return {
        **_said(review),
        '__typename': 'PullRequestReview',
        'state': review.state,
        'submittedAt': None if review.state == 'PENDING' else review.created_at,
        'url': f'{HTML}/{repo.full_name}/pull/{pull.number}#{number}',
    }


def _said(comment: Comment | Issue) -> Object:
    """What every `Comment` of the schema has."""
    return {
        'id': comment.node_id,
        'databaseId': comment.id if comment.id < _INT_LIMIT else None,
        'fullDatabaseId': str(comment.id),
        'author': actor(comment.author),
        'authorAssociation': 'MEMBER',
        'body': comment.body,
        'createdAt': comment.created_at,
        'updatedAt': comment.updated_at,
        'isMinimized': comment.minimized is not None,
        'minimizedReason': comment.minimized,
    }


def _talk(repo: Repo, issue: Issue, kind: str) -> Object:
    """What issues and pull requests have in common."""
    url = f'{HTML}/{repo.full_name}/{kind}/{issue.number}'
    is_closed = issue.state != 'OPEN'

    def comment(one: Comment) -> Object:
        return {**_said(one), '__typename': 'IssueComment', 'url': f'{url}#issuecomment-{one.id}'}

    return {
        **_said(issue),
        'number': issue.number,
        'title': issue.title,
        'url': url,
        'state': issue.state,
        'closed': is_closed,
        'closedAt': issue.updated_at if is_closed else None,
        'locked': False,
        'repository': lambda _: repository_object(repo),
        'labels': [_label(repo, label) for label in issue.labels],
        'comments': lambda _: [comment(one) for one in issue.comments],
    }


def _label(repo: Repo, name: str) -> Object:
    return {'id': node_id('LA', repo.full_name, name), 'name': name, 'color': sha(name)[:6]}


def _ref(repo: Repo, name: str) -> Object | None:
    branch = name.removeprefix('refs/heads/')
    if not repo.has_branch(branch):
        return None
    return {
        'id': node_id('REF', repo.full_name, branch),
        'name': branch,
        'prefix': 'refs/heads/',
        'target': _commit(sha(repo.full_name, branch)),
    }


def _commit(oid: str) -> Object:
    return {'__typename': 'Commit', 'id': node_id('C', oid), 'oid': oid}


def _git_object(repo: Repo, expression: str) -> Object | None:
    """`branch:path` is a file, a branch alone its commit; HEAD is the default branch."""
    revision, _, path = expression.partition(':')
    branch = repo.default_branch if revision == 'HEAD' else revision.removeprefix('refs/heads/')
    if not path:
        return _commit(sha(repo.full_name, branch)) if repo.has_branch(branch) else None
    text = repo.files.get((branch, path))
    if text is None:
        return None
    return {
        '__typename': 'Blob',
        'id': node_id('B', text),
        'oid': sha(text),
        'text': text,
        'byteSize': len(text.encode()),
        'isBinary': False,
        'isTruncated': False,
    }


def _missing(kind: str, number: object) -> FieldError:
    return FieldError('NOT_FOUND', f'Could not resolve to {kind} with the number of {number}.')


def _issue_of(repo: Repo, number: object) -> Object:
    issue = repo.issues.get(number) if isinstance(number, int) else None
    if issue is None or isinstance(issue, Pull):
        raise _missing('an Issue', number)
    return issue_object(repo, issue)


def _pull_of(repo: Repo, number: object) -> Object:
    pull = repo.pull(number) if isinstance(number, int) else None
    if pull is None:
        raise _missing('a PullRequest', number)
    return pull_object(repo, pull)


def _pulls(repo: Repo, given: Mapping[str, object]) -> list[Pull]:
    return [
        pull
        for pull in _listed(repo.pulls(), given)
        if given.get('headRefName') in (None, pull.head)
        and given.get('baseRefName') in (None, pull.base)
    ]


def _issues(repo: Repo, given: Mapping[str, object]) -> list[Issue]:
    filters = given.get('filterBy')
    since = str(filters.get('since', '')) if isinstance(filters, dict) else ''
    return [issue for issue in _listed(repo.plain_issues(), given) if issue.updated_at >= since]


def _listed(issues: list[_I], given: Mapping[str, object]) -> list[_I]:
    """Those with the wanted states and one of the wanted labels, in the wanted order."""
    states, labels, order = given.get('states'), given.get('labels'), given.get('orderBy')
    wanted = [
        issue
        for issue in issues
        if (not isinstance(states, list) or issue.state in states)
        and (not isinstance(labels, list) or set(labels) & set(issue.labels))
    ]
    by = order if isinstance(order, dict) else {'field': 'CREATED_AT', 'direction': 'ASC'}
    at = 'updated_at' if by['field'] == 'UPDATED_AT' else 'created_at'
    wanted.sort(
        key=lambda issue: (str(getattr(issue, at)), issue.number),
        reverse=by['direction'] == 'DESC',
    )
    return wanted
