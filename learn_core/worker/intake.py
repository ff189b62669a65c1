"""What hooks wrote down becomes runs: `learn-hook/spool/*`, told in `handover`, is taken in."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from learn_core.plans import journal
from learn_core.plans.run import Trigger
from learn_core.push import spool

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = 8


def take_in(common: Path) -> None:
    """Makes runs of what hooks wrote down, oldest first. A file goes when its runs are on disk: one
    that is cut off in between gives them twice, and the second finds that nothing is new.

    Raises LearnError where no run can be written.
    """
    home = journal.home(common)
    with journal.locked(home / 'lock-spool'):
        for file in _spooled(home / 'spool'):
            with contextlib.suppress(OSError):
                for fields in spool.read_lines(file.read_bytes()):
                    if len(fields) == FIELDS:
                        journal.begin(common, _trigger(fields))
                file.unlink()


def is_waiting(common: Path) -> bool:
    """Is something left that only hooks know of?"""
    return bool(_spooled(journal.home(common) / 'spool'))


def _spooled(folder: Path) -> list[Path]:
    """Whole files, oldest first. What a hook was cut off in is taken away."""
    names = journal.names(folder)
    for name in names:
        if journal.is_left_behind(name):
            with contextlib.suppress(OSError):
                (folder / name).unlink()
    return [folder / name for name in names if not name.startswith('.')]


def _trigger(fields: list[str]) -> Trigger:
    kind, first, second, third, remote, url, worktree, git_pid = fields
    if kind == 'merge':
        return Trigger(
            kind=kind, action=first, before=second, sha=third, onto=remote, worktree=worktree
        )
    return Trigger(
        kind=kind,
        local_branch=first,
        remote_branch=second,
        sha=third,
        remote=remote,
        url=url,
        worktree=worktree,
        git_pid=int(git_pid) if git_pid.isdecimal() else 0,
    )
