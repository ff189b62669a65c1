"""git push: what git, pre-commit or prek say is pushed, handed to the worker.

Started by the installed hook as `python -I -S`, or by pre-commit and prek as `python -I -m`.
"""

from __future__ import annotations

import os
import sys

from learn_core import branch as plan_branch
from learn_core import gitdir, handover
from learn_core.errors import guarded, say_on_stderr

_HEADS = 'refs/heads/'


def native() -> None:
    """The way in of the installed hook: the arguments are git's pid and what git gave it."""
    sys.exit(guarded(_from_git, say=say_on_stderr, always_zero=True))


def console() -> None:
    """The way in of pre-commit and prek, which give the first ref by the environment alone, and
    of a hook manager that hands git's own arguments and standard input on.
    """
    sys.exit(guarded(_from_manager, say=say_on_stderr, always_zero=True))


def _from_git() -> int:
    git_pid, remote, url = [*sys.argv[1:], '', '', ''][:3]
    refs = os.fsdecode(sys.stdin.buffer.read())
    return push(refs, remote, url, git_pid=int(git_pid or 0), environ=dict(os.environ))


def _from_manager() -> int:
    environ = dict(os.environ)
    remote, url = [*sys.argv[1:], '', ''][:2]
    if 'PRE_COMMIT_REMOTE_BRANCH' in environ:
        refs = refs_of_pre_commit(environ)
        remote = environ.get('PRE_COMMIT_REMOTE_NAME', remote)
        url = environ.get('PRE_COMMIT_REMOTE_URL', url)
    else:
        refs = '' if sys.stdin.isatty() else os.fsdecode(sys.stdin.buffer.read())
    return push(refs, remote, url, git_pid=0, environ=environ)


def refs_of_pre_commit(environ: dict[str, str]) -> str:
    """The line that git would have given. On the first push of a whole tree there is no sha, so
    the local branch, which may be `HEAD`, is asked for it.
    """
    local = environ.get('PRE_COMMIT_LOCAL_BRANCH', '')
    sha = environ.get('PRE_COMMIT_TO_REF') or _sha_of(local)
    return f'{local} {sha} {environ["PRE_COMMIT_REMOTE_BRANCH"]} -\n'


def pushed_branches(refs: str, head: str | None) -> list[tuple[str, str, str]]:
    """(local branch, remote branch, sha) of every pushed branch; no deletions, no tags."""
    found = []
    for line in refs.split('\n'):
        fields = line.split(' ')
        if len(fields) != 4 or not fields[2].startswith(_HEADS):
            continue
        local, sha, remote_branch = fields[0], fields[1], fields[2][len(_HEADS) :]
        if local != '(delete)' and sha.strip('0'):
            named = local[len(_HEADS) :] if local.startswith(_HEADS) else ''
            found.append((head or '' if local == 'HEAD' else named, remote_branch, sha))
    return found


def push(refs: str, remote: str, url: str, *, git_pid: int, environ: dict[str, str]) -> int:
    """Takes git's lines `local-ref local-sha remote-ref remote-sha`. Raises OSError."""
    found = gitdir.git_folders(os.getcwd(), environ)
    if found is None or handover.is_off(environ):
        return 0
    git_folder, common = found
    pushed = [
        (local, remote_branch, sha)
        for local, remote_branch, sha in pushed_branches(refs, gitdir.branch_of(git_folder))
        if _may_be_a_plan(local, remote_branch, common)
    ]
    if pushed:
        rest = (remote, url, os.getcwd(), str(git_pid))
        _announce(pushed)
        handover.hand_over(common, [('push', *one, *rest) for one in pushed], git_pid, environ)
    return 0


def _may_be_a_plan(local: str, remote_branch: str, common: str) -> bool:
    """By its name, a word in git's config, or a reference file in its worktree."""
    if plan_branch.number_in(remote_branch) or plan_branch.number_in(local):
        return True
    if gitdir.config_mentions(common, 'learn-issue'):
        return True
    worktree = gitdir.checked_out(common).get(local)
    if worktree is None or local in plan_branch.USUAL_DEFAULTS:
        return False
    return plan_branch.reference_file(worktree) is not None


def _announce(pushed: list[tuple[str, str, str]]) -> None:
    """One line. A `<n>-<slug>` may be no plan at all: of such a branch nothing is said yet."""
    names = [remote if plan_branch.number_in(remote) else local for local, remote, _ in pushed]
    plans = dict.fromkeys(
        f'#{plan_branch.number_in(name)}'
        for name in names
        if plan_branch.number_in(name) and not plan_branch.is_old_form(name)
    )
    if plans:
        word = 'plan' if len(plans) == 1 else 'plans'
        say_on_stderr(
            f'learning from {word} {", ".join(plans)} in the background (learn-hook status)'
        )


def _sha_of(ref: str) -> str:
    import subprocess

    asked = subprocess.run(
        ['git', 'rev-parse', '--verify', '--quiet', '--end-of-options', ref],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() or '-'


if __name__ == '__main__':
    console()
