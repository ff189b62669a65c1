"""git merge and git pull: what came in, handed to the worker.

Which plan branches a merge brought in stands in `GIT_REFLOG_ACTION` and in the subjects of the
commits between the two shas; the worker reads both.
"""

from __future__ import annotations

import os
import sys

from learn_core import gitdir, handover
from learn_core.errors import guarded, say_on_stderr

# of `git merge -`, which is another branch by the time the worker looks
_THE_BRANCH_BEFORE = 'merge @{-1}'


def native() -> None:
    """The way in of the installed hook: git's pid and the two shas."""
    sys.exit(guarded(_from_git, say=say_on_stderr, always_zero=True))


def console() -> None:
    """The way in of pre-commit and prek, and of a hook manager."""
    sys.exit(guarded(_from_manager, say=say_on_stderr, always_zero=True))


def merge(before: str, after: str, *, git_pid: int) -> int:
    """Takes the shas of ORIG_HEAD and HEAD. Raises OSError."""
    environ, folder = dict(os.environ), os.getcwd()
    found = gitdir.git_folders(folder, environ)
    if found is None or handover.is_off(environ):
        return 0
    action = environ.get('GIT_REFLOG_ACTION', '')
    if action == _THE_BRANCH_BEFORE:
        action = f'merge {_ask_git("rev-parse", "--abbrev-ref", "@{-1}")}'
    onto = gitdir.branch_of(found[0]) or ''
    line = ('merge', action, before, after, onto, '', folder, str(git_pid))
    handover.write_down(found[1], [line])
    wait = environ.get('LEARN_HOOK_MODE') == 'foreground'
    handover.start_worker(found[1], git_pid, wait=wait)
    return 0


def _from_git() -> int:
    git_pid, before, after = [*sys.argv[1:], '', '', ''][:3]
    return merge(before, after, git_pid=handover.pid_of_git(int(git_pid or 0)))


def _from_manager() -> int:
    before, after = [*_ask_git('rev-parse', 'ORIG_HEAD', 'HEAD').split(), '', ''][:2]
    return merge(before, after, git_pid=0)


def _ask_git(*words: str) -> str:
    import subprocess

    asked = subprocess.run(['git', *words], capture_output=True, text=True, check=False)
    return asked.stdout.strip() if asked.returncode == 0 else ''


if __name__ == '__main__':
    console()
