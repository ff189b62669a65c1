"""The root of GitHub's GraphQL schema, as the owner of a token sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_demo.exchange import Call, may_read
from learn_demo.objects import actor, either_object, repository_object, thread_object
from learn_demo.queries import FieldError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learn_demo.queries import Object


def root(call: Call) -> Object:
    """The `Query` of the caller."""
    return {
        'viewer': lambda _: actor(call.login),
        'repository': lambda given: _repository(call, given),
        'node': lambda given: _node(call, str(given['id'])),
    }


def _repository(call: Call, given: Mapping[str, object]) -> Object:
    name = f'{given["owner"]}/{given["name"]}'
    repo = call.hub.repo(name)
    if repo is None or not may_read(repo, call.scopes):
        raise FieldError('NOT_FOUND', f"Could not resolve to a Repository with the name '{name}'.")
    return repository_object(repo)


def _node(call: Call, wanted: str) -> Object:
    """An issue, a pull request or a review thread by its id."""
    for repo in call.hub.repos.values():
        if may_read(repo, call.scopes):
            for issue in repo.issues.values():
                if issue.node_id == wanted:
                    return either_object(repo, issue.number)
            for pull in repo.pulls():
                for thread in pull.threads:
                    if thread.node_id == wanted:
                        return thread_object(repo, pull, thread)
    raise FieldError('NOT_FOUND', f"Could not resolve to a node with the global id of '{wanted}'")
