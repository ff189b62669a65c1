"""The plan with its comments, and in the same query whether the workflow can be started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learn_core.errors import NotFoundError
from learn_core.github.address import beside
from learn_core.github.http.errors import incomplete
from learn_core.github.http.json import get_in, next_page, number, objects, text
from learn_core.github.workflow import WORKFLOW_FIELDS, workflow_of, workflow_variables
from learn_core.plans.plan import plan_issue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learn_core.github.address import Address
    from learn_core.github.http.client import Client
    from learn_core.github.workflow import WorkflowFile
    from learn_core.plans.plan import PlanIssue

_ISSUES_OF_ONE_QUERY = 50
_CLOSED = '... on Issue { closed } ... on PullRequest { closed }'
_COMMENTS = 'nodes { body } pageInfo { hasNextPage endCursor }'

_PLAN = f"""
        id number url title body createdAt closed
        labels(first: 100) {{ nodes {{ name }} }}
        comments(first: 100) {{ {_COMMENTS} }}
"""
_QUERY = f"""
query Plan(
  $planOwner: String!, $planRepo: String!, $number: Int!,
  $owner: String!, $repo: String!, $ref: String!, $onRef: String!, $onHead: String!
) {{
  viewer {{ login }}
  plan: repository(owner: $planOwner, name: $planRepo) {{
    isPrivate
    issueOrPullRequest(number: $number) {{
      __typename
      ... on Issue {{ {_PLAN} }}
      ... on PullRequest {{ {_PLAN} headRefName }}
    }}
  }}
  code: repository(owner: $owner, name: $repo) {{ {WORKFLOW_FIELDS} }}
}}
"""

_MORE_COMMENTS = f"""
query Comments($owner: String!, $repo: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $repo) {{
    issueOrPullRequest(number: $number) {{
      ... on Issue {{ comments(first: 100, after: $after) {{ {_COMMENTS} }} }}
      ... on PullRequest {{ comments(first: 100, after: $after) {{ {_COMMENTS} }} }}
    }}
  }}
}}
"""

CODE = f"""
query Code($owner: String!, $repo: String!, $ref: String!, $onRef: String!, $onHead: String!) {{
  viewer {{ login }}
  code: repository(owner: $owner, name: $repo) {{ {WORKFLOW_FIELDS} }}
}}
"""


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


def ask_plan(
    client: Client,
    number: int,
    *,
    plan: Address,
    code: Address,
    workflow: str,
    ref: str,
    store: str = 'gist',
) -> PlanAnswer:
    """The issue or pull request with all its comments. Raises NotFoundError if there is none."""
    doing = f'read issue #{number} of {plan.full_name}'
    data = client.graphql(
        _QUERY,
        doing,
        planOwner=plan.owner,
        planRepo=plan.repo,
        number=number,
        **workflow_variables(code, workflow, ref),
    )
    issue = _issue(client, number, data, plan, doing)
    elsewhere = _source_repo(issue, plan, code)
    if elsewhere is not None:
        code = elsewhere
        asked = client.graphql(
            CODE, f'read {code.full_name}', **workflow_variables(code, workflow, ref)
        )
        data = {**asked, 'plan': get_in(data, 'plan')} if isinstance(asked, dict) else {}
    return PlanAnswer(
        plan=issue,
        code=code,
        workflow=workflow_of(data, code, workflow, ref, store),
        node_id=text(data, 'plan', 'issueOrPullRequest', 'id') or '',
        plan_is_private=get_in(data, 'plan', 'isPrivate') is True,
        is_private=all(get_in(data, key, 'isPrivate') is True for key in ('plan', 'code')),
    )


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


def closed_issues(client: Client, plan: Address, numbers: Sequence[int]) -> set[int]:
    """Which of these issues and pull requests exist and are closed. Raises LearnError."""
    wanted = list(dict.fromkeys(numbers))
    closed: set[int] = set()
    for start in range(0, len(wanted), _ISSUES_OF_ONE_QUERY):
        some = wanted[start : start + _ISSUES_OF_ONE_QUERY]
        asked = ' '.join(f'i{n}: issueOrPullRequest(number: {n:d}) {{ {_CLOSED} }}' for n in some)
        found = client.graphql(
            'query Closed($owner: String!, $repo: String!) '
            f'{{ repository(owner: $owner, name: $repo) {{ {asked} }} }}',
            f'read the issues of {plan.full_name}',
            **plan.place,
        )
        closed |= {n for n in some if get_in(found, 'repository', f'i{n}', 'closed') is True}
    return closed


def _issue(client: Client, wanted: int, data: object, plan: Address, doing: str) -> PlanIssue:
    if get_in(data, 'plan') is None:
        cure = 'check the remote and what the token may read'
        if client.lacks('repo'):
            cure = 'add the scope that private ones need, with `gh auth refresh --scopes repo`'
        raise NotFoundError(
            f'{plan.host} shows no repository {plan.full_name} to this token; {cure}'
        )
    found = get_in(data, 'plan', 'issueOrPullRequest')
    if found is None:
        raise NotFoundError(
            f'{plan.full_name} has no issue #{wanted}; check the number and the repository'
        )
    got, url = number(found, 'number'), text(found, 'url')
    if got is None or url is None:
        raise incomplete(doing)
    return plan_of_node(found, _comments(client, wanted, get_in(found, 'comments'), plan, doing))


def _comments(client: Client, wanted: int, page: object, plan: Address, doing: str) -> list[str]:
    bodies = [text(comment, 'body') or '' for comment in objects(page, 'nodes')]
    while (after := next_page(page)) is not None:
        data = client.graphql(
            _MORE_COMMENTS,
            doing,
            **plan.place,
            number=wanted,
            after=after,
        )
        page = get_in(data, 'repository', 'issueOrPullRequest', 'comments')
        if page is None:
            raise incomplete(doing)
        bodies += [text(comment, 'body') or '' for comment in objects(page, 'nodes')]
    return bodies


def _source_repo(issue: PlanIssue, plan: Address, code: Address) -> Address | None:
    """The repository that the header names, where the plans have one of their own."""
    named = issue.header.source_repo if issue.header is not None else None
    if named is None or plan.full_name.lower() == code.full_name.lower():
        return None
    return None if named.lower() == code.full_name.lower() else beside(code, named)
