"""git merge and git pull: what came in, handed to the worker.

Which plan branches a merge brought in stands in `GIT_REFLOG_ACTION` and in the subjects of the
commits between the two shas; the worker reads both.
"""

from __future__ import annotations

import os
import sys
import time

from learn_core.errors import guarded, say_on_stderr
from learn_core.push import git_dir, schedule, spool
from learn_core.push.notices import Voice

# of `git merge -`, which is another branch by the time the worker looks
_THE_BRANCH_BEFORE = 'merge @{-1}'


def native() -> None:
    """The way in of the installed hook: git's pid and the two shas."""
    sys.exit(guarded(_from_git, say=say_on_stderr, always_zero=True))


def console() -> None:
    """The way in of pre-commit and prek, and of a hook manager."""
    sys.exit(guarded(_from_manager, say=say_on_stderr, always_zero=True))


def merge(before: str, after: str, config: str, *, git_pid: int) -> int:
    """Takes the shas of ORIG_HEAD and HEAD, empty where no plan can have come in, and what git
    config says of our switches. Raises OSError.
    """
    environ, folder, now = dict(os.environ), os.getcwd(), time.time()
    found = git_dir.git_folders(folder, environ)
    standing = spool.standing(environ, config)
    if found is None or standing == 'off':
        return 0
    action = environ.get('GIT_REFLOG_ACTION', '')
    if action == _THE_BRANCH_BEFORE:
        action = f'merge {_ask_git("rev-parse", "--abbrev-ref", "@{-1}")}'
    onto = git_dir.branch_of(found[0]) or ''
    if after:
        line = ('merge', action, before, after, onto, '', folder, str(git_pid))
        spool.write_down(found[1], [line])
        schedule.put_due(found[1], now, now)  # until the worker has taken it in
    voice = Voice(found[1], spool.command(environ, is_managed=not git_pid), not git_pid)
    is_noticed = voice.tell()
    if after or is_noticed or schedule.due(found[1], now):
        voice.start_worker(environ, config, folder, git_pid)
    return 0


def _from_git() -> int:
    git_pid, before, after = [*sys.argv[1:], '', '', ''][:3]
    config = _ask_git('config', '--show-scope', '--get-regexp', spool.SWITCHES)
    return merge(before, after, config, git_pid=spool.pid_of_git(int(git_pid or 0)))


def _from_manager() -> int:
    before, after = [*_ask_git('rev-parse', 'ORIG_HEAD', 'HEAD').split(), '', ''][:2]
    config = _ask_git('config', '--show-scope', '--get-regexp', spool.SWITCHES)
    return merge(before, after, config, git_pid=0)


def _ask_git(*words: str) -> str:
    import subprocess

    try:
        asked = subprocess.run(['git', *words], capture_output=True, text=True, check=False)
    except OSError:  # no git on the path
        return ''
    return asked.stdout.strip() if asked.returncode == 0 else ''


if __name__ == '__main__':
    console()
