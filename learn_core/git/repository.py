"""A repository as seen from one of its worktrees, and the one function that runs git."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.git.environment import NO_PROMPT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from git import Repo

SECONDS_PER_QUESTION = 30


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository as seen from one of its worktrees. With `answers` git is asked each question
    once: what it said is kept there.
    """

    worktree: Path
    main_worktree: Path
    common: Path
    git: Repo
    answers: dict[tuple[str, ...], str | None] | None = field(default=None, compare=False)


def open_repository(folder: Path) -> Repository:
    """Raises LearnError where there is no repository, no worktree or no git."""
    git = gitpython()
    try:
        repo = git.Repo(folder, search_parent_directories=True)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError) as error:
        raise LearnError(f'{folder} is not in a git repository; go to one and try again') from error
    if repo.working_tree_dir is None:
        raise LearnError(f'{folder} is a bare repository; go to a worktree of it and try again')
    repo.git.update_environment(**NO_PROMPT)
    worktree, common = Path(repo.working_tree_dir), Path(os.path.realpath(repo.common_dir))
    main = common.parent if common.name == '.git' else worktree
    found = Repository(worktree=worktree, main_worktree=main, common=common, git=repo)
    _refuse_if_git_does(found)
    ssh = os.environ.get('GIT_SSH_COMMAND')
    if ssh or not os.environ.get('GIT_SSH'):  # which is a program that takes no options of ours
        ssh = ssh or ask(found, 'config', '--get', 'core.sshCommand') or 'ssh'
        repo.git.update_environment(GIT_SSH_COMMAND=f'{ssh} -o BatchMode=yes')  # no questions
    return found


def remembering(repository: Repository) -> Repository:
    """The same, that asks git each question once: for a run, during which nothing may change."""
    return repository if repository.answers is not None else replace(repository, answers={})


def _refuse_if_git_does(repository: Repository) -> None:
    """Raises LearnError in git's own words, for instance about a folder of another owner."""
    code, words = run(repository, ['rev-parse', '--git-dir'])
    if code:
        what, *_, remedy = [line.strip() for line in words.splitlines() if line.strip()] or ['']
        todo = f'run `{remedy}`' if remedy.startswith('git ') else 'see what it means by that'
        raise LearnError(f'git says {what.removeprefix("fatal: ")!r}; {todo}')


def git_version() -> tuple[int, ...]:
    """The version of git, `(2, 43, 0)`. Raises LearnError where git is not installed."""
    version: tuple[int, ...] = gitpython().Git().version_info
    return version


def current_branch(repository: Repository) -> str | None:
    """The branch that is checked out, even without a commit; None where HEAD is detached."""
    return ask(repository, 'symbolic-ref', '--quiet', '--short', 'HEAD')


def merge_subjects(repository: Repository, before: str, after: str) -> list[str]:
    """The subjects of the commits that came in, newest first, 1,000 at most; none where either sha
    is unknown.
    """
    if not (is_sha(before) and is_sha(after)):
        return []
    span = f'{before}..{after}'
    found = ask(repository, 'log', '--format=%s', '--max-count=1000', '--end-of-options', span)
    return (found or '').splitlines()


def gitpython() -> ModuleType:
    """GitPython, which looks for git when it is imported."""
    try:
        import git
    except ImportError as error:
        raise LearnError('git not found; install git and try again') from error
    return git


def ask(repository: Repository, *words: str) -> str | None:
    """What git says, without its last line end; None where it fails."""
    known = repository.answers
    if known is not None and words in known:
        return known[words]
    code, said = run(repository, words)
    answer = said if code == 0 else None
    if known is not None:
        known[words] = answer
    return answer


def run(repository: Repository, words: Iterable[str]) -> tuple[int, str]:
    """git's exit code, and what it says: on standard output, or why it failed. Raises LearnError
    where it cannot be started.
    """
    try:
        code, output, errors = repository.git.git.execute(
            ['git', *words],
            with_extended_output=True,
            with_exceptions=False,
            as_process=False,
            stdout_as_string=False,
            kill_after_timeout=None if os.name == 'nt' else SECONDS_PER_QUESTION,
        )
    except gitpython().GitCommandNotFound as error:  # a worktree may be removed meanwhile
        raise LearnError(
            f'{repository.worktree} is gone, or git is not installed; try again in a worktree'
        ) from error
    said = os.fsdecode(output) if code == 0 else str(errors)
    return code, said.removesuffix('\n')


def commit(repository: Repository, name: str) -> str | None:
    """The whole name of the commit that a name means, None for none."""
    words = ('rev-parse', '--verify', '--quiet', '--end-of-options', f'{name}^{{commit}}')
    return ask(repository, *words) if name else None


def is_sha(text: str) -> bool:
    """Is it the whole name of an object?"""
    return len(text) in (40, 64) and set(text) <= set('0123456789abcdef')
