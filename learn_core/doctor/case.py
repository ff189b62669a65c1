"""What is known of the repository, the person's settings and GitHub; each is looked up once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from learn_core import git
from learn_core.config import read_settings, team_settings
from learn_core.errors import LearnError
from learn_core.github import VARIABLES, Token
from learn_core.pipeline.target import ask_gh, targets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.github import Account, GitHub

OK, WARNING, BROKEN, UNKNOWN = 'ok', 'warning', 'broken', 'unknown'


class Finding(NamedTuple):
    """A mark, what was found, and what to do about it ('' for nothing). What cannot be asked after
    a broken answer is `unknown` as well.
    """

    mark: str
    found: str
    fix: str = ''


class Case:
    """Every property raises LearnError."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.environ = environ

    @cached_property
    def repository(self) -> Repository:
        """The repository of the current directory."""
        return git.open_repository(self.folder)

    @cached_property
    def settings(self) -> Settings:
        """As a hook has them."""
        keys = git.settings_of(self.repository) | team_settings(self.repository.worktree)
        return read_settings(keys, self.environ, mode='background')

    @cached_property
    def github(self) -> list[GitHub]:
        """The repositories that may hold a plan, the likeliest first."""
        found = targets(self.repository, '', self.settings, lambda _: None)
        return [one.in_a_hurry() for one in found]

    @cached_property
    def place(self) -> str:
        """`<host>/<owner>` of the likeliest, '' where no remote is on GitHub."""
        try:
            address = self.github[0].address
        except LearnError:
            return ''
        return f'{address.host}/{address.owner}'.lower()

    @property
    def account(self) -> Account:
        """What the one that counts answered."""
        return self._answer[1]

    @property
    def host(self) -> str:
        """The server of the one that counts."""
        return self._answer[0].address.host

    @property
    def token_source(self) -> str:
        """The variable that its token comes from, or `gh`."""
        token = self._answer[0].token
        return token.source if isinstance(token, Token) else ''

    @cached_property
    def hidden_login(self) -> bool:
        """Does a variable hide another token, which `gh` keeps for that server?"""
        if self.token_source in ('', 'gh'):
            return False
        others = {name: value for name, value in self.environ.items() if name not in VARIABLES}
        kept = ask_gh(self.host, others)
        return kept is not None and kept != self._answer[0].token

    @cached_property
    def _answer(self) -> tuple[GitHub, Account]:
        """The first whose workflow can be started, else the first that answers."""
        answers: list[tuple[GitHub, Account]] = []
        errors: list[LearnError] = []
        workflow, ref = self.settings.workflow, self.settings.ref
        for github in self.github:
            try:
                answers.append((github, github.account(workflow=workflow, ref=ref)))
            except LearnError as error:  # noqa: PERF203  (requests take longer)
                errors.append(error)
        if not answers:
            raise errors[0]
        usable = (one for one in answers if one[1].workflow.problem is None)
        return next(usable, answers[0])
