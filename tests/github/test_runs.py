"""How a workflow run ended, and what came of its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError
from learn_core.github import Aftermath, RunEnd, WorkflowRun
from tests.github.conftest import REPO

if TYPE_CHECKING:
    from learn_core.github import GitHub
    from learn_core.materials.packed import Packed
    from learn_demo import StandIn

LEARNED = """<!-- erk:metadata-block:plan-header -->
```yaml
learned_from_issue: {}
```
<!-- /erk:metadata-block:plan-header -->
"""


@pytest.fixture
def run(hub: StandIn, github: GitHub, packed: Packed) -> WorkflowRun:
    hub.add_issue(REPO, 5)
    workflow = github.plan(5, workflow='learn.yml', ref='master').workflow
    run = github.start(5, github.store().put(5, packed), workflow, 'mark')
    assert run is not None
    return run


def test_a_run_that_is_under_way_has_no_end(github: GitHub, run: WorkflowRun) -> None:
    assert github.run_end(run.url) == RunEnd('')


@pytest.mark.parametrize(
    ('conclusion', 'step', 'end'),
    [
        ('success', None, RunEnd('success')),
        ('failure', 'Unpack the materials', RunEnd('failure', 'Unpack the materials')),
        ('timed_out', None, RunEnd('timed_out', 'learn')),
        ('cancelled', None, RunEnd('cancelled', 'learn')),
    ],
)
def test_an_end_is_told_with_the_step_that_failed(
    hub: StandIn, github: GitHub, run: WorkflowRun, conclusion: str, step: str | None, end: RunEnd
) -> None:
    hub.runs[-1].end(conclusion, failed_step=step)
    before = len(github.exchanges)
    assert github.run_end(run.url) == end
    assert len(github.exchanges) - before == (1 if conclusion == 'success' else 2)


def test_a_run_that_was_deleted_has_ended(hub: StandIn, github: GitHub, run: WorkflowRun) -> None:
    hub.runs.clear()
    assert github.run_end(run.url) == RunEnd('deleted')


def test_what_is_no_page_of_a_run_is_an_error(github: GitHub) -> None:
    with pytest.raises(LearnError, match='workflow run'):
        github.run_end('https://github.com/acme/widgets/issues/5')


def test_the_documentation_issue_is_the_one_that_was_learned_from_the_plan(
    hub: StandIn, github: GitHub
) -> None:
    hub.add_issue(REPO, 7, body=LEARNED.format(4), labels=['erk-learn'])
    hub.add_issue(REPO, 8, body=LEARNED.format(5), labels=['bug'])
    assert github.aftermath(5, branch='P5-x') == Aftermath()
    hub.add_issue(REPO, 9, body=LEARNED.format(5), labels=['erk-learn'])
    found = github.aftermath(5, branch='P5-x')
    assert (found.issue, found.issue_url) == (9, f'https://github.com/{REPO}/issues/9')
    assert len(github.exchanges) == 2


@pytest.mark.parametrize('number', [45, None])
def test_merge_and_reviews_of_the_pull_request_are_told(
    hub: StandIn, github: GitHub, number: int | None
) -> None:
    time = '2026-01-02T00:00:00Z'
    pull = hub.add_pull(REPO, 45, head='P5-x', state='MERGED', created_at=time)
    review = hub.add_review(REPO, 45, 'Late', state='CHANGES_REQUESTED')
    draft = hub.add_review(REPO, 45, 'Not yet', state='PENDING')
    review.created_at, draft.created_at = '2026-01-03T00:00:00Z', '2026-01-04T00:00:00Z'
    found = github.aftermath(5, branch='P5-x', pull=number)
    assert (pull.merged_at, found.merged, found.reviewed) == (time, 1767312000.0, 1767398400.0)
