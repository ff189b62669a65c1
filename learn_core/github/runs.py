"""Workflow runs: how one ended, or its cancellation, what happened to the plan since its start, and
what a repository learned lately, on all machines.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from learn_core.errors import LearnError, NotFoundError
from learn_core.github.http.answers import get_in, moment, number, objects, text
from learn_core.github.http.client import Client, query
from learn_core.github.issue import plan_of_node
from learn_core.plans.plan import LEARN_LABEL
from learn_core.push.branch_names import is_old_form, number_in

if TYPE_CHECKING:
    from collections.abc import Sequence

_DELETED = 'deleted'
_DAYS = 30
_MOST_PAGES = 3  # of a team's runs; with the query, four requests
_PER_PAGE = 100
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


class LearnRun(NamedTuple):
    """A run of the workflow; `plan` is None where its title names none. `state` is how it ended,
    or its status. `began` is in seconds since 1970.
    """

    plan: int | None
    state: str
    actor: str
    began: float
    url: str


class Page(NamedTuple):
    """An issue or pull request; `plan` is the plan that it belongs to, 0 where it says none."""

    number: int
    title: str
    url: str
    plan: int


@dataclass(frozen=True, kw_only=True)
class Team:
    """Of the last 30 days, newest first. `unlearned` are merged pull requests of plans of which
    there is neither a run nor a documentation issue.
    """

    runs: Sequence[LearnRun]
    documents: Sequence[Page]
    unlearned: Sequence[Page]


class Runs(Client):
    """Questions about workflow runs, by their pages or of everyone. All raise LearnError."""

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

    def team(self, *, workflow: str, labels: Sequence[str]) -> Team:
        """At most four requests. `labels` mark a plan. Raises LearnError."""
        since = self.now() - _DAYS * 86_400
        date = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(since))
        found = self.graphql(
            query('team'),
            f'read the documentation issues of {self.address.full_name}',
            **self.address.place,
            labels=[LEARN_LABEL],
            since=date,
        )
        runs = self._runs(workflow, date)
        documents = [_document(node) for node in objects(found, 'repository', 'issues', 'nodes')]
        learned = {run.plan for run in runs} | {page.plan for page in documents}
        unlearned = []
        for pull in objects(found, 'repository', 'pullRequests', 'nodes'):
            plans = _plans(pull, labels)
            is_recent = (moment(pull, 'mergedAt') or 0.0) >= since
            if plans and is_recent and learned.isdisjoint(plans):
                unlearned.append(_page(pull, plans[0]))
        return Team(runs=runs, documents=documents, unlearned=unlearned)

    def _runs(self, workflow: str, since: str) -> list[LearnRun]:
        doing = f'list the runs of {workflow}'
        asked = {'workflow_id': workflow, 'created': f'>={since}', 'per_page': _PER_PAGE}
        runs: list[LearnRun] = []
        for page in range(1, _MOST_PAGES + 1):
            answer = self.rest(
                'actions.list_workflow_runs', doing, **self.address.place, **asked, page=page
            )
            found = objects(answer, 'workflow_runs')
            runs += map(_learn_run, found)
            if len(found) < _PER_PAGE:
                break
        return runs

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


def _learn_run(run: object) -> LearnRun:
    named = re.search(r'\d{1,9}', text(run, 'display_title') or '')
    return LearnRun(
        plan=int(named[0]) if named else None,
        state=text(run, 'conclusion') or text(run, 'status') or 'unknown',
        actor=text(run, 'triggering_actor', 'login') or text(run, 'actor', 'login') or 'unknown',
        began=moment(run, 'created_at') or 0.0,
        url=text(run, 'html_url') or '',
    )


def _document(node: object) -> Page:
    header = plan_of_node(node).header
    named = re.search(r'\d{1,9}\Z', (header and header.learned_from_issue) or '')
    return _page(node, int(named[0]) if named else 0)


def _plans(pull: object, labels: Sequence[str]) -> list[int]:
    """The plans that a merged pull request belongs to: marked issues that it closes, itself, or
    the one that its branch names. None for documentation that learning wrote.
    """
    around = [*objects(pull, 'closingIssuesReferences', 'nodes'), pull]
    found = [plan_of_node(node) for node in around]
    if any(issue.is_learned for issue in found):
        return []
    head = text(pull, 'headRefName') or ''
    named = None if is_old_form(head) else number_in(head)
    marked = [issue.number for issue in found if issue.is_marked(labels)]
    return marked + ([named] if named else [])


def _page(node: object, plan: int) -> Page:
    title, url = text(node, 'title') or '', text(node, 'url') or ''
    return Page(number(node, 'number') or 0, title, url, plan)
