"""git merge and git pull: what came in, handed to the worker.

Which plan branches a merge brought in stands in `GIT_REFLOG_ACTION` and in the subjects of the
commits between the two shas; the worker reads both.
"""

from __future__ import annotations

import os
import sys
import time

from learn_core.errors import guarded, say_on_stderr
from learn_core.push import git_dir, spawn
from learn_core.push.entry import ask_git, ask_settings, take_down

# of `git merge -`, which means another branch by the time the worker looks
_THE_BRANCH_BEFORE = 'merge @{-1}'


def native() -> None:
    """The way in of the installed hook: git's pid and the two shas."""
    sys.exit(guarded(_from_git, say=say_on_stderr, always_zero=True))


def console() -> None:
    """The way in of pre-commit and prek, and of a hook manager."""
    sys.exit(guarded(_from_manager, say=say_on_stderr, always_zero=True))


def merge(before: str, after: str, *, git_pid: int, args: list[str] | None = None) -> int:
    """Takes the shas of ORIG_HEAD and HEAD, empty where no plan came in. Raises OSError."""
    folder = os.getcwd()
    found = git_dir.git_folders(folder, dict(os.environ))
    if found is None:
        return 0
    action = os.environ.get('GIT_REFLOG_ACTION', '')
    if action == _THE_BRANCH_BEFORE:
        branch = ask_git('rev-parse', '--abbrev-ref', '@{-1}').strip()
        action = f'merge {branch}'
    entry: dict[str, object] = {
        'kind': 'merge',
        'action': action,
        'before': before,
        'sha': after,
        'onto': git_dir.branch_of(found[0]) or '',
        'worktree': folder,
        'at': time.time(),
        'team': '\0'.join(args or ()),
    }
    return take_down(found[1], folder, [entry] if after else [], ask_settings(), git_pid=git_pid)


def _from_git() -> int:
    git_pid, before, after = [*sys.argv[1:], '', '', ''][:3]
    return merge(before, after, git_pid=spawn.pid_of_git(int(git_pid or 0)))


def _from_manager() -> int:
    shas = ask_git('rev-parse', 'ORIG_HEAD', 'HEAD').split()
    before, after = [*shas, '', ''][:2]
    return merge(before, after, git_pid=0, args=sys.argv[1:])


if __name__ == '__main__':
    console()
