"""What a repository learned lately, on all machines."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from learn_core.github.http.client import Client, query
from learn_core.github.http.json import moment, number, objects, text
from learn_core.github.issue import plan_of_node
from learn_core.plans.plan import LEARN_LABEL
from learn_core.push.branch_names import is_old_form, number_in

if TYPE_CHECKING:
    from collections.abc import Sequence

_DAYS = 30
_MOST_PAGES = 3  # of runs; with the query, four requests
_PER_PAGE = 100


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


class Teams(Client):
    """The question about all machines."""

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
            runs += map(_run, found)
            if len(found) < _PER_PAGE:
                break
        return runs


def _run(run: object) -> LearnRun:
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
