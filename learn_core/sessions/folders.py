"""The folders in which Claude Code keeps the transcripts of a repository: those of its worktrees.

A folder's name is the path of the working directory with `-` for every UTF-16 unit that is not an
ASCII letter or digit; of long ones the beginning, with a hash behind it whose form has changed.
"""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LONGEST_NAME = 200


def project_folders(roots: Iterable[Path], worktrees: Iterable[Path]) -> list[Path]:
    """The folders of the worktrees, of folders in them, and of the nearest folder above each."""
    names = [(encoded(tree), [*map(encoded, tree.parents)]) for tree in worktrees]
    found: dict[Path, None] = {}
    for root in roots:
        folders = {folder.name: folder for folder in _folders(root / 'projects')}
        for name, above in names:
            inside = [folders[one] for one in sorted(folders) if _is_in(one, name)]
            nearest = [folders[one] for one in above if one in folders][:1]
            found.update(dict.fromkeys([*inside, *nearest]))
    return list(found)


def encoded(folder: Path) -> str:
    """A folder's path as Claude Code names its project folder; it loses information."""
    units = unicodedata.normalize('NFC', str(folder)).encode('utf-16-le', 'surrogatepass')
    letters = (units[at : at + 2].decode('utf-16-le', 'replace') for at in range(0, len(units), 2))
    return ''.join(letter if re.fullmatch('[A-Za-z0-9]', letter) else '-' for letter in letters)


def _is_in(name: str, tree: str) -> bool:
    return name == tree or name.startswith((f'{tree}-', f'{tree[:LONGEST_NAME]}-'))


def _folders(projects: Path) -> Iterator[Path]:
    try:
        names = os.listdir(projects)
    except OSError:
        return
    for name in names:
        if os.path.isdir(projects / name):  # noqa: PTH112  (Path.is_dir raises where it may not look)
            yield projects / name
