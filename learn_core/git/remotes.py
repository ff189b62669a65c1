"""The remotes of a repository: where they lead, and what has arrived there."""

from __future__ import annotations

import re
import tempfile
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.git.environment import NO_PROMPT, credentials
from learn_core.git.repository import ask, gitpython, is_sha, open_repository

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.git.repository import Repository

SECONDS_PER_FETCH = 120


def remotes(repository: Repository) -> list[str]:
    """Names of all remotes."""
    return (ask(repository, 'remote') or '').split()


def remote_urls(repository: Repository, remote: str) -> list[str]:
    """The URLs that a remote is fetched from, or a URL itself, best first: as git resolves them
    (`insteadOf`), and as they are written where that is a path of this machine (a mirror that is
    pushed through).
    """
    resolved = _lines(repository, 'remote', 'get-url', '--all', '--', remote)
    written = _lines(repository, 'config', '--get-all', f'remote.{remote}.url')
    if not resolved:
        resolved = _lines(repository, 'ls-remote', '--get-url', '--', remote)
        written = [remote]
    if not resolved or any(map(is_path, resolved)):
        resolved = [*resolved, *written]
    return list(dict.fromkeys(resolved))


def push_urls(repository: Repository, remote: str) -> list[str]:
    """The URLs that a remote is pushed to (`pushurl`, `pushInsteadOf`); none for a URL."""
    return _lines(repository, 'remote', 'get-url', '--push', '--all', '--', remote)


def _lines(repository: Repository, *words: str) -> list[str]:
    return [line for line in (ask(repository, *words) or '').splitlines() if line]


def push_remote(repository: Repository, branch: str) -> str | None:
    """The remote that a push of a local branch would go to, if there is such a branch."""
    shown = '--format=%(push:remotename)'
    return ask(repository, 'for-each-ref', shown, f'refs/heads/{branch}') if branch else None


def default_branches(repository: Repository) -> set[str]:
    """What may be a default branch here: main, master, and what the remotes' HEADs name."""
    heads = ask(repository, 'for-each-ref', '--format=%(refname) %(symref)', 'refs/remotes') or ''
    found = {'main', 'master'}
    for line in heads.splitlines():
        name, _, target = line.partition(' ')
        prefix = name.removesuffix('HEAD')
        if target and name.endswith('/HEAD') and target.startswith(prefix):
            found.add(target.removeprefix(prefix))
    return found


def is_path(url: str) -> bool:
    """Is it a place on this machine?"""
    return url.startswith(('file:', '/', '.', '~')) or ':' not in url


def tracking_tip(repository: Repository, remote: str, branch: str) -> str | None:
    """The commit that a remote's branch had when git last heard of it, None for unknown."""
    if remote not in remotes(repository):
        return None
    ref = f'refs/remotes/{remote}/{branch}'
    return ask(repository, 'rev-parse', '--verify', '--quiet', ref)


def remote_tip(
    repository: Repository, remote: str, url: str, branch: str, *, secret: str = ''
) -> str | None:
    """The commit that a branch has there, '' without such a branch, None where nobody answers.

    `secret` is the `user:password` that a pushed URL held.
    """
    is_known = remote in remotes(repository)
    place, secret = _push_place(repository, remote) if is_known else (url or remote, secret)
    with repository.git.git.custom_environment(**credentials(secret)):
        listed = ask(repository, 'ls-remote', '--', place, f'refs/heads/{branch}')
    return None if listed is None else listed.partition('\t')[0]


def holds(repository: Repository, tip: str | None, sha: str) -> bool:
    """Is the commit `sha` the `tip`, or one before it?"""
    return tip == sha or (
        tip is not None
        and is_sha(tip)
        and is_sha(sha)
        and ask(repository, 'merge-base', '--is-ancestor', sha, tip) is not None
    )


def _push_place(repository: Repository, remote: str) -> tuple[str, str]:
    """The place of a known remote to ask, and the `user:password` of its URL, which must not appear
    on a command line: by its name, so that git uses all of its settings, where that is possible.
    """
    push = ask(repository, 'remote', 'get-url', '--push', '--', remote) or ''
    scheme, has_scheme, rest = push.partition('://')
    authority, slash, path = rest.partition('/')
    secret, has_secret, host = authority.rpartition('@')
    if has_secret and scheme in ('http', 'https'):
        return f'{scheme}{has_scheme}{host}{slash}{path}', secret
    is_same = push == ask(repository, 'remote', 'get-url', '--', remote)
    return (remote if is_same or not push else push), ''


def remote_files(url: str, *, most: int) -> dict[str, bytes]:
    """The files at the root of a remote repository, at most `most` bytes in all.

    Nothing is checked out, so no link or filter of that repository takes effect. Raises LearnError.
    """
    git = gitpython()
    with tempfile.TemporaryDirectory(prefix='learn-hook-') as folder:
        repo = git.Repo.init(folder, bare=True)
        repo.git.update_environment(**NO_PROMPT)
        fetch = ('-c', 'credential.helper=', 'fetch', '--quiet', '--depth=1', '--no-tags')
        try:
            repo.git.execute(
                ['git', *fetch, '--', url, 'HEAD'], kill_after_timeout=SECONDS_PER_FETCH
            )
            found = repo.commit('FETCH_HEAD').tree.blobs
            blobs = [blob for blob in found if blob.mode != blob.link_mode]
            if sum(blob.size for blob in blobs) > most:
                raise LearnError(f'there are more than {most:,} bytes; make it smaller')
            return {blob.name: blob.data_stream.read() for blob in blobs}
        except (git.GitError, ValueError, OSError) as error:
            raise LearnError('git cannot fetch it; check the URL and the network') from error


def has_file(repository: Repository, file: str, ref: str) -> bool:
    """Is a file in the work tree, or on a ref or default branch of a remote?"""
    if (repository.worktree / file).is_file():
        return True
    return any(
        ask(repository, 'cat-file', '-e', f'{remote}/{name}:{file}') is not None
        for remote in remotes(repository)
        for name in (ref, 'HEAD')
    )


def published_commit(folder: Path) -> str:
    """What a clone has checked out, as `git+https://…@<commit>` at a remote that has it; '' where
    none has. Raises LearnError where there is no clone.
    """
    repository = open_repository(folder)
    commit = ask(repository, 'rev-parse', 'HEAD') or ''
    for name in remotes(repository):
        pattern = f'refs/remotes/{name}/*'
        held = ask(repository, 'for-each-ref', '--count=1', f'--contains={commit}', pattern)
        for url in remote_urls(repository, name) if held else ():
            path = re.fullmatch(r'(?:https://|ssh://git@|git@)(?:[^@/]*@)?([^:/]+)[:/](.+)', url)
            if path:
                return f'git+https://{path[1]}/{path[2]}@{commit}'
    return ''
