"""git push: what git, pre-commit or prek say is pushed, handed to the worker.

Started by the installed hook as `python -I -S`, or by pre-commit and prek as `python -I -m`.
"""

from __future__ import annotations

import os
import sys
import time

from learn_core.errors import guarded, say_on_stderr
from learn_core.push import branch_names as plan_branch
from learn_core.push import git_dir, schedule, spool
from learn_core.push.notices import Voice

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
    git_pid, config, remote, url = [*sys.argv[1:], '', '', '', ''][:4]
    refs = os.fsdecode(sys.stdin.buffer.read())
    return push(refs, remote, url, config=config, git_pid=spool.pid_of_git(int(git_pid or 0)))


def _from_manager() -> int:
    remote, url = [*sys.argv[1:], '', ''][:2]
    if 'PRE_COMMIT_REMOTE_BRANCH' in os.environ:
        refs = refs_of_pre_commit(dict(os.environ))
        remote = os.environ.get('PRE_COMMIT_REMOTE_NAME', remote)
        url = os.environ.get('PRE_COMMIT_REMOTE_URL', url)
    else:
        is_silent = sys.stdin is None or sys.stdin.isatty()
        refs = '' if is_silent else os.fsdecode(sys.stdin.buffer.read())
    config = _ask_git('config', '--show-scope', '--get-regexp', spool.SWITCHES)
    return push(refs, remote, url, config=config, git_pid=0)


def refs_of_pre_commit(environ: dict[str, str]) -> str:
    """The line that git would have given. On the first push of a whole tree there is no sha, so
    the local branch, which may be `HEAD`, is asked for it.
    """
    local = environ.get('PRE_COMMIT_LOCAL_BRANCH', '')
    sha = environ.get('PRE_COMMIT_TO_REF') or _sha_of(local) or '-'
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


def push(refs: str, remote: str, url: str, *, config: str, git_pid: int) -> int:
    """Takes git's lines `local-ref local-sha remote-ref remote-sha`, and what git config says of
    our switches; a pid of 0 is a manager's. Raises OSError.
    """
    environ, folder, now = dict(os.environ), os.getcwd(), time.time()
    found = git_dir.git_folders(folder, environ)
    standing = spool.standing(environ, config)
    if found is None or standing == 'off':
        return 0
    git_folder, common = found
    head = git_dir.branch_of(git_folder)
    trees = {**git_dir.checked_out(common), **({head: folder} if head else {})}
    assigned = spool.assigned(config)
    pushed = [
        branch
        for branch in pushed_branches(refs, head)
        if _may_be_a_plan(branch[0], branch[1], trees, assigned)
    ]
    if spool.is_no_push(git_pid):
        pushed = []
    if pushed:
        rest = (*map(spool.without_password, (remote, url)), folder, str(git_pid))
        spool.write_down(common, [('push', *branch, *rest) for branch in pushed])
        schedule.put_due(common, now, now)  # until the worker has taken it in
    voice = Voice(common, spool.command(environ, is_managed=not git_pid), not git_pid)
    is_noticed = voice.tell()
    announced = _named(pushed, assigned)
    if announced:
        voice.announce(announced, standing, spool.value_of(config, 'learn-hook.grace'))
    if pushed or is_noticed or schedule.due(common, now):
        voice.start_worker(environ, config, folder, git_pid)
    return 0


def _may_be_a_plan(
    local: str, remote_branch: str, trees: dict[str, str], assigned: dict[str, str]
) -> bool:
    """By git config, its name, or a reference file in its worktree."""
    if local in assigned:
        return assigned[local] != 'none'
    if plan_branch.number_in(remote_branch) or plan_branch.number_in(local):
        return True
    if local not in trees or local in plan_branch.USUAL_DEFAULTS:
        return False
    return bool(plan_branch.references(trees[local], local))


def _named(pushed: list[tuple[str, str, str]], assigned: dict[str, str]) -> str:
    """`plan #5` or `plans #5, #6`; empty where nothing is to be said yet."""
    said = (_number_to_say(local, remote, assigned) for local, remote, _ in pushed)
    numbers = dict.fromkeys(f'#{number}' for number in said if number)
    return f'plan{"s" if len(numbers) > 1 else ""} {", ".join(numbers)}' if numbers else ''


def _number_to_say(local: str, remote: str, assigned: dict[str, str]) -> str:
    """Empty for a `<n>-<slug>`, which may be no plan at all: nothing is said of it yet."""
    if local in assigned:
        number = assigned[local].rpartition('/')[2].removeprefix('#')
        return number if number.isdigit() else ''
    name = remote if plan_branch.number_in(remote) else local
    return '' if plan_branch.is_old_form(name) else str(plan_branch.number_in(name) or '')


def _sha_of(ref: str) -> str:
    return _ask_git('rev-parse', '--verify', '--quiet', '--end-of-options', ref).strip()


def _ask_git(*words: str) -> str:
    import subprocess

    try:
        asked = subprocess.run(['git', *words], capture_output=True, text=True, check=False)
    except OSError:  # no git on the path
        return ''
    return asked.stdout if asked.returncode == 0 else ''


if __name__ == '__main__':
    console()
