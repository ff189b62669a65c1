"""What is known of the repository, the person's settings and GitHub; each is looked up once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from learn_core import git
from learn_core.config import read_settings
from learn_core.errors import LearnError
from learn_core.github import GitHub, Patience
from learn_core.pipeline.target import targets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.github import Account

OK, WARNING, BROKEN, UNKNOWN = 'ok', 'warning', 'broken', 'unknown'

# seconds: who asks what is wrong does not wait long to hear that there is no network
_IN_A_HURRY = Patience(connect=3, read=5, whole=8, tries=1)


class Finding(NamedTuple):
    """A mark, what was found, and what to do about it ('' for nothing)."""

    mark: str
    found: str
    mend: str = ''


class Case:
    """Every property raises LearnError."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.environ = environ

    @cached_property
    def repository(self) -> Repository:
        """The repository one stands in."""
        return git.open_repository(self.folder)

    @cached_property
    def settings(self) -> Settings:
        """As a hook would have them."""
        return read_settings(git.settings_of(self.repository), self.environ, mode='background')

    @cached_property
    def github(self) -> list[GitHub]:
        """The repositories that may hold a plan, the likeliest first."""
        found = targets(self.repository, '', self.settings, self.environ, lambda _: None)
        return [GitHub(one.address, one.token, patience=_IN_A_HURRY) for one in found]

    @cached_property
    def account(self) -> Account:
        """What the likeliest of them answers: the first whose workflow can be started, else the
        first that answers at all.
        """
        answers: list[Account] = []
        trouble: list[LearnError] = []
        for github in self.github:
            try:
                answers.append(self._asked(github))
            except LearnError as error:  # noqa: PERF203  (requests take longer)
                trouble.append(error)
        if not answers:
            raise trouble[0]
        usable = (one for one in answers if one.workflow.problem is None)
        return next(usable, answers[0])

    def _asked(self, github: GitHub) -> Account:
        return github.account(workflow=self.settings.workflow, ref=self.settings.ref)
