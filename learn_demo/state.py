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
    """A comment on an issue, a pull request or a review thread.

    No author: a deleted account. `minimized` is the reason why it is hidden. A comment of a review
    that was not submitted is PENDING.
    """

    id: int
    node_id: str
    body: str
    author: str | None
    created_at: str
    updated_at: str
    minimized: str | None = None
    state: str = 'SUBMITTED'


@dataclass(kw_only=True)
class Thread:
    """A review thread on one line of a pull request; an outdated one has its original line."""

    node_id: str
    path: str
    line: int | None
    is_outdated: bool
    is_resolved: bool
    comments: list[Comment]
    original_line: int | None = None


@dataclass(kw_only=True)
class Review(Comment):
    """A review as a whole: APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED or PENDING."""

    state: str = 'COMMENTED'


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
    minimized: str | None = None


@dataclass(kw_only=True)
class Pull(Issue):
    """A pull request. No `head_owner`: its fork was deleted."""

    head: str
    base: str
    head_owner: str | None
    head_sha: str
    merge_sha: str
    merged_at: str | None
    draft: bool = False
    threads: list[Thread] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)


@dataclass(kw_only=True)
class Repo:
    """A repository: `private`, `internal` or `public`.

    `files` maps (branch, path) to text, and a branch with a file exists. `objects` and `refs` are
    what was written by the Git database API: objects by their names, refs by their whole names.
    """

    id: int
    owner: str
    name: str
    default_branch: str
    visibility: str
    permission: str
    created_at: str
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    branches: set[str] = field(default_factory=set)
    issues: dict[int, Issue] = field(default_factory=dict)
    objects: dict[str, GitObject] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f'{self.owner}/{self.name}'

    @property
    def private(self) -> bool:
        """GitHub calls an internal repository private as well."""
        return self.visibility != 'public'

    @private.setter
    def private(self, private: bool) -> None:
        self.visibility = 'private' if private else 'public'

    def has_branch(self, name: str) -> bool:
        """Is there a branch of this name?"""
        return name in self.branches or any(branch == name for branch, _ in self.files)

    def pulls(self) -> list[Pull]:
        """All pull requests in the order of their numbers."""
        return [issue for _, issue in sorted(self.issues.items()) if isinstance(issue, Pull)]

    def plain_issues(self) -> list[Issue]:
        """All issues that are not pull requests, in the order of their numbers."""
        return [issue for _, issue in sorted(self.issues.items()) if not isinstance(issue, Pull)]

    def pull(self, number: int) -> Pull | None:
        """The pull request of that number."""
        issue = self.issues.get(number)
        return issue if isinstance(issue, Pull) else None


@dataclass(kw_only=True)
class GitObject:
    """A `blob`, `tree` or `commit` as git stores it; `about` is what a tree or commit names."""

    kind: str
    content: bytes
    about: dict[str, object]


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
    """A workflow run. It is in no list until `hidden_polls` lists were asked for."""

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
    jobs: list[Job] = field(default_factory=list)

    def end(self, conclusion: str, *, job: str = 'learn', failed_step: str | None = None) -> None:
        """It ends, with one job; `failed_step` names the step that failed."""
        self.status, self.conclusion = 'completed', conclusion
        steps: dict[str, str | None] = {'Set up job': 'success'}
        if failed_step is not None:
            steps[failed_step] = 'failure'
        self.jobs = [Job(name=job, conclusion=conclusion, steps=steps)]


@dataclass(kw_only=True)
class Job:
    """A job of a workflow run; `steps` maps names to conclusions, None while it is under way."""

    name: str
    conclusion: str | None = None
    steps: dict[str, str | None] = field(default_factory=dict)
