"""Hook managers: git calls them in place of our hooks, or they call ours themselves.

Where shared files or a manager's own files would have to change, our hooks are put into a folder of
git's common folder, and the person is told the line that calls them from there. That line does
nothing where there is no such folder, so it can be committed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from learn_core import git
from learn_core.install.script import NAMES, is_ours, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from learn_core.git import Repository

SHELF = 'learn-hook/hooks'

LINE = (
    f'code=$?; hook="$(git rev-parse --git-common-dir)/{SHELF}/${{0##*/}}"; '
    '[ ! -x "$hook" ] || "$hook" "$@"; exit $code'
)

_LEFTHOOK = """\
{name}: {{jobs: [{{name: learn-hook, {stdin}run: 'hook="$(git rev-parse --git-common-dir)/\
{shelf}/{name}"; [ ! -x "$hook" ] || "$hook" {arguments}'}}]}}"""
_LEFTHOOK_MARK = 'LEFTHOOK'  # by this word lefthook knows its own hooks
_BY_ITS_NAME = re.compile(r'basename\W{1,6}\$\{?0\b|\$\{0##')
_EVERYWHERE = ('system', 'global')


class Manager(NamedTuple):
    """What calls the hooks here: what a person has to do, and the files that the line may be in."""

    advice: str
    files: Sequence[Path]

    @property
    def told(self) -> list[Path]:
        """The files in which a line calls our hooks."""
        return [file for file in self.files if SHELF in text_of(file)]

    @property
    def calls(self) -> list[str]:
        """The names of our hooks that are called."""
        told = [(file.name, text_of(file)) for file in self.told]
        return [
            name
            for name in NAMES
            if any(file == name or f'{SHELF}/{name}' in text for file, text in told)
        ]


def manager_of(repository: Repository) -> Manager | None:
    """What calls the hooks here, or None where ours can be put where git looks for them."""
    folder = git.hooks_folder(repository).resolve()
    if not folder.is_relative_to(repository.common):
        for tree, _ in git.worktrees(repository):
            if folder.is_relative_to(tree.resolve()):
                return _of_work_tree(folder)
        if git.scope_of(repository, 'core.hooksPath') in _EVERYWHERE:
            return _by_line(folder, f'core.hooksPath is {folder} for all your repositories')
    hooks = [folder / name for name in NAMES if not is_ours(folder / name)]
    if any(_LEFTHOOK_MARK in text_of(hook) for hook in hooks):
        return _lefthook(repository.worktree)
    for hook in hooks:
        if _BY_ITS_NAME.search(text_of(hook)):
            return _by_line(folder, f'{hook} uses its own file name, so it cannot be renamed')
    return None


def calls_legacy(hook: Path) -> bool:
    """Does a hook call the one beside it whose name ends in `.legacy`, as pre-commit's and prek's
    hooks do?
    """
    text = text_of(hook)
    return 'hook-impl' in text or f'{hook.name}.legacy' in text


def _of_work_tree(folder: Path) -> Manager:
    if folder.name == '_' and (folder / 'h').exists():
        return _by_line(folder.parent, 'husky runs the hooks here', begin='')
    return _by_line(folder, f'core.hooksPath is {folder}, which is part of the work tree')


def _by_line(folder: Path, why: str, begin: str = '#!/bin/sh, and chmod +x') -> Manager:
    files = [folder / name for name in NAMES]
    is_new = begin and not all(file.exists() for file in files)
    begin = f' (a new file needs {begin})' if is_new else ''
    where = f'{" and ".join(NAMES)} in {folder}'
    return Manager(f'{why}; make this the last line of {where}{begin}: `{LINE}`', files)


def _lefthook(worktree: Path) -> Manager:
    push = _LEFTHOOK.format(
        name='pre-push', stdin='use_stdin: true, ', shelf=SHELF, arguments='"{1}" "{2}"'
    )
    merge = _LEFTHOOK.format(name='post-merge', stdin='', shelf=SHELF, arguments='"{1}"')
    advice = (
        f'lefthook runs the hooks here; add the line `{push}` and the line `{merge}` to '
        f'{worktree / "lefthook-local.yml"}, then run lefthook install'
    )
    folders = (worktree, worktree / '.config')
    return Manager(advice, [file for folder in folders for file in folder.glob('*lefthook*')])
