"""Where git's own folders are, found without git, for a hook may not wait for one more process."""

from __future__ import annotations

import os


def git_folders(start: str, environ: dict[str, str]) -> tuple[str, str] | None:
    """(git folder, common folder) for a directory, or None outside of a repository.

    They differ in a linked worktree. Records are kept in the common folder, which all share.
    """
    folder = environ.get('GIT_DIR')
    found = os.path.join(start, folder) if folder else _search_up(os.path.abspath(start))
    if found is None or not os.path.isdir(found):
        return None
    common = first_line(os.path.join(found, 'commondir'))
    return found, os.path.normpath(os.path.join(found, common)) if common else found


def branch_of(git_folder: str) -> str | None:
    """The branch that HEAD names, or None where it is detached.

    Where references are kept as reftable the file HEAD is a placeholder; git is asked there.
    """
    line = first_line(os.path.join(git_folder, 'HEAD'))
    if line == 'ref: refs/heads/.invalid':
        line = f'ref: {_ask_git("--git-dir", git_folder, "symbolic-ref", "--quiet", "HEAD")}'
    prefix = 'ref: refs/heads/'
    return line[len(prefix) :] if line.startswith(prefix) else None


def checked_out(common: str) -> dict[str, str]:
    """branch -> worktree folder, for the main worktree and all linked ones."""
    found = {}
    for git_folder, worktree in work_trees(common):
        branch = branch_of(git_folder)
        if branch:
            found[branch] = worktree
    return found


def work_trees(common: str) -> list[tuple[str, str]]:
    """(git folder, worktree folder) of the main worktree and of all linked ones."""
    found = []
    if os.path.basename(common) == '.git':
        found.append((common, os.path.dirname(common)))
    linked = os.path.join(common, 'worktrees')
    for name in sorted(os.listdir(linked)) if os.path.isdir(linked) else ():
        git_folder = os.path.join(linked, name)
        dot_git = first_line(os.path.join(git_folder, 'gitdir'))
        if dot_git:
            found.append((git_folder, os.path.dirname(os.path.join(git_folder, dot_git))))
    return found


def _ask_git(*words: str) -> str:
    """What git says, without its line end; '' where it fails. Without the module subprocess, whose
    import takes as long as git itself.
    """
    read, write = os.pipe()
    to_nowhere = (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
    to_us = (os.POSIX_SPAWN_DUP2, write, 1)
    try:
        git = os.posix_spawnp('git', ['git', *words], os.environ, file_actions=[to_nowhere, to_us])
    except OSError:  # no git on the path
        os.close(read)
        return ''
    finally:
        os.close(write)
    with os.fdopen(read, 'rb') as answer:
        said = os.fsdecode(answer.read()).rstrip('\n')
    os.waitpid(git, 0)
    return said


def _search_up(folder: str) -> str | None:
    while True:
        candidate = os.path.join(folder, '.git')
        if os.path.isdir(candidate):
            return candidate
        pointer = first_line(candidate)
        if pointer.startswith('gitdir: '):
            return os.path.normpath(os.path.join(folder, pointer[len('gitdir: ') :]))
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def first_line(path: str) -> str:
    """Without its line end; empty where there is no such file."""
    try:
        with open(path, 'rb') as file:
            return os.fsdecode(file.readline().rstrip(b'\r\n'))
    except OSError:
        return ''
