"""git push: what git, pre-commit or prek say is pushed, handed to the worker.

Started by the installed hook as `python -I -S`, or by pre-commit and prek as `python -I -m`.
"""

from __future__ import annotations

import os
import sys
import time

from learn_core.errors import guarded, say_on_stderr
from learn_core.push import branch_names, consent, entry, git_dir, spawn, spool, team

TYPE_CHECKING = False  # the module typing costs a push 8 ms
if TYPE_CHECKING:
    from learn_core.push.consent import Setting

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
    settings = consent.entries_of_sh(config)
    pid = spawn.pid_of_git(int(git_pid or 0))
    return push(refs, remote, url, settings=settings, git_pid=pid)


def _from_manager() -> int:
    given, words = team.settings_in(sys.argv[1:])
    remote, url = [*words, '', ''][:2]
    if 'PRE_COMMIT_REMOTE_BRANCH' in os.environ:
        refs = refs_of_pre_commit(dict(os.environ))
        remote = os.environ.get('PRE_COMMIT_REMOTE_NAME', remote)
        url = os.environ.get('PRE_COMMIT_REMOTE_URL', url)
    else:
        is_silent = sys.stdin is None or sys.stdin.isatty()
        refs = '' if is_silent else os.fsdecode(sys.stdin.buffer.read())
    settings = [*entry.ask_settings(), *(('command', '', *pair) for pair in given.items())]
    return push(refs, remote, url, settings=settings, git_pid=0, args=sys.argv[1:])


def refs_of_pre_commit(environ: dict[str, str]) -> str:
    """The line that git would have given. On the first push of a whole tree there is no sha, so
    git is asked for that of the local branch, which may be `HEAD`.
    """
    local = environ.get('PRE_COMMIT_LOCAL_BRANCH', '')
    words = ('rev-parse', '--verify', '--quiet', '--end-of-options', local)
    sha = environ.get('PRE_COMMIT_TO_REF') or entry.ask_git(*words).strip() or '-'
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


def push(
    refs: str,
    remote: str,
    url: str,
    *,
    settings: list[Setting],
    git_pid: int,
    args: list[str] | None = None,
) -> int:
    """Takes git's lines `local-ref local-sha remote-ref remote-sha`, and what git config says of
    our switches; a pid of 0 is a manager's, `args` are those of its configuration. Raises OSError.
    """
    folder = os.getcwd()
    found = git_dir.git_folders(folder, dict(os.environ))
    if found is None:
        return 0
    here = _Here(folder, *found, settings)
    place, password = spool.split_password(url)
    entries: list[dict[str, object]] = [
        {
            'kind': 'push',
            'local_branch': local,
            'remote_branch': remote_branch,
            'sha': sha,
            'remote': spool.split_password(remote)[0],
            'url': place,
            'worktree': folder,
            'git_pid': git_pid,
            'at': time.time(),
            'team': '\0'.join(args or ()),
            **here.named(local, remote_branch, sha),
        }
        for local, remote_branch, sha in pushed_branches(refs, here.head)
        if here.may_be_a_plan(local, remote_branch) and not _is_dry(git_pid)
    ]
    credentials = f'{place} {password}' if password else ''
    return entry.take_down(
        here.common, folder, entries, settings, git_pid=git_pid, credentials=credentials
    )


def _is_dry(git_pid: int) -> bool:
    """Is it `git push --dry-run`, as far as can be seen from outside?"""
    try:
        with open(f'{spawn.PROC}/{git_pid}/cmdline', 'rb') as file:
            words = file.read().split(b'\0')
    except OSError:
        return False
    after = words[words.index(b'push') :] if b'push' in words else []
    return b'--dry-run' in after or b'-n' in after


class _Here:
    """A repository as far as it is known without asking git."""

    def __init__(self, folder: str, git_folder: str, common: str, settings: list[Setting]) -> None:
        self.common, self.head = common, git_dir.branch_of(git_folder)
        checked_out = git_dir.checked_out(common)
        self.trees = {**checked_out, **({self.head: folder} if self.head else {})}
        self.assigned = consent.of_each(settings, 'branch.', '.learn-issue')
        self.remotes = list(consent.of_each(settings, 'remote.', '.url'))
        globs = ','.join(consent.values_of(settings, 'learn-hook.branches'))
        self.globs = [glob for glob in globs.replace('\n', ',').split(',') if glob]
        self.is_any = consent.value_of(settings, 'learn-hook.plans').lower() == 'any'

    def may_be_a_plan(self, local: str, remote: str) -> bool:
        """By git config, its name, a glob, or a reference file in its worktree."""
        if local in self.assigned:
            return self.assigned[local] != 'none'
        if any(
            branch_names.number_in(branch) or branch_names.is_like_one(branch, self.globs)
            for branch in (remote, local)
        ):
            return True
        return bool(self._references(local))

    def named(self, local: str, remote: str, sha: str) -> dict[str, object]:
        """What names the plan, written down because branch and worktree may be gone soon, and
        `said`, the number that the hook prints: not for a plan reference that a default branch
        holds as well, nor for a `<n>-<slug>`, which may belong to no plan; where any issue
        `is_any` plan, that is `likely`.
        """
        if local in self.assigned:
            what = self.assigned[local]
            number = branch_names.plain_number(what.rpartition('/')[2].removeprefix('#'))
            return {'named': what, 'named_by': 'config', **({'said': number} if number else {})}
        name = remote if branch_names.number_in(remote) else local
        found = branch_names.number_in(name)
        if found and not branch_names.is_old_form(name):
            return {'said': found, 'named': str(found), 'named_by': 'name'}
        for path, number in self._references(local)[:1]:
            is_said = number and not self._is_left_over(local, sha, path)
            told = {'named': str(number), 'named_by': 'reference', 'reference': path}
            return {**told, **({'said': number} if is_said else {})}
        return {'likely': found} if found and self.is_any else {}

    def _references(self, local: str) -> list[tuple[str, int]]:
        """The plan references in the branch's worktree, none for a default branch."""
        if local not in self.trees or local in branch_names.USUAL_DEFAULTS:
            return []
        return branch_names.references(self.trees[local], local)

    def _is_left_over(self, local: str, sha: str, path: str) -> bool:
        """Is this a default branch, or does one hold this file of the pushed commit unchanged?"""
        refs = [sha, *branch_names.USUAL_DEFAULTS]
        for remote in self.remotes:
            head = git_dir.first_line(os.path.join(self.common, 'refs', 'remotes', remote, 'HEAD'))
            if head == f'ref: refs/remotes/{remote}/{local}':
                return True
            refs += [f'{remote}/{name}' for name in ('HEAD', *branch_names.USUAL_DEFAULTS)]
        asked = ''.join(f'{ref}:{path}\n' for ref in refs)
        found = entry.ask_git('cat-file', '--batch-check', given=asked).splitlines()
        return found[:1] != [] and found[0] in found[1:] and not found[0].endswith(' missing')


if __name__ == '__main__':
    console()
