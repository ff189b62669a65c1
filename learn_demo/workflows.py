"""Workflows, their dispatch and their runs: GitHub's REST endpoints for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learn_demo.exchange import HTML, Answer, Call, RefusedError, page_of
from learn_demo.people import JSON, repository, user
from learn_demo.state import Repo, Run, node_id, now, sha

if TYPE_CHECKING:
    from collections.abc import Mapping

_INPUT = re.compile(r'\$\{\{\s*(?:github\.event\.)?inputs\.([\w-]+)\s*\}\}')
_SINCE = '>='  # of GitHub's search syntax for times, all that is needed here
_MAY_DISPATCH = ('WRITE', 'MAINTAIN', 'ADMIN')


def _path(call: Call, repo: Repo) -> str:
    """The workflow of the path by its file name; GitHub knows those of the default branch."""
    for branch, path in repo.files:
        name = path.rsplit('/', 1)[-1]
        if branch == repo.default_branch and name == call.words['workflow_id']:
            return path
    raise RefusedError(404, 'Not Found')


def _workflow_id(repo: Repo, path: str) -> int:
    return int(sha(repo.full_name, path)[:7], 16)


def _parsed(text: str) -> tuple[str, dict[str, Mapping[str, object]] | None]:
    """The title of a workflow's runs, and its inputs; None if it cannot be dispatched."""
    import yaml

    workflow = yaml.safe_load(text)
    triggers = workflow.get('on', workflow.get(True))  # YAML 1.1 reads the key `on` as true
    title = str(workflow.get('run-name') or workflow.get('name') or '')
    if isinstance(triggers, dict) and 'workflow_dispatch' in triggers:
        return title, (triggers['workflow_dispatch'] or {}).get('inputs') or {}
    return title, {} if 'workflow_dispatch' in (triggers or ()) else None


def _workflow_url(api: str, repo: Repo, path: str) -> str:
    return f'{api}/repos/{repo.full_name}/actions/workflows/{_workflow_id(repo, path)}'


def dispatch(call: Call) -> Answer:
    """POST a workflow_dispatch event; names the run if asked to, unless `answers_204`."""
    repo = call.repo()
    path = _path(call, repo)
    if repo.permission not in _MAY_DISPATCH:
        raise RefusedError(403, 'Must have admin rights to Repository.')
    ref = call.text('ref').removeprefix('refs/heads/')
    run = _run(call, repo, path, ref)
    call.hub.runs.insert(0, run)
    if call.hub.answers_204 or call.json.get('return_run_details') is not True:
        return Answer(204)
    return Answer(
        200,
        {
            'workflow_run_id': run.id,
            'run_url': f'{call.api}/repos/{repo.full_name}/actions/runs/{run.id}',
            'html_url': f'{HTML}/{repo.full_name}/actions/runs/{run.id}',
        },
    )


def _run(call: Call, repo: Repo, path: str, ref: str) -> Run:
    if not repo.has_branch(ref):
        raise RefusedError(422, f'No ref found for: {ref}')
    if (ref, path) not in repo.files:
        raise RefusedError(404, 'Not Found')
    title, declared = _parsed(repo.files[ref, path])
    if declared is None:
        raise RefusedError(422, "Workflow does not have 'workflow_dispatch' trigger")
    given = call.json.get('inputs')
    inputs = _accepted(declared, given if isinstance(given, dict) else {})
    return Run(
        id=call.hub.new_id(),
        number=len(call.hub.runs) + 1,
        repo=repo,
        path=path,
        name=path,
        ref=ref,
        title=_INPUT.sub(lambda found: inputs.get(found[1], ''), title) or path,
        actor=call.login or '',
        inputs=inputs,
        created_at=now(),
        hidden_polls=call.hub.run_delay_polls,
    )


def _accepted(
    declared: Mapping[str, Mapping[str, object]], given: Mapping[str, object]
) -> dict[str, str]:
    """The inputs of a run: the given ones, and the defaults of the others."""
    unexpected = [name for name in given if name not in declared]
    if unexpected:
        quoted = ', '.join(f'"{name}"' for name in unexpected)
        raise RefusedError(422, f'Unexpected inputs provided: [{quoted}]')
    inputs = {name: str(value) for name, value in given.items()}
    for name, about in declared.items():
        default = (about or {}).get('default')
        if default is not None:
            inputs.setdefault(name, str(default))
        elif (about or {}).get('required') and not inputs.get(name):
            raise RefusedError(422, f"Required input '{name}' not provided")
    return inputs


