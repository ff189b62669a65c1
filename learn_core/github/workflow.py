"""The workflow: checks that the file takes our inputs, starts it, finds the run."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.github.http.errors import UnsureError
from learn_core.github.http.json import get_in, moment, number, objects, text
from learn_core.github.store.stored import GIST_INPUT, REF_INPUT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learn_core.github.address import Address
    from learn_core.github.http.client import Client
    from learn_core.github.store.stored import Stored

NUMBER_INPUTS = ('issue_number', 'plan_id', 'pr_number')  # the plan's; erk has renamed it twice
MARK_INPUT = 'distinct_id'
_STORE_INPUTS = {'gist': GIST_INPUT, 'ref': REF_INPUT}

_FOLDER = '.github/workflows'
_FILE_NAME = re.compile(r'[A-Za-z0-9_][A-Za-z0-9._-]*\.ya?ml')
_RUNS_LOOKED_AT = 50
_ADD = 'commit the one that `learn-hook workflow` prints'
_CLOCK_SLACK = 2.0  # seconds: GitHub's times have no fractions

WORKFLOW_FIELDS = """
    nameWithOwner
    isPrivate
    viewerPermission
    defaultBranchRef { name }
    ref(qualifiedName: $ref) { name }
    onRef: object(expression: $onRef) { ... on Blob { text } }
    onHead: object(expression: $onHead) { ... on Blob { text } }
"""


@dataclass(frozen=True, kw_only=True)
class WorkflowFile:
    """The workflow as it is on GitHub; `problem` says why it cannot be started.

    `repo` is owner/name, `ref` the branch it is started on, `number_input` what it calls the plan's
    number, `takes_mark` whether it declares `distinct_id`, `actor` the login that a run of ours
    will have.
    """

    repo: str
    name: str
    ref: str
    number_input: str = NUMBER_INPUTS[0]
    takes_mark: bool = False
    actor: str = ''
    problem: str | None = None

    def refuse_unless_usable(self) -> None:
        """Raises LearnError with the problem and what to do."""
        if self.problem is not None:
            raise LearnError(self.problem)


@dataclass(frozen=True, kw_only=True)
class WorkflowRun:
    """A run of the workflow and its page."""

    id: str
    url: str


def workflow_variables(code: Address, name: str, ref: str) -> dict[str, str]:
    """What WORKFLOW_FIELDS needs. Raises LearnError for a name that is not a workflow file's."""
    if not _FILE_NAME.fullmatch(name):
        raise LearnError(f'{name[:80]!r} names no workflow file; set learn-hook.workflow')
    return {
        **code.place,
        'ref': f'refs/heads/{ref}',
        'onRef': f'{ref}:{_FOLDER}/{name}',
        'onHead': f'HEAD:{_FOLDER}/{name}',
    }


def workflow_of(
    data: object, code: Address, name: str, ref: str, store: str = 'gist'
) -> WorkflowFile:
    """What the answer to WORKFLOW_FIELDS, under `code`, says of the workflow that gets materials
    from a store of this kind.
    """
    repo = text(data, 'code', 'nameWithOwner')
    default = text(data, 'code', 'defaultBranchRef', 'name')
    on_ref = get_in(data, 'code', 'ref') is not None
    branch = ref if on_ref or default is None else default
    found = WorkflowFile(repo=repo or code.full_name, name=name, ref=branch)
    on_head = text(data, 'code', 'onHead', 'text')
    source = text(data, 'code', 'onRef', 'text') if on_ref else on_head
    if repo is None:
        problem = f'{code.host} shows no repository {code.full_name} to this token; check the '
        problem += 'remote and what the token may read'
    elif store == 'ref' and get_in(data, 'code', 'isPrivate') is not True:
        problem = _public(repo)
    elif source is None:
        problem = _missing(found, default if on_head else None)
    elif on_head is None and default not in (None, branch):
        problem = _unregistered(found, str(default))
    else:
        return _checked(found, source, store, text(data, 'viewer', 'login') or '')
    return replace(found, problem=problem)


def _checked(found: WorkflowFile, source: str, store: str, actor: str) -> WorkflowFile:
    """The workflow with what its text declares."""
    inputs = _inputs(source)
    wrong = inputs if isinstance(inputs, str) else _wrong(inputs, _STORE_INPUTS[store])
    return replace(
        found,
        number_input=next((name for name in NUMBER_INPUTS if name in inputs), NUMBER_INPUTS[0]),
        takes_mark=MARK_INPUT in inputs,
        actor=actor,
        problem=wrong and f'{_FOLDER}/{found.name} on {found.ref} of {found.repo} {wrong}',
    )


def start_workflow(
    client: Client, issue: int, stored: Stored, workflow: WorkflowFile, mark: str
) -> WorkflowRun:
    """Start it and say which run it is.

    If the answer does not name it, or was lost, the run is looked for: by its time alone only where
    the answer came. Raises UnsureError if it
    does not show up in time or cannot be looked for, LearnError if GitHub refuses.
    """
    workflow.refuse_unless_usable()
    name, place = stored.given
    inputs = {workflow.number_input: str(issue), name: place}
    if workflow.takes_mark:
        inputs[MARK_INPUT] = mark
    since = client.now()
    lost: UnsureError | None = None
    try:
        answer = _dispatch(client, workflow, inputs)
    except UnsureError as error:
        answer, lost = None, error
    run = number(answer, 'workflow_run_id')
    if run is not None:
        return _run(client, workflow, run)
    if lost is not None and not workflow.takes_mark:
        raise lost  # another run of that moment may be anybody's
    try:
        found = client.until(lambda: find_run(client, workflow, mark, since=since))
    except LearnError:
        found = None
    if found is None:
        raise lost or UnsureError(
            f'{workflow.name} was started, but its run does not show up; look at the Actions of '
            f'{workflow.repo}, and try again later: the run is looked for first'
        )
    return found


