from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from learn_demo.state import WORKFLOW, Job
from tests.demo.asking import Reply, ask

if TYPE_CHECKING:
    from learn_demo import Repo, StandIn

REPO = '/repos/acme/widgets'
LEARN_YML = f'{REPO}/actions/workflows/learn.yml'
INPUTS = {'issue_number': '123', 'gist_url': 'https://gist.github.com/ann/1'}


def dispatch(hub: StandIn, workflow: str = 'learn.yml', /, **more: object) -> Reply:
    wanted: dict[str, Any] = {'ref': 'master', 'inputs': INPUTS, **more}
    return ask(hub, 'POST', f'{REPO}/actions/workflows/{workflow}/dispatches', wanted)


def widgets_of(hub: StandIn) -> Repo:
    repo = hub.repo('acme/widgets')
    assert repo is not None
    return repo


def test_a_dispatch_tells_its_run_when_asked_to(widgets: StandIn) -> None:
    reply = dispatch(widgets, return_run_details=True)
    (run,) = widgets.runs
    assert (reply.status, reply.json['workflow_run_id']) == (200, run.id)
    assert reply.json['html_url'] == f'https://github.com/acme/widgets/actions/runs/{run.id}'
    assert run.inputs == {**INPUTS, 'depth': '3'}


def test_a_dispatch_answers_204_otherwise_and_on_older_servers(widgets: StandIn) -> None:
    assert dispatch(widgets).status == 204
    widgets.answers_204 = True
    assert dispatch(widgets, return_run_details=True).status == 204
    assert len(widgets.runs) == 2


def test_a_runs_title_comes_from_its_inputs(widgets: StandIn) -> None:
    dispatch(widgets, inputs={**INPUTS, 'distinct_id': 'abc'})
    (run,) = ask(widgets, 'GET', f'{LEARN_YML}/runs').json['workflow_runs']
    assert run['display_title'] == 'learn 123 :abc'
    assert (run['event'], run['status'], run['actor']['login']) == (
        'workflow_dispatch',
        'queued',
        'ann',
    )


@pytest.mark.parametrize(
    ('change', 'status', 'message'),
    [
        ({'ref': 'none'}, 422, 'No ref found for: none'),
        ({'ref': 'bare'}, 404, 'Not Found'),
        ({'ref': 'push'}, 422, "Workflow does not have 'workflow_dispatch' trigger"),
        ({'ref': 'list'}, 422, "Workflow does not have 'workflow_dispatch' trigger"),
        (
            {'inputs': {**INPUTS, 'a': '1', 'b': '2'}},
            422,
            'Unexpected inputs provided: ["a", "b"]',
        ),
        ({'inputs': {'issue_number': '1'}}, 422, "Required input 'gist_url' not provided"),
    ],
)
def test_a_dispatch_that_does_not_fit_is_refused(
    widgets: StandIn, change: dict[str, Any], status: int, message: str
) -> None:
    repo = widgets_of(widgets)
    repo.files['bare', 'README'] = ''
    repo.files['push', WORKFLOW] = 'on: {push: }'
    repo.files['list', WORKFLOW] = 'on: [push]'
    reply = dispatch(widgets, **change)
    assert (reply.status, reply.json['message']) == (status, message)
    assert widgets.runs == []


@pytest.mark.parametrize(
    'text', ['on: workflow_dispatch', 'on: [workflow_dispatch]', 'on: {workflow_dispatch: }']
)
def test_a_workflow_without_inputs_is_named_by_its_file(hub: StandIn, text: str) -> None:
    hub.add_repo('acme/widgets', workflow=text)
    assert dispatch(hub, inputs={}).status == 204
    assert hub.runs[0].title == WORKFLOW


def test_a_workflow_must_be_on_the_default_branch(hub: StandIn) -> None:
    hub.add_repo('acme/widgets').files['other', WORKFLOW] = 'on: workflow_dispatch'
    assert dispatch(hub, ref='other').status == 404


def test_who_may_only_read_may_not_dispatch(hub: StandIn) -> None:
    hub.add_repo('acme/widgets', permission='READ', workflow='on: workflow_dispatch')
    assert dispatch(hub, inputs={}).status == 403


@pytest.mark.parametrize(
    ('query', 'number'),
    [
        ('', 1),
        ('event=workflow_dispatch&actor=ann&status=queued', 1),
        ('event=push', 0),
        ('actor=ben', 0),
        ('status=completed', 0),
        ('created=%3E%3D2020-01-01T00:00:00Z', 1),
        ('created=%3E%3D2999-01-01T00:00:00Z', 0),
    ],
)
def test_runs_are_filtered(widgets: StandIn, query: str, number: int) -> None:
    dispatch(widgets)
    runs = ask(widgets, 'GET', f'{LEARN_YML}/runs?{query}').json
    assert (runs['total_count'], len(runs['workflow_runs'])) == (number, number)


def test_a_run_may_take_some_polls_to_appear(widgets: StandIn) -> None:
    widgets.run_delay_polls = 2
    dispatch(widgets)
    counts = [ask(widgets, 'GET', f'{LEARN_YML}/runs').json['total_count'] for _ in range(4)]
    assert counts == [0, 0, 1, 1]


def test_a_run_is_cancelled_once(widgets: StandIn) -> None:
    dispatch(widgets)
    dispatch(widgets)
    path = f'{REPO}/actions/runs/{widgets.runs[1].id}'
    assert ask(widgets, 'POST', f'{path}/cancel').status == 202
    assert ask(widgets, 'GET', path).json['conclusion'] == 'cancelled'
    again = ask(widgets, 'POST', f'{path}/cancel')
    assert (again.status, again.json['message']) == (
        409,
        'Cannot cancel a workflow run that is completed.',
    )


def test_a_run_that_ended_tells_the_step_that_failed(widgets: StandIn) -> None:
    dispatch(widgets)
    (run,) = widgets.runs
    jobs = f'{REPO}/actions/runs/{run.id}/jobs'
    assert ask(widgets, 'GET', jobs).json == {'total_count': 0, 'jobs': []}
    run.end('failure', failed_step='Unpack the materials')
    (job,) = ask(widgets, 'GET', jobs).json['jobs']
    assert (job['status'], job['conclusion']) == ('completed', 'failure')
    assert [(step['name'], step['conclusion']) for step in job['steps']] == [
        ('Set up job', 'success'),
        ('Unpack the materials', 'failure'),
    ]


def test_a_job_can_be_under_way(widgets: StandIn) -> None:
    dispatch(widgets)
    widgets.runs[0].jobs = [Job(name='learn', steps={'Set up job': 'success', 'Learn': None})]
    (job,) = ask(widgets, 'GET', f'{REPO}/actions/runs/{widgets.runs[0].id}/jobs').json['jobs']
    assert (job['status'], job['conclusion'], job['completed_at']) == ('in_progress', None, None)
    assert [step['status'] for step in job['steps']] == ['completed', 'in_progress']
