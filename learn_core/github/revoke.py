"""Undoes what was sent: deletes gists, cancels workflow runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from learn_core.errors import LearnError, NotFoundError
from learn_core.github.http.json import get_in, moment, number, objects, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from learn_core.github.address import Address
    from learn_core.github.http.client import Client

_DESCRIPTION = re.compile(r'Learn materials for plan #(?P<issue>\d{1,9})')
_RUN_PAGE = re.compile(r'https?://[^/]+/(?P<owner>[^/]+)/(?P<repo>[^/]+)/actions/runs/(?P<id>\d+)')
_UNFINISHED = ('queued', 'in_progress', 'waiting', 'pending', 'requested')
_ISSUES_OF_ONE_QUERY = 50
_CLOSED = '... on Issue { closed } ... on PullRequest { closed }'


class OwnGist(NamedTuple):
    """A secret gist of the person whose description is that of a plan's materials; `updated` is in
    seconds since 1970.
    """

    id: str
    url: str
    issue: int
    owner: str
    updated: float


def own_gists(client: Client) -> Iterator[OwnGist]:
    """All of them, the newest first. Raises LearnError."""
    for item in client.pages('gists.list', 'list your gists'):
        named = _DESCRIPTION.fullmatch(text(item, 'description') or '')
        found, url = text(item, 'id'), text(item, 'html_url')
        updated = moment(item, 'updated_at')
        if named and found and url and updated is not None and get_in(item, 'public') is False:
            owner = text(item, 'owner', 'login') or ''
            yield OwnGist(found, url, int(named['issue']), owner, updated)


def cancel_run(client: Client, url: str) -> bool:
    """Cancels a workflow run by its page; False if it had ended, or is gone. Raises LearnError."""
    if has_ended(client, url):
        return False
    try:
        client.rest(
            'actions.cancel_workflow_run', f'cancel the workflow run {url}', **run_of_page(url)
        )
    except LearnError:
        if has_ended(client, url):  # while we asked
            return False
        raise
    return True


def has_ended(client: Client, url: str) -> bool:
    """Has the workflow run with that page ended, or is it gone? Raises LearnError."""
    try:
        run = client.rest('actions.get_workflow_run', f'look for the run {url}', **run_of_page(url))
    except NotFoundError:
        return True
    return text(run, 'status') == 'completed'


def unfinished_runs(client: Client, code: Address, workflow: str, actor: str) -> set[str]:
    """The ids of a person's runs of a workflow that have not ended. Raises LearnError."""
    found: set[str] = set()
    for status in _UNFINISHED:
        try:
            answer = client.rest(
                'actions.list_workflow_runs',
                f'list the runs of {workflow} of {code.full_name}',
                owner=code.owner,
                repo=code.repo,
                workflow_id=workflow,
                actor=actor,
                status=status,
                per_page=100,
            )
        except NotFoundError:  # no such workflow, so none of its runs
            return found
        found |= {str(number(run, 'id')) for run in objects(answer, 'workflow_runs')}
    return found


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
            owner=plan.owner,
            repo=plan.repo,
        )
        closed |= {n for n in some if get_in(found, 'repository', f'i{n}', 'closed') is True}
    return closed


def run_of_page(url: str) -> dict[str, str]:
    """Owner, repository and id of a workflow run by its page. Raises LearnError."""
    page = _RUN_PAGE.fullmatch(url)
    if page is None:
        raise LearnError(
            f'{url[:100]!r} is not the page of a workflow run; look for it under Actions'
        )
    return {'owner': page['owner'], 'repo': page['repo'], 'run_id': page['id']}
