"""Everything that is asked of git, through GitPython."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.push import consent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from git import Repo

SECONDS_PER_QUESTION = 30
SECONDS_PER_FETCH = 120

_SEVERAL = ('learn-hook.allowsecret',)
_NO_PROMPT = {
    'GIT_ASKPASS': '',
    'GIT_TERMINAL_PROMPT': '0',
    'SSH_ASKPASS_REQUIRE': 'never',
    'GCM_INTERACTIVE': 'never',
    'GIT_OPTIONAL_LOCKS': '0',
    'LC_ALL': 'C',
}


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository as seen from one of its worktrees."""

    worktree: Path
    main_worktree: Path
    common: Path
    git: Repo


def open_repository(folder: Path) -> Repository:
    """Raises LearnError where there is no repository, no worktree or no git."""
    git = _gitpython()
    try:
        repo = git.Repo(folder, search_parent_directories=True)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError) as error:
        raise LearnError(f'{folder} is in no git repository; go to one and try again') from error
    if repo.working_tree_dir is None:
        raise LearnError(f'{folder} is a bare repository; go to a worktree of it and try again')
    repo.git.update_environment(**_NO_PROMPT)
    worktree, common = Path(repo.working_tree_dir), Path(os.path.realpath(repo.common_dir))
    main = common.parent if common.name == '.git' else worktree
    found = Repository(worktree=worktree, main_worktree=main, common=common, git=repo)
    repo.git.update_environment(**_ssh_without_a_prompt(found))
    return found


def _ssh_without_a_prompt(repository: Repository) -> dict[str, str]:
    """The ssh that git would use, told never to ask for a passphrase or a strange host's key."""
    if os.environ.get('GIT_SSH') and not os.environ.get('GIT_SSH_COMMAND'):
        return {}  # a program of the person's own, which takes no options of ours
    configured = _ask(repository, 'config', '--get', 'core.sshCommand')
    command = os.environ.get('GIT_SSH_COMMAND') or configured or 'ssh'
    return {'GIT_SSH_COMMAND': f'{command} -o BatchMode=yes'}


def git_version() -> tuple[int, ...]:
    """The version of the git that is asked, `(2, 43, 0)`. Raises LearnError where there is none."""
    version: tuple[int, ...] = _gitpython().Git().version_info
    return version


def remote_files(url: str, *, most: int) -> dict[str, bytes]:
    """The files at the root of a repository that lies elsewhere, of `most` bytes together.

    Nothing is checked out, so no link and no filter of a stranger's is followed. Raises LearnError.
    """
    git = _gitpython()
    with tempfile.TemporaryDirectory(prefix='learn-hook-') as folder:
        repo = git.Repo.init(folder, bare=True)
        repo.git.update_environment(**_NO_PROMPT)
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
            raise LearnError('git can not fetch it; check the URL and the network') from error


def settings_of(repository: Repository) -> dict[str, str]:
    """git config's `learn-hook.*`, the keys in lower case. The last value of a key counts; of the
    keys in `_SEVERAL` all do, a line each. `consent` is what `push.consent.consents` makes of it.
    """
    answer = _ask(repository, *consent.QUESTION, r'^learn-hook\.') or ''
    settings = consent.entries(answer)
    found: dict[str, str] = {}
    for _, _, key, value in settings:
        is_next = key in _SEVERAL and key in found
        found[key] = f'{found[key]}\n{value}' if is_next else value
    found.pop('learn-hook.consent', None)
    agreed = consent.consents(settings, str(repository.common), str(repository.worktree))
    return found | ({'learn-hook.consent': '\n'.join(agreed)} if agreed else {})


def learn_issue(repository: Repository, branch: str) -> str | None:
    """`branch.<name>.learn-issue`."""
    return _ask(repository, 'config', '--get', f'branch.{branch}.learn-issue') if branch else None


def push_remote(repository: Repository, branch: str) -> str | None:
    """The remote that a push of a local branch would go to, if there is such a branch."""
    shown = '--format=%(push:remotename)'
    return _ask(repository, 'for-each-ref', shown, f'refs/heads/{branch}') if branch else None


def current_branch(repository: Repository) -> str | None:
    """The branch one stands on, also before its first commit; None where HEAD is detached."""
    return _ask(repository, 'symbolic-ref', '--quiet', '--short', 'HEAD')


def worktrees(repository: Repository) -> list[tuple[Path, str | None]]:
    """(folder, branch checked out there) of every worktree, the main one first."""
    found: list[tuple[Path, str | None]] = []
    listed = _ask(repository, 'worktree', 'list', '--porcelain', '-z')
    if listed is None:  # git before 2.36
        listed = (_ask(repository, 'worktree', 'list', '--porcelain') or '').replace('\n', '\0')
    for line in listed.split('\0'):
        key, _, value = line.partition(' ')
        if key == 'worktree':
            found.append((Path(value), None))
        elif key == 'branch' and found:
            found[-1] = (found[-1][0], value.removeprefix('refs/heads/'))
    return found


