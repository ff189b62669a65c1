"""What sets a run off: a push, a merge or a person; and several of them for one plan as one."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from typing import Any

from learn_core.push.team import settings_in


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """`kind` is `push`, `merge` or `manual`, `at` seconds since 1970.

    `issue` is the plan's number, 0 for not known yet; `plan_repo` (`host/owner/repo`) where a URL
    named it. `named` is what the hook knew the plan by, `named_by` how: `config`, `name`, or
    `reference` (the file `reference`, under the worktree). A merge names no branch at first: the
    ones that it brought in are in its reflog `action` and between the shas `before` and `sha`,
    `onto` is the branch that it went into, and `pulls` are squashed pull requests whose branches
    only GitHub knows.

    `is_urgent` skips the hourly limit, `by_hand` is consent, `needs_session` runs only if this
    machine has a session. `is_guess` means a branch called `<n>-<slug>`, or known by a `glob`
    (`own` or `built-in`) alone: nothing is printed before the plan is known. `needs_mark` counts
    only if the issue says that it is a plan. `git_pid` is the process whose end is the push's, 0
    where that is unknown, `team` the `args:` of the hook with zero bytes between them.
    """

    kind: str
    at: float = 0.0
    issue: int = 0
    plan_repo: str = ''
    named: str = ''
    named_by: str = ''
    reference: str = ''
    local_branch: str = ''
    remote_branch: str = ''
    sha: str = ''
    remote: str = ''
    url: str = ''
    worktree: str = ''
    action: str = ''
    before: str = ''
    onto: str = ''
    pulls: tuple[int, ...] = ()
    force: bool = False
    is_urgent: bool = False
    by_hand: bool = False
    needs_session: bool = False
    is_guess: bool = False
    needs_mark: bool = False
    glob: str = ''
    git_pid: int = 0
    team: str = ''

    def __post_init__(self) -> None:
        """Raises ValueError for what a hook or a record cannot have written down."""
        if self.kind not in ('push', 'merge', 'manual'):
            raise ValueError(f'{self.kind!r} sets nothing off')

    @property
    def team_settings(self) -> dict[str, str]:
        """The `args:` of the hook, by the keys of git config."""
        return settings_in(self.team.split('\0'))[0]

    @property
    def branch(self) -> str:
        """The plan branch, as far as it is known."""
        return self.remote_branch or self.local_branch

    @property
    def pushed_to(self) -> str:
        """The remote's name or URL, '' for a merge or a run by hand."""
        return (self.remote or self.url) if self.kind == 'push' else ''


_ALL = ('needs_session', 'is_guess', 'needs_mark')  # hold of both only if they hold of each


def by_hand(worktree: str, **given: Any) -> Trigger:
    """A person wants it now."""
    return Trigger(
        kind='manual', at=time.time(), worktree=worktree, is_urgent=True, by_hand=True, **given
    )


def joined(older: Trigger, newer: Trigger) -> Trigger:
    """Both as one, field by field: the newer's, or the older's where the newer says nothing."""
    values: dict[str, Any] = {}
    for name in (one.name for one in fields(Trigger)):
        mine, its = getattr(newer, name), getattr(older, name)
        values[name] = (mine and its) if name in _ALL else (mine or its)
    return Trigger(**{**values, 'pulls': tuple(dict.fromkeys((*newer.pulls, *older.pulls)))})
