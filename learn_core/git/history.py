"""What git remembers: commits of a branch, former names of it, files of the default branch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from learn_core.git.remotes import default_branches
from learn_core.git.repository import ask, commit, is_sha

if TYPE_CHECKING:
    from learn_core.git.repository import Repository

MOST_COMMITS = 1_000
MOST_OF_ALL = 100_000

_RENAMED = re.compile(r'renamed refs/heads/(?P<old>\S+) to refs/heads/(?P<new>\S+)')


class Commit(NamedTuple):
    """A commit, when it was written first and when it was made (rebased), in seconds since 1970."""

    sha: str
    written: int
    made: int


def commits_of(repository: Repository, tip: str, *, before: str = '') -> list[Commit]:
    """The commits at the end of a branch that no default branch has, newest first; with `before`
    those that came in since that commit. None if git does not know `tip`, at most 1,000.
    """
    known = commit(repository, tip)
    if known is None:
        return []
    others = [before] if is_sha(before) else _default_refs(repository)
    words = [f'--max-count={MOST_COMMITS}', '--format=%H %at %ct', known, '--not', *others]
    listed = ask(repository, 'log', *words) or ''
    fields = (line.split(' ') for line in listed.splitlines())
    return [Commit(sha, int(written), int(made)) for sha, written, made in fields]


class Work(NamedTuple):
    """A branch's own work: its head, the commit that it began at, its commits as `sha subject`,
    newest first, and what `git diff --stat` says of all of it.
    """

    head: str = ''
    base: str = ''
    commits: tuple[str, ...] = ()
    diff_stat: str = ''


def work_of(repository: Repository, tip: str, *, before: str = '') -> Work:
    """What `commits_of` finds, summarized; without commits the head alone, if git knows it."""
    own = commits_of(repository, tip, before=before)
    if not own:
        return Work(commit(repository, tip) or '')
    head, first = own[0].sha, own[-1].sha
    base = ask(repository, 'rev-parse', '--short', '--verify', '--quiet', f'{first}^') or ''
    listed = ask(repository, 'log', '--format=%h %s', f'{base}..{head}' if base else head) or ''
    stat = ask(repository, 'diff', '--stat=100', base, head) if base else ''
    return Work(head, base, tuple(listed.splitlines()), stat or '')


def commit_at(repository: Repository, branch: str, moment: float) -> str:
    """Where a branch was here at a moment (seconds since 1970), by its reflog; '' if unknown."""
    shown = ('--format=%H %gd', '--date=unix', f'refs/heads/{branch}', '--')
    for line in (ask(repository, 'reflog', 'show', *shown) or '').splitlines():  # newest first
        sha, _, when = line.partition(' ')
        if float(when.rpartition('@{')[2].rstrip('}')) <= moment:
            return sha
    return ''


def all_commits(repository: Repository) -> frozenset[str]:
    """The commits that branches, tags and reflogs lead to, the 100,000 newest."""
    words = ('rev-list', '--all', '--reflog', f'--max-count={MOST_OF_ALL}')
    return frozenset((ask(repository, *words) or '').split())


def _default_refs(repository: Repository) -> list[str]:
    """The refs of all default branches that are here, the remotes' own first."""
    default, refs = default_branches(repository), _refs(repository)
    named = [ref for ref, name in refs.items() if name in default]
    return sorted(named, key=lambda ref: ref.startswith('refs/heads/'))


def is_on_default(repository: Repository, where: str, path: str) -> bool:
    """Does a default branch hold this file of a worktree (or of a commit) unchanged?"""
    verify = ('rev-parse', '--verify', '--quiet')
    file = ('-C', where, 'hash-object', '--', path)
    mine = ask(repository, *((*verify, f'{where}:{path}') if is_sha(where) else file))
    refs = _default_refs(repository) if mine is not None else []
    return any(ask(repository, *verify, f'{ref}:{path}') == mine for ref in refs)


def branches(repository: Repository) -> list[str]:
    """The names of all branches here and at the remotes, as far as git has seen them."""
    return list(dict.fromkeys(_refs(repository).values()))


def _refs(repository: Repository) -> dict[str, str]:
    """Every branch here and at the remotes: its ref, and its name without the remote's."""
    shown = '--format=%(refname)'
    refs = (ask(repository, 'for-each-ref', shown, 'refs/heads', 'refs/remotes') or '').splitlines()
    return {ref: ref.split('/', 3 if ref.startswith('refs/remotes/') else 2)[-1] for ref in refs}


def former_names(repository: Repository, branch: str) -> list[str]:
    """What a branch was called before `git branch -m`, by the reflogs; never a default branch."""
    names = [branch]
    default = default_branches(repository)
    for ref in (f'refs/heads/{branch}', 'HEAD'):
        log = ask(repository, 'reflog', 'show', '--format=%gs', ref, '--') or ''
        for renamed in _RENAMED.finditer(log):  # newest first
            old = renamed['old']
            if renamed['new'] == names[-1] and old not in names and old not in default:
                names.append(old)
    return names[1:]