def find_run(
    client: Client, workflow: WorkflowFile, mark: str, *, since: float | None = None
) -> WorkflowRun | None:
    """The run that was started with this mark.

    Of a workflow that takes no mark, the first run that the same person started after `since`
    (seconds since 1970, the server's clock); None without it. Raises LearnError.
    """
    owner, repo = workflow.repo.split('/')
    answer = client.rest(
        'actions.list_workflow_runs',
        f'look for the run of {workflow.name}',
        owner=owner,
        repo=repo,
        workflow_id=workflow.name,
        event='workflow_dispatch',
        per_page=_RUNS_LOOKED_AT,
        **_since(since),
    )
    for run in sorted(objects(answer, 'workflow_runs'), key=_id_of):
        if workflow.takes_mark:
            ours = f':{mark}' in (text(run, 'display_title') or text(run, 'name') or '')
        else:
            ours = since is not None and _is_newer(run, workflow.actor, since)
        if ours:
            return _run(client, workflow, _id_of(run))
    return None


def _since(moment_: float | None) -> dict[str, str]:
    """A filter by the time of creation; GitHub's times have no fractions."""
    if moment_ is None:
        return {}
    born = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(moment_ - _CLOCK_SLACK))
    return {'created': f'>={born}'}


def _dispatch(client: Client, workflow: WorkflowFile, inputs: Mapping[str, str]) -> object:
    owner, repo = workflow.repo.split('/')
    arguments: dict[str, object] = {
        'owner': owner,
        'repo': repo,
        'workflow_id': workflow.name,
        'ref': workflow.ref,
        'inputs': inputs,
    }
    doing = f'start {workflow.name} of {workflow.repo} on {workflow.ref}'
    operation = 'actions.create_workflow_dispatch'
    try:
        return client.rest(operation, doing, **arguments, return_run_details=True)
    except LearnError as error:
        # an Enterprise server from before 2026 does not know the word, and says so
        if 'return_run_details' not in str(error):
            raise
    return client.rest(operation, doing, **arguments)


def _run(client: Client, workflow: WorkflowFile, run: int) -> WorkflowRun:
    url = f'https://{client.address.host}/{workflow.repo}/actions/runs/{run}'
    return WorkflowRun(id=str(run), url=url)


def _id_of(run: object) -> int:
    return number(run, 'id') or 0


def _is_newer(run: object, actor: str, since: float) -> bool:
    by = text(run, 'triggering_actor', 'login') or text(run, 'actor', 'login') or ''
    born = moment(run, 'created_at')
    return by.lower() == actor.lower() and born is not None and born >= since - _CLOCK_SLACK


def _public(repo: str) -> str:
    return (
        f'{repo} is public, so anyone could fetch the materials from a ref; '
        'run `git config learn-hook.store gist`'
    )


def _missing(found: WorkflowFile, there: str | None) -> str:
    path = f'{_FOLDER}/{found.name}'
    if there is None or there == found.ref:
        return f'{found.repo} has no {path} on {found.ref}; commit one there'
    return (
        f'{path} of {found.repo} is on {there}, but not on {found.ref}; commit it there too, or '
        f'run `git config learn-hook.ref {there}`'
    )


def _unregistered(found: WorkflowFile, default: str) -> str:
    """GitHub finds workflows on the default branch, and answers 404 to a start of any other."""
    path = f'{_FOLDER}/{found.name}'
    return (
        f'{path} of {found.repo} is on {found.ref}, but not on {default}, where GitHub looks for '
        'what can be started; commit it there too'
    )


def _inputs(source: str) -> dict[object, object] | str:
    """The declared inputs of a workflow's text, or what is wrong with it."""
    import yaml

    try:
        workflow = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError, RecursionError):
        return 'is not readable YAML; fix it'
    # YAML 1.1 takes the key `on` for true
    on = workflow.get('on', workflow.get(True)) if isinstance(workflow, dict) else None
    named = [on] if isinstance(on, str) else on
    if not isinstance(named, (list, dict)) or 'workflow_dispatch' not in named:
        return f'has no `workflow_dispatch` under `on`; {_ADD}'
    inputs = get_in(on, 'workflow_dispatch', 'inputs')
    return inputs if isinstance(inputs, dict) else {}


def _wrong(inputs: Mapping[object, object], store: str) -> str | None:
    known = next((name for name in NUMBER_INPUTS if name in inputs), NUMBER_INPUTS[0])
    missing = [name for name in (known, store) if name not in inputs]
    if missing:
        return f'does not declare {" and ".join(missing)}; {_ADD}, or add its inputs'
    others = [
        str(name)
        for name, declared in inputs.items()
        if name not in (known, store, MARK_INPUT)
        and str(get_in(declared, 'required')).lower() == 'true'
        and get_in(declared, 'default') is None
    ]
    return f'requires {" and ".join(others)} as well; give it a default' if others else None
