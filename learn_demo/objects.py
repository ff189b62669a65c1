"""Issues, pull requests and review threads as the objects of GitHub's GraphQL schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_demo.connection import Object, connection
from learn_demo.exchange import HTML
from learn_demo.people import user_id
from learn_demo.state import Comment, Issue, Pull, Repo, Review, Thread, node_id, sha

if TYPE_CHECKING:
    from collections.abc import Mapping

_INT_LIMIT = 2**31


def actor(login: str | None) -> Object | None:
    """An `Actor`: none if the account was deleted."""
    if login is None:
        return None
    bot = login.endswith('[bot]')
    name = login.removesuffix('[bot]')
    kind = 'Bot' if bot else 'User'
    return {
        '__typename': kind,
        'id': node_id('BOT' if bot else 'U', login),
        'databaseId': user_id(login),
        'login': name,
        'url': f'{HTML}/{"apps/" if bot else ""}{name}',
    }


def repository_alone(repo: Repo) -> Object:
    """A `Repository` without what leads on from it."""
    return {
        '__typename': 'Repository',
        'id': node_id('R', repo.full_name),
        'databaseId': repo.id,
        'name': repo.name,
        'nameWithOwner': repo.full_name,
        'owner': actor(repo.owner),
        'url': f'{HTML}/{repo.full_name}',
        'isPrivate': repo.private,
        'visibility': 'PRIVATE' if repo.private else 'PUBLIC',
        'isFork': False,
        'isArchived': False,
        'hasIssuesEnabled': True,
        'viewerPermission': repo.permission,
    }


def _said(comment: Comment | Issue) -> Object:
    """What every `Comment` of the schema has."""
    fits = comment.id < _INT_LIMIT
    return {
        'id': comment.node_id,
        'databaseId': comment.id if fits else None,  # the schema's Int has 32 bits
        'fullDatabaseId': str(comment.id),
        'author': actor(comment.author),
        'authorAssociation': 'MEMBER',
        'body': comment.body,
        'createdAt': comment.created_at,
        'updatedAt': comment.updated_at,
        'isMinimized': False,
    }


def _talk(repo: Repo, issue: Issue, kind: str) -> Object:
    """What issues and pull requests have in common."""
    return {
        **_said(issue),
        'number': issue.number,
        'title': issue.title,
        'url': f'{HTML}/{repo.full_name}/{kind}/{issue.number}',
        'state': issue.state,
        'closed': issue.state != 'OPEN',
        'closedAt': issue.updated_at if issue.state != 'OPEN' else None,
        'locked': False,
        'repository': lambda _: repository_alone(repo),
        'labels': lambda given: connection(
            'labels', 'Label', [_label(repo, label) for label in issue.labels], given
        ),
        'comments': lambda given: connection(
            'comments',
            'IssueComment',
            [_comment(repo, issue, kind, each) for each in issue.comments],
            given,
        ),
    }


def _label(repo: Repo, name: str) -> Object:
    return {
        '__typename': 'Label',
        'id': node_id('LA', repo.full_name, name),
        'name': name,
        'color': sha(name)[:6],
    }


def _comment(repo: Repo, issue: Issue, kind: str, comment: Comment) -> Object:
    url = f'{HTML}/{repo.full_name}/{kind}/{issue.number}#issuecomment-{comment.id}'
    return {**_said(comment), '__typename': 'IssueComment', 'url': url}


def issue_object(repo: Repo, issue: Issue) -> Object:
    """An `Issue`."""

    def closing(given: Mapping[str, object]) -> Object:
        # Only open ones by default, says GitHub's description: merged ones are closed.
        every = given.get('includeClosedPrs') is True
        pulls = [pull for pull in repo.pulls() if pull.number in issue.closed_by]
        shown = [pull_object(repo, pull) for pull in pulls if every or pull.state == 'OPEN']
        return connection('closedByPullRequestsReferences', 'PullRequest', shown, given)

    return {
        **_talk(repo, issue, 'issues'),
        '__typename': 'Issue',
        'stateReason': None if issue.state == 'OPEN' else 'COMPLETED',
        'closedByPullRequestsReferences': closing,
    }


def pull_object(repo: Repo, pull: Pull) -> Object:
    """A `PullRequest`."""

    def threads(given: Mapping[str, object]) -> Object:
        shown = [thread_object(repo, pull, thread) for thread in pull.threads]
        return connection('reviewThreads', 'PullRequestReviewThread', shown, given)

    def reviews(given: Mapping[str, object]) -> Object:
        return connection(
            'reviews',
            'PullRequestReview',
            [_review(repo, pull, each) for each in pull.reviews],
            given,
        )

    return {
        **_talk(repo, pull, 'pull'),
        '__typename': 'PullRequest',
        'isDraft': False,
        'merged': pull.state == 'MERGED',
        'mergedAt': pull.merged_at,
        'baseRefName': pull.base,
        'headRefName': pull.head,
        'headRefOid': pull.head_sha,
        'headRepositoryOwner': actor(pull.head_owner),
        'isCrossRepository': pull.head_owner != repo.owner,
        'reviewThreads': threads,
        'reviews': reviews,
    }


def _review(repo: Repo, pull: Pull, review: Review) -> Object:
    number = f'pullrequestreview-{review.id}'
    return {
        **_said(review),
        '__typename': 'PullRequestReview',
        'state': review.state,
        'submittedAt': review.created_at,
        'url': f'{HTML}/{repo.full_name}/pull/{pull.number}#{number}',
    }


def thread_object(repo: Repo, pull: Pull, thread: Thread) -> Object:
    """A `PullRequestReviewThread`."""

    def comments(given: Mapping[str, object]) -> Object:
        shown = [_review_comment(repo, pull, thread, each) for each in thread.comments]
        return connection('comments', 'PullRequestReviewComment', shown, given)

    return {
        '__typename': 'PullRequestReviewThread',
        'id': thread.node_id,
        'path': thread.path,
        'line': thread.line,
        'isOutdated': thread.is_outdated,
        'isResolved': thread.is_resolved,
        'isCollapsed': thread.is_resolved,
        'comments': comments,
    }


def _review_comment(repo: Repo, pull: Pull, thread: Thread, comment: Comment) -> Object:
    return {
        **_said(comment),
        '__typename': 'PullRequestReviewComment',
        'path': thread.path,
        'line': thread.line,
        'outdated': thread.is_outdated,
        'diffHunk': '@@ -1 +1 @@',
        'state': 'SUBMITTED',
        'url': f'{HTML}/{repo.full_name}/pull/{pull.number}#discussion_r{comment.id}',
    }
