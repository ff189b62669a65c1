"""How a workflow run ended, or its cancellation, and what happened to the plan since its start."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from learn_core.errors import LearnError, NotFoundError
from learn_core.github.http.client import Client, query
from learn_core.github.http.json import get_in, moment, number, objects, text
from learn_core.github.issue import plan_of_node
from learn_core.plans.plan import LEARN_LABEL

if TYPE_CHECKING:
    from collections.abc import Sequence

_DELETED = 'deleted'
_PAGE = re.compile(r'https?://[^/]+/(?P<owner>[^/]+)/(?P<repo>[^/]+)/actions/runs/(?P<run_id>\d+)')


class RunEnd(NamedTuple):
    """`conclusion` is GitHub's (`success`, `failure`, `cancelled`, `timed_out`, …), or `deleted`;
    empty while the run is under way. `failed_at` is the step that failed, or else the job.
    """

    conclusion: str
    failed_at: str = ''


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """The documentation issue that the run wrote (its number and page, 0 for none), and when the
    plan's pull request was merged and last reviewed: seconds since 1970, 0 for never.
    """

    issue: int = 0
    issue_url: str = ''
    merged: float = 0.0
    reviewed: float = 0.0


class Runs(Client):
    """Questions about workflow runs by their pages. All raise LearnError."""

    def run_end(self, url: str) -> RunEnd:
        """How the run ended: one request, two if it failed."""
        try:
            run = self._run(url)
            if text(run, 'status') != 'completed':
                return RunEnd('')
            conclusion = text(run, 'conclusion') or 'failure'
            if conclusion == 'success':
                return RunEnd(conclusion)
            doing, asked = f'look for the jobs of {url}', {**_place_of(url), 'per_page': 100}
            jobs = self.rest('actions.list_jobs_for_workflow_run', doing, **asked)
        except NotFoundError:
            return RunEnd(_DELETED)
        return RunEnd(conclusion, _failed_at(objects(jobs, 'jobs'), conclusion))

    def cancel_run(self, url: str) -> bool:
        """Cancels the run; False if it had ended, or is gone."""
        if self._has_ended(url):
            return False
        doing = f'cancel the workflow run {url}'
        try:
            self.rest('actions.cancel_workflow_run', doing, **_place_of(url))
        except LearnError:
            if self._has_ended(url):  # while we asked
                return False
            raise
        return True

    def aftermath(self, plan: int, *, branch: str, pull: int | None = None) -> Aftermath:
        """What came of a plan: its documentation issue, and merge and reviews of its pull request,
        the one of that number or else those of the branch. One request.
        """
        found = self.graphql(
            query('aftermath'),
            f'see what came of plan #{plan} in {self.address.full_name}',
            **self.address.place,
            labels=[LEARN_LABEL],
            byNumber=pull is not None,
            pull=pull or 0,
            branch=branch,
        )
        pulls = objects(found, 'repository', 'pullRequests', 'nodes')
        pulls += [get_in(found, 'repository', 'pullRequest')]
        issues = objects(found, 'repository', 'issues', 'nodes')
        headers = ((one, plan_of_node(one).header) for one in issues)
        ours = (one for one, header in headers if header and header.learned_from_issue == str(plan))
        issue = next(ours, None)
        return Aftermath(
            issue=number(issue, 'number') or 0,
            issue_url=text(issue, 'url') or '',
            merged=max((moment(one, 'mergedAt') or 0.0 for one in pulls), default=0.0),
            reviewed=max((_reviewed(one) for one in pulls), default=0.0),
        )

    def _run(self, url: str) -> object:
        doing = f'look for the workflow run {url}'
        return self.rest('actions.get_workflow_run', doing, **_place_of(url))

    def _has_ended(self, url: str) -> bool:
        try:
            return text(self._run(url), 'status') == 'completed'
        except NotFoundError:
            return True


def _place_of(url: str) -> dict[str, str]:
    """Owner, repository and id of a workflow run by its page. Raises LearnError."""
    page = _PAGE.fullmatch(url)
    if page is None:
        raise LearnError(
            f'{url[:100]!r} is not the page of a workflow run; look for it under Actions'
        )
    return page.groupdict()


def _failed_at(jobs: Sequence[object], conclusion: str) -> str:
    failed = [job for job in jobs if text(job, 'conclusion') in (conclusion, 'failure')]
    for job in failed:
        for step in objects(job, 'steps'):
            if text(step, 'conclusion') in (conclusion, 'failure'):
                return text(step, 'name') or ''
    return text(failed[0], 'name') or '' if failed else ''


def _reviewed(pull: object) -> float:
    reviews = [one for one in objects(pull, 'reviews', 'nodes') if text(one, 'state') != 'PENDING']
    return max((moment(review, 'submittedAt') or 0.0 for review in reviews), default=0.0)
