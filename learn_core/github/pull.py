"""The pull request of a plan, and the plan of a branch that has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.github.http.client import Client, query
from learn_core.github.http.json import get_in, number, objects, text
from learn_core.github.issue import plan_of_node

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_BRANCHES = 5
_PREFERENCE = ('OPEN', 'MERGED', 'CLOSED')
_NEWEST = 'first: 100, orderBy: {field: CREATED_AT, direction: DESC}'
_PULL = 'number state createdAt isCrossRepository headRepositoryOwner { login }'


class Pulls(Client):
    """Questions about the pull requests of branches. All raise LearnError."""

    def find_pulls(self, branches: Sequence[str], pull: int | None, pusher: str) -> list[int]:
        """The numbers of the pull requests of the first branch that has any, else of the one named.

        Best first: one whose branch is in a repository of `pusher`, one whose branch is in this
        repository before those of forks, open before merged before closed, then the newest.
        """
        wanted = [branch for branch in dict.fromkeys(branches) if branch][:_MOST_BRANCHES]
        asked = [
            f'branch{n}: pullRequests(headRefName: $branch{n}, {_NEWEST}) {{ nodes {{ {_PULL} }} }}'
            for n in range(len(wanted))
        ]
        if pull is not None:
            asked.append(f'named: pullRequest(number: {pull:d}) {{ {_PULL} }}')
        if not asked:
            return []
        variables = ''.join(f', $branch{n}: String!' for n in range(len(wanted)))
        found = self.graphql(
            f'query Pulls($owner: String!, $repo: String!{variables}) '
            f'{{ repository(owner: $owner, name: $repo) {{ {" ".join(asked)} }} }}',
            f'look for the pull request in {self.address.full_name}',
            **self.address.place,
            **{f'branch{n}': branch for n, branch in enumerate(wanted)},
        )
        lists = (objects(found, 'repository', f'branch{n}', 'nodes') for n in range(len(wanted)))
        nodes = next(filter(None, lists), [get_in(found, 'repository', 'named')])
        nodes.sort(key=lambda node: text(node, 'createdAt') or '', reverse=True)
        nodes.sort(key=lambda node: _rank(node, pusher))
        numbers = [number(node, 'number') for node in nodes]
        return [pull for pull in numbers if pull is not None]

    def plan_of_branch(
        self, branch: str, *, owner: str, labels: Sequence[str], is_merged: bool = False
    ) -> str:
        """The page of a branch's plan: the open pull request (with `is_merged`, else the newest
        merged one) whose head is this branch in a repository of `owner`, or the issue that it
        closes if exactly one of these is marked. Empty while there is no such pull request.
        """
        doing = f'look for the pull request of {branch} in {self.address.full_name}'
        found = self.graphql(query('plans'), doing, **self.address.place, branch=branch)
        pulls = objects(found, 'repository', 'pullRequests', 'nodes')
        for state in ('OPEN', 'MERGED') if is_merged else ('OPEN',):
            for pull in pulls:
                login = text(pull, 'headRepositoryOwner', 'login') or ''
                if text(pull, 'state') == state and login.lower() == owner.lower():
                    closes = objects(pull, 'closingIssuesReferences', 'nodes')
                    marked = [one for one in closes if plan_of_node(one).is_marked(labels)]
                    return text(marked[0] if len(marked) == 1 else pull, 'url') or ''
        return ''


def _rank(node: object, pusher: str) -> tuple[bool, bool, int]:
    state = text(node, 'state')
    owner = text(node, 'headRepositoryOwner', 'login') or ''  # none where the fork was deleted
    from_fork = get_in(node, 'isCrossRepository') is True
    order = _PREFERENCE.index(state) if state in _PREFERENCE else len(_PREFERENCE)
    return owner.lower() != pusher.lower(), from_fork, order