def list_runs(call: Call) -> Answer:
    """GET the runs of a workflow by event, actor, status and time, the newest first."""
    repo = call.repo()
    path = _path(call, repo)
    runs = [run for run in call.hub.runs if run.repo is repo and run.path == path]
    wanted = [run for run in runs if run.hidden_polls == 0 and _asked_for(run, call.query)]
    for run in runs:
        run.hidden_polls = max(run.hidden_polls - 1, 0)
    shown, headers = page_of(call, [run_json(call.api, run) for run in wanted])
    return Answer(200, {'total_count': len(wanted), 'workflow_runs': list(shown)}, headers)


def _asked_for(run: Run, query: Mapping[str, str]) -> bool:
    return (
        query.get('event') in (None, 'workflow_dispatch')
        and query.get('actor') in (None, run.actor)
        and query.get('status') in (None, run.status, run.conclusion)
        and run.created_at >= _since(query)
    )


def _since(query: Mapping[str, str]) -> str:
    created = query.get('created', _SINCE)
    if not created.startswith(_SINCE):
        raise NotImplementedError(f'the stand-in knows `created={_SINCE}…` alone, not {created!r}')
    return created.removeprefix(_SINCE)


def _run_of(call: Call) -> Run:
    repo, number = call.repo(), call.number('run_id')
    for run in call.hub.runs:
        if run.repo is repo and run.id == number:
            return run
    raise RefusedError(404, 'Not Found')


def get_run(call: Call) -> Answer:
    """GET a run."""
    return Answer(200, run_json(call.api, _run_of(call)))


def list_jobs(call: Call) -> Answer:
    """GET the jobs of a run."""
    run = _run_of(call)
    jobs = [_job_json(call.api, run, number) for number in range(len(run.jobs))]
    return Answer(200, {'total_count': len(jobs), 'jobs': jobs})


def cancel_run(call: Call) -> Answer:
    """POST a cancellation; refused once the run is completed."""
    run = _run_of(call)
    if run.status == 'completed':
        raise RefusedError(409, 'Cannot cancel a workflow run that is completed.')
    run.status, run.conclusion = 'completed', 'cancelled'
    return Answer(202, {})


def run_json(api: str, run: Run) -> JSON:
    """`workflow-run`."""
    repo = run.repo
    url = f'{api}/repos/{repo.full_name}/actions/runs/{run.id}'
    return {
        'id': run.id,
        'name': run.name,
        'node_id': node_id('WFR', run.id),
        'head_branch': run.ref,
        'head_sha': sha(repo.full_name, run.ref),
        'path': run.path,
        'display_title': run.title,
        'run_number': run.number,
        'run_attempt': 1,
        'event': 'workflow_dispatch',
        'status': run.status,
        'conclusion': run.conclusion,
        'workflow_id': _workflow_id(repo, run.path),
        'url': url,
        'html_url': f'{HTML}/{repo.full_name}/actions/runs/{run.id}',
        'pull_requests': [],
        'created_at': run.created_at,
        'updated_at': run.created_at,
        'actor': user(api, run.actor),
        'triggering_actor': user(api, run.actor),
        'jobs_url': f'{url}/jobs',
        'logs_url': f'{url}/logs',
        'check_suite_url': f'{api}/repos/{repo.full_name}/check-suites/{run.id}',
        'artifacts_url': f'{url}/artifacts',
        'cancel_url': f'{url}/cancel',
        'rerun_url': f'{url}/rerun',
        'workflow_url': _workflow_url(api, repo, run.path),
        'head_commit': None,
        'repository': repository(api, repo),
        'head_repository': repository(api, repo),
    }


def _job_json(api: str, run: Run, index: int) -> JSON:
    """`job`."""
    job = run.jobs[index]
    url = f'{api}/repos/{run.repo.full_name}/actions'
    status = 'in_progress' if job.conclusion is None else 'completed'
    steps = [
        {
            'name': name,
            'status': 'in_progress' if conclusion is None else 'completed',
            'conclusion': conclusion,
            'number': number,
        }
        for number, (name, conclusion) in enumerate(job.steps.items(), 1)
    ]
    return {
        'id': run.id + index,
        'node_id': node_id('CR', run.id, index),
        'run_id': run.id,
        'run_url': f'{url}/runs/{run.id}',
        'run_attempt': 1,
        'head_sha': sha(run.repo.full_name, run.ref),
        'head_branch': run.ref,
        'workflow_name': run.name,
        'name': job.name,
        'url': f'{url}/jobs/{run.id + index}',
        'html_url': f'{HTML}/{run.repo.full_name}/actions/runs/{run.id}/job/{run.id + index}',
        'status': status,
        'conclusion': job.conclusion,
        'created_at': run.created_at,
        'started_at': run.created_at,
        'completed_at': None if job.conclusion is None else run.created_at,
        'check_run_url': f'{api}/repos/{run.repo.full_name}/check-runs/{run.id + index}',
        'labels': ['ubuntu-latest'],
        'runner_id': None,
        'runner_name': None,
        'runner_group_id': None,
        'runner_group_name': None,
        'steps': steps,
    }
