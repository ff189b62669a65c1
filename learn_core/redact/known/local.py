"""Reads what is secret on this machine, once per run: environment, `.env` files, git, netrc."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.config import read_settings
from learn_core.errors import LearnError
from learn_core.redact.known.values import known_values
from learn_core.redact.redactor import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from learn_core.config import Settings
    from learn_core.git import Repository

LARGEST = 1_000_000  # bytes of a file that is read
MOST_FOLDERS = 20_000  # of a worktree that are looked into
MOST_FILES = 500
MOST_TREES = 20

# large folders that hold no settings of this repository
_NOT_OURS = frozenset(
    {'.git', 'node_modules', '.venv', 'venv', '.tox', '__pycache__', 'site-packages', '.erk'}
)


def redactor_in(folder: Path, environ: Mapping[str, str]) -> Redactor:
    """One that knows what is secret here: in a repository all of it, elsewhere what home and
    environment hold. Raises LearnError for a setting that is none, RedactionError.
    """
    try:
        repository = git.open_repository(folder)
    except LearnError:
        return Redactor(local_secrets(None, environ))
    settings = read_settings(git.settings_of(repository), environ, mode='foreground')
    return redactor_of(repository, settings, environ)


def redactor_of(
    repository: Repository,
    settings: Settings,
    environ: Mapping[str, str],
    tokens: Sequence[str] = (),
) -> Redactor:
    """One that knows what is secret on this machine, and tokens in use. Raises RedactionError."""
    known = local_secrets(repository, environ, tokens)
    return Redactor(known, allow=settings.allow_secrets, own=settings.secrets)


def local_secrets(
    repository: Repository | None, environ: Mapping[str, str], tokens: Sequence[str] = ()
) -> tuple[str, ...]:
    """The known secrets. A file that cannot be read is skipped."""
    home = Path(environ.get('HOME') or '~').expanduser()
    entries: list[tuple[str, str]] = []
    env_files: list[Path] = []
    if repository is not None:
        entries = git.config_entries(repository, r'^(remote|submodule|url|http)\.')
        others = (tree for tree, _ in git.worktrees(repository)[:MOST_TREES])
        for tree in dict.fromkeys([repository.worktree, *others]):
            env_files += git.ignored(repository, tree, list(_env_files(tree)))
    written = _read(home / '.git-credentials').splitlines()
    return known_values(
        environ.items(),
        env_files=map(_read, env_files),
        netrc=_read(Path(environ.get('NETRC') or home / '.netrc')),
        urls=[*written, *(word for entry in entries for word in entry if '://' in word)],
        headers=[value for key, value in entries if key.endswith('.extraheader')],
        tokens=tokens,
    )


def _env_files(tree: Path) -> Iterator[Path]:
    """`.env`, `.env.local` and the like, anywhere in a worktree."""
    found = 0
    for looked_into, (folder, folders, files) in enumerate(os.walk(tree), 1):
        folders[:] = [name for name in folders if name not in _NOT_OURS]
        for name in sorted(files):
            if name.startswith('.env') and found < MOST_FILES:
                found += 1
                yield Path(folder, name)
        if looked_into >= MOST_FOLDERS:
            return


def _read(file: Path) -> str:
    try:
        if not file.is_file():
            return ''
        with file.open('rb') as opened:
            return opened.read(LARGEST).decode('utf-8', 'replace')
    except (OSError, ValueError):
        return ''
