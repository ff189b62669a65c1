"""The pull request of a plan, the plan of a branch that has one, heads of merged ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.github.http.json import get_in, number, objects, text
from learn_core.github.issue import plan_of_node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learn_core.github.address import Address
    from learn_core.github.http.client import Client

MOST_HEADS = 20  # pull requests of one question for head branches
_MOST_BRANCHES = 5
_PREFERENCE = ('OPEN', 'MERGED', 'CLOSED')

_PULL = 'number state createdAt isCrossRepository headRepositoryOwner { login }'


_PLANS = """
query Plans($owner: String!, $repo: String!, $branch: String!) {
  repository(owner: $owner, name: $repo) {
    pullRequests(
      headRefName: $branch, first: 20, orderBy: {field: CREATED_AT, direction: DESC}
    ) {
      nodes {
        number url state isCrossRepository headRepositoryOwner { login }
        closingIssuesReferences(first: 50) {
          nodes { number url body labels(first: 50) { nodes { name } } }
        }
      }
    }
  }
}
"""


def find_pulls(
    client: Client,
    code: Address,
    branches: Sequence[str],
    pull: int | None,
    pusher: str = '',
) -> list[int]:
    """The numbers of the pull requests of the first branch that has any, else of the one named.

    Best first: one whose branch is in a repository of `pusher`, one whose branch is in this
    repository before those of other forks, open before merged before closed, then the newest.
    Raises LearnError.
    """
    wanted = [branch for branch in dict.fromkeys(branches) if branch][:_MOST_BRANCHES]
    if not wanted and pull is None:
        return []
    found = client.graphql(
        _pulls_query(len(wanted), pull),
        f'look for the pull request in {code.full_name}',
        **code.place,
        **{f'branch{index}': branch for index, branch in enumerate(wanted)},
    )
    for index in range(len(wanted)):
        nodes = objects(found, 'repository', f'branch{index}', 'nodes')
        if nodes:
            nodes.sort(key=lambda node: text(node, 'createdAt') or '', reverse=True)
            return _numbers(sorted(nodes, key=lambda node: _rank(node, pusher)))
    return _numbers([get_in(found, 'repository', 'named')])


def plan_of_branch(
    client: Client,
    code: Address,
    branch: str,
    *,
    owner: str,
    labels: Sequence[str],
    is_merged: bool = False,
) -> str:
    """The page of a branch's plan: the open pull request (with `is_merged`, else the newest merged
    one) whose head is this branch in a repository of `owner`, or the issue that it closes if
    exactly one of these is marked. Empty if there is no such pull request. Raises LearnError.
    """
    found = client.graphql(
        _PLANS,
        f'look for the pull request of {branch} in {code.full_name}',
        **code.place,
        branch=branch,
    )
    pulls = objects(found, 'repository', 'pullRequests', 'nodes')
    states = ('OPEN', 'MERGED') if is_merged else ('OPEN',)
    for state in states:
        for pull in pulls:
            login = text(pull, 'headRepositoryOwner', 'login') or ''
            if text(pull, 'state') == state and login.lower() == owner.lower():
                closes = objects(pull, 'closingIssuesReferences', 'nodes')
                marked = [one for one in closes if plan_of_node(one).is_marked(labels)]
                return text(marked[0] if len(marked) == 1 else pull, 'url') or ''
    return ''


def ask_heads(client: Client, code: Address, numbers: Sequence[int]) -> dict[int, str]:
    """The head branch of each of the first 20 pull requests; numbers of issues are left out."""
    wanted = list(dict.fromkeys(numbers))[:MOST_HEADS]
    if not wanted:
        return {}
    asked = ' '.join(f'p{n}: pullRequest(number: {n:d}) {{ headRefName }}' for n in wanted)
    found = client.graphql(
        'query Heads($owner: String!, $repo: String!) '
        f'{{ repository(owner: $owner, name: $repo) {{ {asked} }} }}',
        f'read the merged pull requests of {code.full_name}',
        **code.place,
    )
    heads = {n: text(found, 'repository', f'p{n}', 'headRefName') for n in wanted}
    return {n: head for n, head in heads.items() if head}


def _pulls_query(branches: int, pull: int | None) -> str:
    newest = 'first: 100, orderBy: {field: CREATED_AT, direction: DESC}'
    variables = ''.join(f', $branch{index}: String!' for index in range(branches))
    asked = [
        f'branch{index}: pullRequests(headRefName: $branch{index}, {newest}) '
        f'{{ nodes {{ {_PULL} }} }}'
        for index in range(branches)
    ]
    if pull is not None:
        asked.append(f'named: pullRequest(number: {pull:d}) {{ {_PULL} }}')
    return (
        f'query Pulls($owner: String!, $repo: String!{variables}) '
        f'{{ repository(owner: $owner, name: $repo) {{ {" ".join(asked)} }} }}'
    )


def _rank(node: object, pusher: str) -> tuple[bool, bool, int]:
    state = text(node, 'state')
    owner = text(node, 'headRepositoryOwner', 'login') or ''  # none where the fork was deleted
    from_fork = get_in(node, 'isCrossRepository') is True
    order = _PREFERENCE.index(state) if state in _PREFERENCE else len(_PREFERENCE)
    return owner.lower() != pusher.lower(), from_fork, order


def _numbers(nodes: Sequence[object]) -> list[int]:
    found = [number(node, 'number') for node in nodes]
    return [pull for pull in found if pull is not None]
