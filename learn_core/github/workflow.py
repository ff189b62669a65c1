"""The workflow: checks that the file takes our inputs, starts it, finds the run; and what the token
may do with it.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from learn_core.config import Settings
from learn_core.errors import LearnError
from learn_core.github.http.answers import get_in, moment, number, objects, text
from learn_core.github.http.client import Client, query
from learn_core.github.store.stored import INPUTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learn_core.github.address import Address
    from learn_core.github.store.stored import Stored

_NUMBER_INPUTS = ('issue_number', 'plan_id', 'pr_number')  # the plan's; erk has renamed it twice
_MARK_INPUT = 'distinct_id'
_FOLDER = '.github/workflows'
_FILE_NAME = re.compile(r'[A-Za-z0-9_][A-Za-z0-9._-]*\.ya?ml')
_NAMES_THE_GIST = re.compile(r'\$\{\{[^}]*(gist_url|toJSON\(\s*(inputs|github))', re.IGNORECASE)
_MAY_WRITE = ('WRITE', 'MAINTAIN', 'ADMIN')
_RUNS_LOOKED_AT = 50
_ADD = 'commit the one that `learn-hook workflow` prints'
_CLOCK_SLACK = 2.0  # seconds: GitHub's times have no fractions


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
    number_input: str = _NUMBER_INPUTS[0]
    takes_mark: bool = False
    actor: str = ''
    problem: str | None = None

    @property
    def place(self) -> dict[str, str]:
        """The arguments by which a request names it."""
        owner, _, repo = self.repo.partition('/')
        return {'owner': owner, 'repo': repo, 'workflow_id': self.name}

    def refuse_unless_usable(self) -> None:
        """Raises LearnError with the problem and what to do."""
        if self.problem is not None:
            raise LearnError(self.problem)


@dataclass(frozen=True, kw_only=True)
class WorkflowRun:
    """A run of the workflow and its page."""

    id: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Account:
    """The token's owner `login`, its `scopes` (None for a fine-grained token, whose permissions
    GitHub does not report), when it `expires` in seconds since 1970 (None: never, or unknown).

    `is_private` is None if the repository is not shown, `may_write` if that is unknown;
    starting a workflow needs write access. `shows_gist`: the workflow passes the gist's URL to
    something that its log prints.
    """

    login: str
    scopes: frozenset[str] | None
    expires: float | None
    is_private: bool | None
    may_write: bool | None
    workflow: WorkflowFile
    shows_gist: bool


class Workflows(Client):
    """Questions about the workflow in the repository. All raise LearnError."""

    def account(self, *, workflow: str, ref: str) -> Account:
        """Whose token it is, what it may, and how repository and workflow are seen: one request."""
        data = self.code(workflow, ref)
        scopes = self.told.get('x-oauth-scopes')
        private = get_in(data, 'code', 'isPrivate')
        permission = text(data, 'code', 'viewerPermission')
        source = text(data, 'code', 'onRef', 'text') or text(data, 'code', 'onHead', 'text') or ''
        return Account(
            login=text(data, 'viewer', 'login') or '',
            scopes=None if scopes is None else frozenset(re.findall(r'[\w:]+', scopes)),
            expires=_expiry(self.told.get('github-authentication-token-expiration', '')),
            is_private=private if isinstance(private, bool) else None,
            may_write=None if permission is None else permission in _MAY_WRITE,
            workflow=workflow_of(data, self.address, workflow, ref, self.store_kind),
            shows_gist=_NAMES_THE_GIST.search(source) is not None,
        )

    def code(self, workflow: str, ref: str) -> object:
        """What `workflow_of` reads."""
        doing = f'read {self.address.full_name}'
        return self.graphql(query('code'), doing, **workflow_variables(self.address, workflow, ref))

    def start(
        self, issue: int, stored: Stored, workflow: WorkflowFile, distinct_id: str
    ) -> WorkflowRun | None:
        """Starts the workflow for a plan with its materials; None where the answer does not name
        the run, which is to be looked for then. UnsureError: it may have been started.
        """
        workflow.refuse_unless_usable()
        name, place = stored.given
        inputs = {workflow.number_input: str(issue), name: place}
        if workflow.takes_mark:
            inputs[_MARK_INPUT] = distinct_id
        asked = {**workflow.place, 'ref': workflow.ref, 'inputs': inputs}
        doing = f'start {workflow.name} of {workflow.repo} on {workflow.ref}'
        operation = 'actions.create_workflow_dispatch'
        try:
            answer = self.rest(operation, doing, **asked, return_run_details=True)
        except LearnError as error:
            # an Enterprise server from before 2026 does not know the word, and says so
            if 'return_run_details' not in str(error):
                raise
            answer = self.rest(operation, doing, **asked)
        run = number(answer, 'workflow_run_id')
        return None if run is None else self._run_of(workflow, run)

    def find_run(
        self, workflow: WorkflowFile, distinct_id: str, *, since: float
    ) -> WorkflowRun | None:
        """The run that was started with this `distinct_id` since a time (seconds since 1970 by the
        server's clock); where the workflow takes none, the first one of the same person.
        """
        since -= _CLOCK_SLACK
        answer = self.rest(
            'actions.list_workflow_runs',
            f'look for the run of {workflow.name}',
            **workflow.place,
            event='workflow_dispatch',
            per_page=_RUNS_LOOKED_AT,
            created=time.strftime('>=%Y-%m-%dT%H:%M:%SZ', time.gmtime(since)),
        )
        runs = {number(run, 'id') or 0: run for run in objects(answer, 'workflow_runs')}
        for run_id, run in sorted(runs.items()):
            if workflow.takes_mark:
                ours = f':{distinct_id}' in (text(run, 'display_title') or text(run, 'name') or '')
            else:
                by = text(run, 'triggering_actor', 'login') or text(run, 'actor', 'login') or ''
                is_mine = by.lower() == workflow.actor.lower()
                ours = is_mine and (moment(run, 'created_at') or 0.0) >= since
            if ours:
                return self._run_of(workflow, run_id)
        return None

    def _run_of(self, workflow: WorkflowFile, run: int) -> WorkflowRun:
        url = f'https://{self.address.host}/{workflow.repo}/actions/runs/{run}'
        return WorkflowRun(id=str(run), url=url)


def workflow_variables(code: Address, name: str, ref: str) -> dict[str, str]:
    """What the query of a workflow needs. Raises LearnError for a name that is no workflow's."""
    if not _FILE_NAME.fullmatch(name):
        raise LearnError(f'{name[:80]!r} names no workflow file; set learn-hook.workflow')
    return {
        **code.place,
        'ref': f'refs/heads/{ref}',
        'onRef': f'{ref}:{_FOLDER}/{name}',
        'onHead': f'HEAD:{_FOLDER}/{name}',
    }


def workflow_of(data: object, code: Address, name: str, ref: str, store: str) -> WorkflowFile:
    """What the answer, under `code`, says of the workflow that gets materials from a store of this
    kind.
    """
    repo = text(data, 'code', 'nameWithOwner')
    default = text(data, 'code', 'defaultBranchRef', 'name')
    on_ref = get_in(data, 'code', 'ref') is not None
    branch = ref if on_ref or default is None else default
    found = WorkflowFile(repo=repo or code.full_name, name=name, ref=branch)
    on_head = text(data, 'code', 'onHead', 'text')
    source = text(data, 'code', 'onRef', 'text') if on_ref else on_head
    if repo is None:
        problem = (
            f'{code.host} shows no repository {code.full_name} to this token; check the remote and '
            'what the token may read'
        )
    elif not on_ref and default is not None and ref != Settings.ref:
        problem = f'{repo} has no branch or tag {ref}; correct learn-hook.ref'
    elif store == 'ref' and get_in(data, 'code', 'isPrivate') is not True:
        problem = (
            f'{repo} is public, so anyone could fetch the materials from a ref; '
            'run `git config learn-hook.store gist`'
        )
    elif source is None or (on_head is None and default not in (None, branch)):
        problem = _missing(found, default, source, on_head)
    else:
        return _checked(found, source, store, text(data, 'viewer', 'login'))
    return replace(found, problem=problem)


def _missing(found: WorkflowFile, default: str | None, on_ref: object, on_head: object) -> str:
    path = f'{_FOLDER}/{found.name}'
    if on_ref is not None:
        # GitHub finds workflows on the default branch, and answers 404 to a start of any other
        return (
            f'{path} of {found.repo} is on {found.ref}, but not on {default}, where GitHub looks '
            'for what can be started; commit it there too'
        )
    if not on_head or default in (None, found.ref):
        return f'{found.repo} has no {path} on {found.ref}; commit one there'
    return (
        f'{path} of {found.repo} is on {default}, but not on {found.ref}; commit it there too, or '
        f'run `git config learn-hook.ref {default}`'
    )


def _checked(found: WorkflowFile, source: str, store: str, actor: str | None) -> WorkflowFile:
    """The workflow with what its text declares."""
    inputs = _inputs(source)
    number_input = next((name for name in _NUMBER_INPUTS if name in inputs), _NUMBER_INPUTS[0])
    wrong = inputs if isinstance(inputs, str) else _wrong(inputs, number_input, INPUTS[store])
    return replace(
        found,
        number_input=number_input,
        takes_mark=_MARK_INPUT in inputs,
        actor=actor or '',
        problem=wrong and f'{_FOLDER}/{found.name} on {found.ref} of {found.repo} {wrong}',
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


def _wrong(inputs: Mapping[object, object], *ours: str) -> str | None:
    missing = [name for name in ours if name not in inputs]
    if missing:
        return f'does not declare {" and ".join(missing)}; {_ADD}, or add its inputs'
    others = [
        str(name)
        for name, declared in inputs.items()
        if name not in (*ours, _MARK_INPUT)
        and str(get_in(declared, 'required')).lower() == 'true'
        and get_in(declared, 'default') is None
    ]
    return f'requires {" and ".join(others)} as well; give it a default' if others else None


def _expiry(date: str) -> float | None:
    """`2027-10-12 09:00:00 UTC`, or with `+0200` for the zone, as seconds since 1970."""
    try:
        written = date.replace('UTC', '+0000')
        return datetime.strptime(written, '%Y-%m-%d %H:%M:%S %z').timestamp()
    except ValueError:
        return None
