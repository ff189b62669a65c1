"""The plan with its comments, and in the same query whether the workflow can be started; the plan
of a branch, and pull requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learn_core.errors import NotFoundError
from learn_core.github.address import beside
from learn_core.github.http.answers import get_in, incomplete, next_page, number, objects, text
from learn_core.github.http.client import query
from learn_core.github.workflow import Workflows, workflow_of, workflow_variables
from learn_core.plans.plan import plan_issue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learn_core.github.address import Address
    from learn_core.github.workflow import WorkflowFile
    from learn_core.plans.plan import PlanIssue

_MOST_HEADS = 20
_MOST_BRANCHES = 5
_PREFERENCE = ('OPEN', 'MERGED', 'CLOSED')
_NEWEST = 'first: 100, orderBy: {field: CREATED_AT, direction: DESC}'
_PULL = 'number state createdAt isCrossRepository headRepositoryOwner { login }'
_NUMBERS_OF_ONE_QUERY = 50
_FIELDS = '... on Issue { closed } ... on PullRequest { closed headRefName }'


@dataclass(frozen=True, kw_only=True)
class PlanAnswer:
    """The plan and where its work is: `code` holds the pull request and the workflow.

    `is_private`: nobody outside sees the plan or a run's inputs; `plan_is_private`: the plan.
    `node_id` is the plan's, which outlives a renamed repository.
    """

    plan: PlanIssue
    code: Address
    workflow: WorkflowFile
    is_private: bool
    plan_is_private: bool
    node_id: str = ''


class Plans(Workflows):
    """Questions about issues and pull requests. All raise LearnError."""

    def plan(self, number: int, *, workflow: str, ref: str) -> PlanAnswer:
        """The issue or pull request with all its comments, and whether the workflow can be started:
        nothing is uploaded in vain. NotFoundError: there is none.

        `ref` falls back to the default branch. `address` becomes what the plan's header says.
        """
        doing = f'read issue #{number} of {self.plan_address.full_name}'
        data = self.graphql(
            query('plan'),
            doing,
            planOwner=self.plan_address.owner,
            planRepo=self.plan_address.repo,
            number=number,
            **workflow_variables(self.address, workflow, ref),
        )
        issue = self._issue(number, data, doing)
        elsewhere = self._source_repo(issue)
        if elsewhere is not None:
            self.address = elsewhere
            asked = self.code(workflow, ref)
            data = {**asked, 'plan': get_in(data, 'plan')} if isinstance(asked, dict) else {}
        return PlanAnswer(
            plan=issue,
            code=self.address,
            workflow=workflow_of(data, self.address, workflow, ref, self.store_kind),
            node_id=text(data, 'plan', 'issueOrPullRequest', 'id') or '',
            plan_is_private=get_in(data, 'plan', 'isPrivate') is True,
            is_private=all(get_in(data, key, 'isPrivate') is True for key in ('plan', 'code')),
        )

    def closed_plans(self, numbers: Sequence[int]) -> set[int]:
        """Which of these issues and pull requests of the plans' repository are closed."""
        found = self._by_number(self.plan_address, numbers)
        return {n for n, node in found.items() if get_in(node, 'closed') is True}

    def head_branches(self, numbers: Sequence[int]) -> dict[int, str]:
        """The head branch of each of the first 20 pull requests; numbers of issues are left out."""
        found = self._by_number(self.address, list(dict.fromkeys(numbers))[:_MOST_HEADS])
        heads = {n: text(node, 'headRefName') for n, node in found.items()}
        return {n: head for n, head in heads.items() if head}

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

    def _by_number(self, where: Address, numbers: Sequence[int]) -> dict[int, object]:
        wanted = list(dict.fromkeys(numbers))
        found: dict[int, object] = {}
        for start in range(0, len(wanted), _NUMBERS_OF_ONE_QUERY):
            some = wanted[start : start + _NUMBERS_OF_ONE_QUERY]
            asked = [f'n{n}: issueOrPullRequest(number: {n:d}) {{ {_FIELDS} }}' for n in some]
            data = self.graphql(
                'query Numbers($owner: String!, $repo: String!) '
                f'{{ repository(owner: $owner, name: $repo) {{ {" ".join(asked)} }} }}',
                f'read issues and pull requests of {where.full_name}',
                **where.place,
            )
            found |= {n: get_in(data, 'repository', f'n{n}') for n in some}
        return found

    def _issue(self, wanted: int, data: object, doing: str) -> PlanIssue:
        where = self.plan_address
        if get_in(data, 'plan') is None:
            cure = 'check the remote and what the token may read'
            if self.lacks('repo'):
                cure = 'add the scope that private ones need, with `gh auth refresh --scopes repo`'
            raise NotFoundError(
                f'{where.host} shows no repository {where.full_name} to this token; {cure}'
            )
        found = get_in(data, 'plan', 'issueOrPullRequest')
        if found is None:
            raise NotFoundError(
                f'{where.full_name} has no issue #{wanted}; check the number and the repository'
            )
        if number(found, 'number') is None or text(found, 'url') is None:
            raise incomplete(doing)
        page = get_in(found, 'comments')
        comments = objects(page, 'nodes')
        while (after := next_page(page)) is not None:
            more = self.graphql(query('comments'), doing, **where.place, number=wanted, after=after)
            page = get_in(more, 'repository', 'issueOrPullRequest', 'comments')
            if page is None:
                raise incomplete(doing)
            comments += objects(page, 'nodes')
        return plan_of_node(found, [text(comment, 'body') or '' for comment in comments])

    def _source_repo(self, issue: PlanIssue) -> Address | None:
        """The repository that the header names, where the plans have one of their own."""
        code = self.address.full_name.lower()
        named = issue.header.source_repo if issue.header is not None else None
        if named is None or code in (named.lower(), self.plan_address.full_name.lower()):
            return None
        return beside(self.address, named)


def plan_of_node(node: object, comments: Sequence[str] = ()) -> PlanIssue:
    """An issue or pull request of a GraphQL answer, as far as its fields were asked for."""
    return plan_issue(
        number=number(node, 'number') or 0,
        url=text(node, 'url') or '',
        title=text(node, 'title') or '',
        body=text(node, 'body') or '',
        labels=[text(label, 'name') or '' for label in objects(node, 'labels', 'nodes')],
        comments=comments,
        created=text(node, 'createdAt') or '',
        is_closed=get_in(node, 'closed') is True,
        is_pull=text(node, '__typename') == 'PullRequest',
        head_branch=text(node, 'headRefName') or '',
    )


def _rank(node: object, pusher: str) -> tuple[bool, bool, int]:
    state = text(node, 'state')
    owner = text(node, 'headRepositoryOwner', 'login') or ''  # none where the fork was deleted
    from_fork = get_in(node, 'isCrossRepository') is True
    order = _PREFERENCE.index(state) if state in _PREFERENCE else len(_PREFERENCE)
    return owner.lower() != pusher.lower(), from_fork, order
