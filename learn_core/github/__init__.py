"""GitHub: one door, one method a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.github.account import Account, ask_account
from learn_core.github.address import (
    VARIABLES,
    Address,
    Token,
    address_of,
    beside,
    parse_remote,
    token_for,
    variable_for,
    without_alias,
)
from learn_core.github.comment import delete_comment, mark_header, put_comment
from learn_core.github.http.client import Client, quiet
from learn_core.github.http.errors import UnsureError, no_token, to_add
from learn_core.github.http.retry import IN_A_HURRY, Patience
from learn_core.github.issue import PlanAnswer, ask_plan, closed_issues
from learn_core.github.pull import ask_heads, find_pulls, plan_of_branch
from learn_core.github.review import Review, ask_review
from learn_core.github.run_end import Aftermath, RunEnd, ask_aftermath, ask_run_end, cancel_run
from learn_core.github.store.gist import MOST_BYTES, GistStore, gist_id_of
from learn_core.github.store.ref import RefStore
from learn_core.github.store.stored import REFS, Store, Stored
from learn_core.github.team import LearnRun, Page, Team, ask_team
from learn_core.github.workflow import (
    WorkflowFile,
    WorkflowRun,
    find_run,
    start_workflow,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from learn_core.github.http.calls import Exchange


__all__ = [
    'MOST_BYTES',
    'VARIABLES',
    'Account',
    'Address',
    'Aftermath',
    'GitHub',
    'LearnRun',
    'Page',
    'Patience',
    'PlanAnswer',
    'Review',
    'RunEnd',
    'Store',
    'Stored',
    'Team',
    'Token',
    'UnsureError',
    'WorkflowFile',
    'WorkflowRun',
    'address_of',
    'no_token',
    'parse_remote',
    'to_add',
    'token_for',
    'variable_for',
    'without_alias',
]


class GitHub:
    """A repository on a GitHub server; its plans may be in another one, `plan_repo` (owner/name),
    and materials go to a `store` of that kind, `gist` or `ref`.

    `address` is where pull request and workflow are; `plan` may learn from the header that it is
    yet another repository. Every method raises LearnError: NotFoundError for what is not there,
    UnreachableError for what may work later.
    """

    def __init__(
        self,
        address: Address,
        token: str | None,
        *,
        plan_repo: str | None = None,
        store: str = 'gist',
        progress: Callable[[str], None] = quiet,
        patience: Patience | None = None,
    ) -> None:
        self.address = address
        self.token = token
        self.plan_address = beside(address, plan_repo) if plan_repo else address
        self._store = store
        self._client = Client(address, token, progress=progress, patience=patience)

    def __repr__(self) -> str:
        return f'GitHub({self.address.full_name} at {self.address.rest})'

    def in_a_hurry(self) -> GitHub:
        """The same with one try of a few seconds, because a person waits for the answer."""
        found = GitHub(self.address, self.token, store=self._store, patience=IN_A_HURRY)
        found.plan_address = self.plan_address
        return found

    @property
    def exchanges(self) -> list[Exchange]:
        """All requests so far, in their order: methods, paths and sizes, without what they held."""
        return self._client.exchanges

    def now(self) -> float:
        """Seconds since 1970 by the server's clock, if it has sent its time."""
        return self._client.now()

    def plan(self, number: int, *, workflow: str, ref: str) -> PlanAnswer:
        """The plan issue, and whether the workflow can be started: nothing is uploaded in vain.

        `ref` falls back to the default branch. NotFoundError: no such issue.
        """
        answer = ask_plan(
            self._client,
            number,
            plan=self.plan_address,
            code=self.address,
            workflow=workflow,
            ref=ref,
            store=self._store,
        )
        self.address = answer.code
        return answer

    def account(self, *, workflow: str, ref: str) -> Account:
        """Whose token it is and what it may, and how the repository and its workflow are seen."""
        return ask_account(
            self._client, self.address, workflow=workflow, ref=ref, store=self._store
        )

    def team(self, *, workflow: str, labels: Sequence[str]) -> Team:
        """What the repository learned in the last 30 days, and which merged plans it did not."""
        return ask_team(self._client, self.address, workflow=workflow, labels=labels)

    def review(
        self, branches: Sequence[str], pull: int | None = None, *, pusher: str = ''
    ) -> Review | None:
        """What was said about the pull request of the first branch that has one, else of `pull`.

        Of several forks' branches of one name that of `pusher` counts, the owner of the repository
        that was pushed to. None: there is no pull request.
        """
        pulls = find_pulls(self._client, self.address, branches, pull, pusher)
        return ask_review(self._client, self.address, pulls) if pulls else None

    def review_of_plan(self, number: int) -> Review:
        """What was said about a plan that is itself a pull request."""
        return ask_review(self._client, self.plan_address, [number])

    def plan_of_branch(
        self, branch: str, *, owner: str, labels: Sequence[str], is_merged: bool = False
    ) -> str:
        """The page of a branch's plan: its pull request, or the one marked issue that this closes;
        empty while there is none. The branch is in a repository of `owner`.
        """
        return plan_of_branch(
            self._client, self.address, branch, owner=owner, labels=labels, is_merged=is_merged
        )

    def head_branches(self, numbers: Sequence[int]) -> dict[int, str]:
        """The head branches of pull requests, by number, of the first 20, in one request."""
        return ask_heads(self._client, self.address, numbers)

    def store(self, machine: str = '', *, kind: str = '') -> Store:
        """Where materials go: a secret gist, or a ref of this `machine` in the repository of the
        workflow; `kind` is another one than new materials go to.
        """
        if (kind or self._store) == 'ref':
            return RefStore(self._client, self.address, machine)
        return GistStore(self._client)

    def materials(self, where: str) -> dict[str, str]:
        """The files of a gist by its URL, or of a ref; they may be anyone's. A gist needs no
        token.
        """
        return self.store(kind='ref' if where.startswith(REFS) else 'gist').fetch(where)

    def gist_repository(self, url: str) -> str:
        """Where git fetches a gist from that is known by its URL."""
        return f'https://gist.{self.address.host}/{gist_id_of(url, self.address)}.git'

    def start(
        self, issue: int, stored: Stored, workflow: WorkflowFile, distinct_id: str
    ) -> WorkflowRun:
        """Starts the workflow for a plan with its materials.

        A start whose answer was lost is looked for, never repeated; UnsureError if it is not found.
        """
        return start_workflow(self._client, issue, stored, workflow, distinct_id)

    def find_run(
        self, workflow: WorkflowFile, distinct_id: str, *, since: float | None = None
    ) -> WorkflowRun | None:
        """The run that an earlier `start` with this `distinct_id` made, `since` that time (seconds
        since 1970, the server's clock).
        """
        return find_run(self._client, workflow, distinct_id, since=since)

    def put_comment(self, issue: int, author: str, fields: Mapping[str, object]) -> str:
        """The one comment on the plan issue of the machine that `fields` name; gives its id."""
        return put_comment(self._client, self.plan_address, issue, author, fields)

    def delete_comment(self, comment: str) -> None:
        """Deletes such a comment, which may be gone already."""
        delete_comment(self._client, self.plan_address, comment)

    def mark_header(self, issue: int, fields: Mapping[str, str]) -> None:
        """Sets fields of the plan's header, and nothing else in the issue's body."""
        mark_header(self._client, self.plan_address, issue, fields)

    def cancel_run(self, url: str) -> bool:
        """Cancels a workflow run by its page; False if it had ended, or is gone."""
        return cancel_run(self._client, url)

    def run_end(self, url: str) -> RunEnd:
        """How the workflow run with that page ended."""
        return ask_run_end(self._client, url)

    def aftermath(self, plan: int, *, branch: str, pull: int | None = None) -> Aftermath:
        """What came of a plan: its documentation issue, and merge and reviews of its pull request,
        the one of that number or else those of the branch.
        """
        return ask_aftermath(self._client, self.address, plan, branch=branch, pull=pull)

    def closed_plans(self, numbers: Sequence[int]) -> set[int]:
        """Which of these issues of the plans' repository are closed."""
        return closed_issues(self._client, self.plan_address, numbers)