def default_branches(repository: Repository) -> set[str]:
    """What may be a default branch here: main, master, and what the remotes' HEADs name."""
    heads = _ask(repository, 'for-each-ref', '--format=%(refname) %(symref)', 'refs/remotes') or ''
    found = {'main', 'master'}
    for line in heads.splitlines():
        name, _, target = line.partition(' ')
        prefix = name.removesuffix('HEAD')
        if target and name.endswith('/HEAD') and target.startswith(prefix):
            found.add(target.removeprefix(prefix))
    return found


def remote_urls(repository: Repository, remote: str) -> list[str]:
    """The URLs of a remote, or of a URL itself, best first: as git resolves it (`insteadOf`), and
    as it is written where that is a path of this machine (a mirror that is pushed through).
    """
    resolved = _ask(repository, 'remote', 'get-url', '--', remote)
    written = _ask(repository, 'config', '--get', f'remote.{remote}.url')
    if resolved is None:
        resolved = _ask(repository, 'ls-remote', '--get-url', '--', remote)
        written = remote
    found = [resolved] if resolved else []
    if written and (not resolved or is_path(resolved)):
        found.append(written)
    return list(dict.fromkeys(found))


def config_entries(repository: Repository, pattern: str) -> list[tuple[str, str]]:
    """Key and value of what matches a regular expression in git's configuration."""
    listed = _ask(repository, 'config', '-z', '--get-regexp', pattern) or ''
    pairs = [pair.partition('\n') for pair in listed.split('\0') if pair]
    return [(key, value) for key, _, value in pairs]


def ignored(repository: Repository, tree: Path, files: list[Path]) -> list[Path]:
    """Which files of a worktree git ignores, and does not track all the same."""
    if not files:
        return []
    names = [str(file.relative_to(tree)) for file in files]
    place = ('-c', 'core.quotePath=false', '-C', str(tree))
    listed = _ask(repository, *place, 'check-ignore', '--', *names) or ''
    return [tree / name for name in listed.splitlines()]


def is_path(url: str) -> bool:
    """Is it a place on this machine?"""
    return url.startswith(('file:', '/', '.', '~')) or ':' not in url


def remotes(repository: Repository) -> list[str]:
    """Names of all remotes."""
    return (_ask(repository, 'remote') or '').split()


def has_landed(repository: Repository, remote: str, url: str, branch: str, sha: str) -> bool:
    """Does the remote's branch hold that commit, at its end or since: by the remote-tracking ref,
    or for a push by URL by asking the remote.
    """
    if remote in remotes(repository):
        tracking = _ask(
            repository, 'rev-parse', '--verify', '-q', f'refs/remotes/{remote}/{branch}'
        )
        if tracking is not None or not url:
            return _holds(repository, tracking or '', sha)
    listed = _ask(repository, 'ls-remote', '--', url or remote, f'refs/heads/{branch}')
    return _holds(repository, (listed or '').partition('\t')[0], sha)


def _holds(repository: Repository, tip: str, sha: str) -> bool:
    return tip == sha or (
        _is_sha(tip)
        and _is_sha(sha)
        and _ask(repository, 'merge-base', '--is-ancestor', sha, tip) is not None
    )


def merge_subjects(repository: Repository, before: str, after: str) -> list[str]:
    """The subjects of the commits that came in, newest first, 1,000 at most; none where either sha
    is unknown.
    """
    if not (_is_sha(before) and _is_sha(after)):
        return []
    span = f'{before}..{after}'
    found = _ask(repository, 'log', '--format=%s', '--max-count=1000', '--end-of-options', span)
    return (found or '').splitlines()


def set_config(repository: Repository, key: str, value: str | None) -> None:
    """Sets a key in the local config; None takes it away. Raises LearnError."""
    change = ['--unset-all', key] if value is None else [key, value]
    code, words = _run(repository, ['config', '--local', *change])
    if code and not (value is None and code == 5):
        raise LearnError(f'git config could not change {key} ({words}); see who may write there')


def scope_of(repository: Repository, key: str) -> str:
    """Which of git's files a setting comes from (`local`, `global`, …), '' for none."""
    answer = _ask(repository, 'config', '--show-scope', '--get', key) or ''
    return answer.partition('\t')[0]


def hooks_folder(repository: Repository) -> Path:
    """Where git looks for hooks: `core.hooksPath`, else the common folder's."""
    answer = _ask(repository, 'rev-parse', '--git-path', 'hooks') or 'hooks'
    return repository.worktree / answer


def _gitpython() -> ModuleType:
    """GitPython, which looks for git when it is imported."""
    try:
        import git
    except ImportError as error:
        raise LearnError('git is not to be found; install it and try again') from error
    return git


def _ask(repository: Repository, *words: str) -> str | None:
    """What git says, without its last line end; None where it fails."""
    code, answer = _run(repository, list(words))
    return answer if code == 0 else None


def _run(repository: Repository, words: Iterable[str]) -> tuple[int, str]:
    code, output, errors = repository.git.git.execute(
        ['git', *words],
        with_extended_output=True,
        with_exceptions=False,
        as_process=False,
        stdout_as_string=False,
        kill_after_timeout=None if os.name == 'nt' else SECONDS_PER_QUESTION,
    )
    said = os.fsdecode(output) if code == 0 else str(errors)
    return code, said.removesuffix('\n')


def _is_sha(text: str) -> bool:
    return len(text) in (40, 64) and set(text) <= set('0123456789abcdef')
