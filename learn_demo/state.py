"""What the stand-in GitHub holds: repositories, issues, pull requests, gists and runs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timezone

WORKFLOW = '.github/workflows/learn.yml'


def now() -> str:
    """This second, as GitHub writes it."""
    return datetime.now(timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')


def sha(*words: object) -> str:
    """A git object name for these words: always the same 40 digits."""
    return hashlib.sha1(repr(words).encode(), usedforsecurity=False).hexdigest()


def node_id(kind: str, *words: object) -> str:
    """A GraphQL id for these words, in the form that GitHub's new ids have."""
    return f'{kind}_kwDO{sha(kind, *words)[:14].upper()}'


@dataclass(kw_only=True)
class Comment:
    """A comment on an issue, a pull request or a review thread; no author: a deleted one."""

    id: int
    node_id: str
    body: str
    author: str | None
    created_at: str
    updated_at: str


@dataclass(kw_only=True)
class Thread:
    """A review thread on one line of a pull request."""

    node_id: str
    path: str
    line: int | None
    is_outdated: bool
    is_resolved: bool
    comments: list[Comment]


@dataclass(kw_only=True)
class Review(Comment):
    """A review as a whole: its state and what was said with it."""

    state: str


@dataclass(kw_only=True)
class Issue:
    """An issue; `closed_by` holds the numbers of the pull requests that close it."""

    id: int
    node_id: str
    number: int
    title: str
    body: str
    author: str | None
    labels: list[str]
    state: str
    created_at: str
    updated_at: str
    comments: list[Comment] = field(default_factory=list)
    closed_by: list[int] = field(default_factory=list)


@dataclass(kw_only=True)
class Pull(Issue):
    """A pull request; without `head_owner` its fork was deleted."""

    head: str
    base: str
    head_owner: str | None
    head_sha: str
    merge_sha: str
    merged_at: str | None
    threads: list[Thread] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)


@dataclass(kw_only=True)
class Repo:
    """A repository; `files` maps (branch, path) to text, and a branch with a file exists."""

    id: int
    owner: str
    name: str
    default_branch: str
    private: bool
    permission: str
    created_at: str
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    branches: set[str] = field(default_factory=set)
    issues: dict[int, Issue] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f'{self.owner}/{self.name}'

    def has_branch(self, name: str) -> bool:
        """Is there a branch of this name?"""
        return name in self.branches or any(branch == name for branch, _ in self.files)

    def pulls(self) -> list[Pull]:
        """All pull requests in the order of their numbers."""
        return [issue for _, issue in sorted(self.issues.items()) if isinstance(issue, Pull)]

    def pull(self, number: int) -> Pull | None:
        """The pull request of that number."""
        issue = self.issues.get(number)
        return issue if isinstance(issue, Pull) else None


@dataclass(kw_only=True)
class Revision:
    """One state of a gist."""

    version: str
    committed_at: str
    files: dict[str, str]


@dataclass(kw_only=True)
class Gist:
    """A gist; `revisions` are the newest first."""

    id: str
    owner: str
    description: str | None
    public: bool
    created_at: str
    revisions: list[Revision]

    @property
    def files(self) -> dict[str, str]:
        """Name to text, as of the newest revision."""
        return self.revisions[0].files


@dataclass(kw_only=True)
class Run:
    """A workflow run that a dispatch made; `hidden_polls` lists go by before it is shown."""

    id: int
    number: int
    repo: Repo
    path: str
    name: str
    ref: str
    title: str
    actor: str
    inputs: dict[str, str]
    created_at: str
    hidden_polls: int
    status: str = 'queued'
    conclusion: str | None = None
