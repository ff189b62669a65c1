"""Whether a session worked in this repository, in another one, or in an unknown place."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import agents, git
from learn_core.push.git_dir import git_folders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.agents import Content, Transcript
    from learn_core.git import Repository

OURS, OTHER, UNKNOWN = 'this repository', 'other repository', 'unknown'

_NAME = re.compile(r'([\w.-]+)/([\w.-]+?)(?:\.git)?/*')
_SHA = re.compile(rb'(?<![0-9A-Za-z])[0-9a-f]{40}(?![0-9A-Za-z])')
_SHORT_SHA = re.compile(rb'\[[^\]\s]+ (?:\(root-commit\) )?([0-9a-f]{7,39})\]')  # of git commit


@dataclass(frozen=True)
class Home:
    """The repository as sessions see it: its worktrees, also those whose folder is gone, its names
    (`owner/name`) at its remotes, and its commits.
    """

    repository: Repository

    @cached_property
    def worktrees(self) -> tuple[str, ...]:
        """The folders of all worktrees that git remembers."""
        return tuple(str(folder) for folder, _ in git.worktrees(self.repository))

    @cached_property
    def names(self) -> frozenset[str]:
        """`owner/name` at every remote, in lower case."""
        pairs = git.config_entries(self.repository, r'^remote\..*\.(push)?url$')
        return frozenset(name for _, url in pairs if not git.is_path(url) for name in _names([url]))

    @cached_property
    def commits(self) -> frozenset[str]:
        """All commits that git can still reach, also by reflogs."""
        return git.all_commits(self.repository)

    def place_of(self, folders: Iterable[str], repositories: Iterable[str]) -> str:
        """Where a session worked, by its working directories and what it says its repository is:
        OURS, OTHER or UNKNOWN.
        """
        found = {self._place_of_folder(folder) for folder in folders}
        named = set(_names(repositories))
        if OURS in found or named & self.names:
            return OURS
        return OTHER if OTHER in found or named else UNKNOWN

    def is_named_in(self, transcript: Transcript) -> bool:
        """Does the transcript hold this repository's name, or one of its commits?"""
        found = agents.contents(transcript)
        return any(self._holds_name(data) or self._holds_commit(data) for data in found)

    def _place_of_folder(self, folder: str) -> str:
        """A folder that is gone is judged by the nearest one above it that is there."""
        if not folder.startswith(os.sep) or '\0' in folder:
            return UNKNOWN
        forms = (folder, *(unicodedata.normalize(form, folder) for form in ('NFC', 'NFD')))
        place = next(filter(_is_dir, forms), folder)
        if any(_is_below(place, tree) for tree in self.worktrees if not _is_dir(tree)):
            return OURS
        place = _nearest(place)
        found = git_folders(place, {})
        if found is not None:
            is_ours = Path(os.path.realpath(found[1])) == self.repository.common
            return OURS if is_ours else OTHER
        is_above = place in forms and any(_is_below(tree, place) for tree in self.worktrees)
        return OURS if is_above else UNKNOWN

    def _holds_name(self, data: Content) -> bool:
        if not self.names:
            return False
        names = '|'.join(re.escape(name) for name in sorted(self.names))
        pattern = rf'(?<![\w.-])(?:{names})(?![\w-]|\.(?!git\b)\w)'
        return re.search(pattern.encode(), data, re.IGNORECASE) is not None

    def _holds_commit(self, data: Content) -> bool:
        full = {found[0].decode() for found in _SHA.finditer(data)}
        if full & self.commits:
            return True
        short = tuple({found[1].decode() for found in _SHORT_SHA.finditer(data)})
        return bool(short) and any(commit.startswith(short) for commit in self.commits)


def _nearest(folder: str) -> str:
    """The folder, or the first one above it that is there."""
    while not _is_dir(folder):
        folder = folder.rstrip(os.sep).rpartition(os.sep)[0] or os.sep
    return folder


def _names(repositories: Iterable[str]) -> Iterator[str]:
    """`owner/name` in lower case, of URLs or of such names."""
    for repository in repositories:
        path = repository.rpartition('://')[2].replace(':', '/').rstrip('/')
        match = _NAME.fullmatch('/'.join(path.split('/')[-2:]))
        if match:
            yield f'{match[1]}/{match[2]}'.lower()


def _is_dir(folder: str) -> bool:
    return os.path.isdir(folder)  # noqa: PTH112  (Path.is_dir raises where it may not look)


def _is_below(folder: str, top: str) -> bool:
    return f'{folder}/'.startswith(f'{top.rstrip("/")}/')
