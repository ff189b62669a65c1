"""GitHub's GraphQL schema from its root down to issues and pull requests."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from learn_demo.connection import Object, connection
from learn_demo.exchange import Call, may_read
from learn_demo.graphql import FieldError
from learn_demo.objects import (
    actor,
    issue_object,
    pull_object,
    repository_alone,
    thread_object,
)
from learn_demo.repos import LIMIT
from learn_demo.state import Pull, Repo, node_id, sha

if TYPE_CHECKING:
    from collections.abc import Mapping


def root(call: Call) -> Object:
    """The `Query` of the caller."""
    return {
        '__typename': 'Query',
        'viewer': lambda _: actor(call.login),
        'rateLimit': lambda _: _rate_limit(),
        'repository': lambda given: _repository_of(call, given),
        'node': lambda given: _node(call, str(given['id'])),
    }


def _rate_limit() -> Object:
    reset = datetime.fromtimestamp(time.time() + 3600, timezone.utc)
    return {
        '__typename': 'RateLimit',
        'cost': 1,
        'limit': LIMIT,
        'nodeCount': 0,
        'remaining': LIMIT - 1,
        'used': 1,
        'resetAt': reset.strftime('%Y-%m-%dT%H:%M:%SZ'),
    }


def _repository_of(call: Call, given: Mapping[str, object]) -> Object:
    name = f'{given["owner"]}/{given["name"]}'
    repo = call.hub.repo(name)
    if repo is None or not may_read(repo, call.scopes):
        raise FieldError('NOT_FOUND', f"Could not resolve to a Repository with the name '{name}'.")
    return _repository(repo)


def _repository(repo: Repo) -> Object:
    return {
        **repository_alone(repo),
        'defaultBranchRef': lambda _: _ref(repo, repo.default_branch),
        'ref': lambda given: _ref(repo, str(given['qualifiedName'])),
        'object': lambda given: _git_object(repo, str(given.get('expression'))),
        'issue': lambda given: _issue_of(repo, given['number']),
        'pullRequest': lambda given: _pull_of(repo, given['number']),
        'issueOrPullRequest': lambda given: _either_of(repo, given['number']),
        'pullRequests': lambda given: connection(
            'pullRequests',
            'PullRequest',
            [pull_object(repo, pull) for pull in _asked_for(repo, given)],
            given,
        ),
    }


def _ref(repo: Repo, name: str) -> Object | None:
    branch = name.removeprefix('refs/heads/')
    if not repo.has_branch(branch):
        return None
    return {
        '__typename': 'Ref',
        'id': node_id('REF', repo.full_name, branch),
        'name': branch,
        'prefix': 'refs/heads/',
        'target': _commit(repo, branch),
    }


def _commit(repo: Repo, branch: str) -> Object:
    oid = sha(repo.full_name, branch)
    return {'__typename': 'Commit', 'id': node_id('C', oid), 'oid': oid}


def _git_object(repo: Repo, expression: str) -> Object | None:
    """`branch:path` is a file, a branch alone its commit; HEAD is the default branch."""
    revision, _, path = expression.partition(':')
    branch = repo.default_branch if revision == 'HEAD' else revision.removeprefix('refs/heads/')
    if not path:
        return _commit(repo, branch) if repo.has_branch(branch) else None
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


def _either_of(repo: Repo, number: object) -> Object:
    issue = repo.issues.get(number) if isinstance(number, int) else None
    if issue is None:
        raise _missing('an issue or pull request', number)
    return pull_object(repo, issue) if isinstance(issue, Pull) else issue_object(repo, issue)


def _asked_for(repo: Repo, given: Mapping[str, object]) -> list[Pull]:
    states, order = given.get('states'), given.get('orderBy')
    wanted = [
        pull
        for pull in repo.pulls()
        if given.get('headRefName') in (None, pull.head)
        and given.get('baseRefName') in (None, pull.base)
        and (states is None or pull.state in (states if isinstance(states, list) else [states]))
    ]
    by = order if isinstance(order, dict) else {'field': 'CREATED_AT', 'direction': 'ASC'}
    wanted.sort(
        key=lambda pull: (
            pull.updated_at if by['field'] == 'UPDATED_AT' else pull.created_at,
            pull.number,
        ),
        reverse=by['direction'] == 'DESC',
    )
    return wanted


def _node(call: Call, wanted: str) -> Object:
    """An object by its GraphQL id: issues, pull requests and review threads can be come back to."""
    for repo in call.hub.repos.values():
        if may_read(repo, call.scopes):
            for issue in repo.issues.values():
                if issue.node_id == wanted:
                    return _either_of(repo, issue.number)
            for pull in repo.pulls():
                for thread in pull.threads:
                    if thread.node_id == wanted:
                        return thread_object(repo, pull, thread)
    raise FieldError('NOT_FOUND', f"Could not resolve to a node with the global id of '{wanted}'")
