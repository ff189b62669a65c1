"""What git's configuration says, and the folders that it leads to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.git.repository import ask, run
from learn_core.push import consent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learn_core.git.repository import Repository

_SEVERAL = (
    'learn-hook.allowsecret',
    'learn-hook.branches',
    'learn-hook.planlabels',
    'learn-hook.secret',
)


def settings_of(repository: Repository) -> dict[str, str]:
    """git config's `learn-hook.*`, the keys in lower case. The last value of a key counts; of the
    keys in `_SEVERAL` all do, a line each. `consent` is what `push.consent.consents` makes of it.
    """
    answer = ask(repository, *consent.QUESTION, r'^learn-hook\.') or ''
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
    return ask(repository, 'config', '--get', f'branch.{branch}.learn-issue') if branch else None


def config_entries(repository: Repository, pattern: str) -> list[tuple[str, str]]:
    """Key and value of what matches a regular expression in git's configuration."""
    listed = ask(repository, 'config', '-z', '--get-regexp', pattern) or ''
    pairs = [pair.partition('\n') for pair in listed.split('\0') if pair]
    return [(key, value) for key, _, value in pairs]


def local_values(repository: Repository, key: str) -> list[str]:
    """The values of a key in the repository's own config file."""
    answer = ask(repository, 'config', '--local', '--no-includes', '-z', '--get-all', key) or ''
    return answer.split('\0')[:-1]


def set_config(repository: Repository, key: str, values: Sequence[str]) -> None:
    """Sets a key in the repository's own config file; no values unset it. Raises LearnError."""
    if local_values(repository, key) == list(values):
        return
    changes = [['--replace-all', key, value] for value in values[:1]] or [['--unset-all', key]]
    for change in [*changes, *(['--add', key, value] for value in values[1:])]:
        code, words = run(repository, ['config', '--local', *change])
        if code:
            raise LearnError(
                f'git config could not change {key} ({words}); check the permissions of that file'
            )


def scope_of(repository: Repository, key: str) -> str:
    """Which of git's files a setting comes from (`local`, `global`, …), '' for none."""
    answer = ask(repository, 'config', '--show-scope', '--get', key) or ''
    return answer.partition('\t')[0]


def hooks_folder(repository: Repository) -> Path:
    """Where git looks for hooks: `core.hooksPath`, else the common folder's."""
    answer = ask(repository, 'rev-parse', '--git-path', 'hooks') or 'hooks'
    return repository.worktree / answer


def worktrees(repository: Repository) -> list[tuple[Path, str | None]]:
    """(folder, branch checked out there) of every worktree, the main one first."""
    found: list[tuple[Path, str | None]] = []
    listed = ask(repository, 'worktree', 'list', '--porcelain', '-z')
    if listed is None:  # git before 2.36
        listed = (ask(repository, 'worktree', 'list', '--porcelain') or '').replace('\n', '\0')
    for line in listed.split('\0'):
        key, _, value = line.partition(' ')
        if key == 'worktree':
            found.append((Path(value), None))
        elif key == 'branch' and found:
            found[-1] = (found[-1][0], value.removeprefix('refs/heads/'))
    return found


def ignored(repository: Repository, tree: Path, files: list[Path]) -> list[Path]:
    """Which files of a worktree git ignores, and does not track all the same."""
    if not files:
        return []
    names = [str(file.relative_to(tree)) for file in files]
    place = ('-c', 'core.quotePath=false', '-C', str(tree))
    listed = ask(repository, *place, 'check-ignore', '--', *names) or ''
    return [tree / name for name in listed.splitlines()]
