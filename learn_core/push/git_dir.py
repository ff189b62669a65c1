"""Where git's own folders are, found without git, for a hook may not wait for one more process."""

from __future__ import annotations

import os


def git_folders(start: str, environ: dict[str, str]) -> tuple[str, str] | None:
    """(git folder, common folder) for a directory, or None outside of a repository.

    In a linked worktree the two differ: the journal lies in the common one, so that all share it.
    """
    folder = environ.get('GIT_DIR')
    found = os.path.join(start, folder) if folder else _search_up(os.path.abspath(start))
    if found is None or not os.path.isdir(found):
        return None
    common = _first_line(os.path.join(found, 'commondir'))
    return found, os.path.normpath(os.path.join(found, common)) if common else found


def branch_of(git_folder: str) -> str | None:
    """The branch that HEAD names, or None where it is detached."""
    line = _first_line(os.path.join(git_folder, 'HEAD'))
    prefix = 'ref: refs/heads/'
    return line[len(prefix) :] if line.startswith(prefix) else None


def checked_out(common: str) -> dict[str, str]:
    """branch -> worktree folder, for the main worktree and all linked ones."""
    found = {}
    branch = branch_of(common)
    if branch and os.path.basename(common) == '.git':
        found[branch] = os.path.dirname(common)
    linked = os.path.join(common, 'worktrees')
    for name in sorted(os.listdir(linked)) if os.path.isdir(linked) else ():
        branch = branch_of(os.path.join(linked, name))
        dot_git = _first_line(os.path.join(linked, name, 'gitdir'))
        if branch and dot_git:
            found[branch] = os.path.dirname(os.path.join(linked, name, dot_git))
    return found


def _search_up(folder: str) -> str | None:
    while True:
        candidate = os.path.join(folder, '.git')
        if os.path.isdir(candidate):
            return candidate
        pointer = _first_line(candidate)
        if pointer.startswith('gitdir: '):
            return os.path.normpath(os.path.join(folder, pointer[len('gitdir: ') :]))
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _first_line(path: str) -> str:
    """Without its line end; empty where there is no such file."""
    try:
        with open(path, 'rb') as file:
            return os.fsdecode(file.readline().rstrip(b'\r\n'))
    except OSError:
        return ''
