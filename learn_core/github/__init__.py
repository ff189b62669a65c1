"""GitHub: one door, one method a question."""

from __future__ import annotations

from learn_core.github.address import VARIABLES as VARIABLES
from learn_core.github.address import Address as Address
from learn_core.github.address import Token as Token
from learn_core.github.address import address_of as address_of
from learn_core.github.address import parse_remote as parse_remote
from learn_core.github.address import token_for as token_for
from learn_core.github.address import variable_for as variable_for
from learn_core.github.address import without_alias as without_alias
from learn_core.github.comment import Comments
from learn_core.github.http.answers import UnsureError as UnsureError
from learn_core.github.http.answers import no_token as no_token
from learn_core.github.http.answers import to_add as to_add
from learn_core.github.http.client import Patience as Patience
from learn_core.github.issue import PlanAnswer as PlanAnswer
from learn_core.github.review import Review as Review
from learn_core.github.review import Reviews
from learn_core.github.runs import Aftermath as Aftermath
from learn_core.github.runs import Page as Page
from learn_core.github.runs import RunEnd as RunEnd
from learn_core.github.runs import Runs
from learn_core.github.runs import Team as Team
from learn_core.github.store.gist import GistStore, gist_id_of
from learn_core.github.store.ref import RefStore
from learn_core.github.store.stored import MOST_BYTES as MOST_BYTES
from learn_core.github.store.stored import REFS
from learn_core.github.store.stored import Stored as Stored
from learn_core.github.workflow import Account as Account
from learn_core.github.workflow import WorkflowFile as WorkflowFile
from learn_core.github.workflow import WorkflowRun as WorkflowRun

Store = GistStore | RefStore

# while a person waits: a missing network is reported within seconds
_IN_A_HURRY = Patience(connect=3, read=5, whole=8, tries=1)


class GitHub(Reviews, Comments, Runs):
    """A repository on a GitHub server. Every method raises LearnError: NotFoundError for what is
    not there, UnreachableError for what may work later.
    """

    def in_a_hurry(self) -> GitHub:
        """The same with one try of a few seconds, because a person waits for the answer."""
        found = GitHub(self.address, self.token, store=self.store_kind, patience=_IN_A_HURRY)
        found.plan_address = self.plan_address
        return found

    def store(self, machine: str = '', *, kind: str = '') -> Store:
        """Where materials go: a secret gist, or a ref of this `machine` in the repository of the
        workflow; `kind` is another one than new materials go to.
        """
        if (kind or self.store_kind) == 'ref':
            return RefStore(self, self.address, machine)
        return GistStore(self)

    def materials(self, where: str) -> dict[str, str]:
        """The files of a gist by its URL, or of a ref; they may be anyone's. A gist needs no
        token.
        """
        return self.store(kind='ref' if where.startswith(REFS) else 'gist').fetch(where)

    def gist_repository(self, url: str) -> str:
        """Where git fetches a gist from that is known by its URL."""
        return f'https://gist.{self.address.host}/{gist_id_of(url, self.address)}.git'
