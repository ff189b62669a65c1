"""The state of the stand-in: what was added to it, and what requests changed since."""

from __future__ import annotations

import threading
from itertools import count
from typing import TYPE_CHECKING

from learn_demo.state import (
    WORKFLOW,
    Comment,
    Gist,
    Issue,
    Pull,
    Repo,
    Review,
    Run,
    Thread,
    node_id,
    now,
    sha,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class Hub:
    """All the state of the stand-in. Change it under `lock`.

    `tokens` maps a token to `{'login': …, 'scopes': {…}}`; the scopes of a fine-grained one are
    None, and `expires` (`2027-10-12 09:00:00 UTC`) goes into the headers. With `answers_204` a
    dispatch never names its run, as on older servers; a new run is in no list until
    `run_delay_polls` lists were asked for. `errors` maps `PullRequest.reviews`, or a node's id, to
    a kind and a message: GraphQL then answers null there, with this error beside the data.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.repos: dict[str, Repo] = {}
        self.gists: dict[str, Gist] = {}
        self.runs: list[Run] = []
        self.tokens: dict[str, dict[str, object]] = {}
        self.errors: dict[str, tuple[str, str]] = {}
        self.answers_204 = False
        self.run_delay_polls = 0
        self._ids = count(3_141_592_653, 7_919)

    def new_id(self) -> int:
        """A new number, too large for 32 bits, as GitHub's are by now."""
        return next(self._ids)

    def repo(self, full_name: str) -> Repo | None:
        """The repository of that name, letter case aside."""
        return self.repos.get(full_name.lower())

    def add_repo(
        self,
        full_name: str,
        *,
        default_branch: str = 'master',
        private: bool = True,
        permission: str = 'WRITE',
        workflow: str | None = None,
    ) -> Repo:
        """A new repository; `workflow` is the text of its learn.yml on the default branch."""
        owner, name = full_name.split('/')
        repo = Repo(
            id=self.new_id() % 2**30,
            owner=owner,
            name=name,
            default_branch=default_branch,
            visibility='private' if private else 'public',
            permission=permission,
            created_at=now(),
            branches={default_branch},
        )
        if workflow is not None:
            repo.files[default_branch, WORKFLOW] = workflow
        with self.lock:
            self.repos[full_name.lower()] = repo
        return repo

    def add_issue(
        self,
        full_name: str,
        number: int,
        *,
        title: str = 'A plan',
        body: str = '',
        labels: Iterable[str] = (),
        author: str | None = 'ann',
        state: str = 'OPEN',
    ) -> Issue:
        """A new issue; `state` is OPEN or CLOSED."""
        issue = Issue(
            id=self.new_id(),
            node_id=node_id('I', full_name, number),
            number=number,
            title=title,
            body=body,
            author=author,
            labels=list(labels),
            state=state,
            created_at=now(),
            updated_at=now(),
        )
        with self.lock:
            self.repos[full_name.lower()].issues[number] = issue
        return issue

    def add_pull(
        self,
        full_name: str,
        number: int,
        *,
        head: str,
        base: str = 'master',
        state: str = 'OPEN',
        title: str = 'A change',
        body: str = '',
        author: str | None = 'ann',
        labels: Iterable[str] = (),
        head_owner: str | None = None,
        created_at: str | None = None,
        closes: Iterable[int] = (),
        draft: bool = False,
    ) -> Pull:
        """A new pull request, OPEN, MERGED or CLOSED.

        A `head_owner` other than the repository's makes it one from a fork. `closes` names issues
        that exist.
        """
        born = created_at or now()
        repo = self.repos[full_name.lower()]
        pull = Pull(
            id=self.new_id(),
            node_id=node_id('PR', full_name, number),
            number=number,
            title=title,
            body=body,
            author=author,
            labels=list(labels),
            state=state,
            created_at=born,
            updated_at=born,
            head=head,
            base=base,
            head_owner=head_owner or repo.owner,
            head_sha=sha(full_name, head, number),
            merge_sha=sha(full_name, 'merge', number),
            merged_at=born if state == 'MERGED' else None,
            draft=draft,
        )
        with self.lock:
            repo.issues[number] = pull
            for closed in closes:
                repo.issues[closed].closed_by.append(number)
        return pull

    def _comment(self, kind: str, author: str | None, body: str) -> Comment:
        number = self.new_id()
        return Comment(
            id=number,
            node_id=node_id(kind, number),
            body=body,
            author=author,
            created_at=now(),
            updated_at=now(),
        )

    def add_comment(
        self, full_name: str, number: int, body: str, *, author: str | None = 'ann'
    ) -> Comment:
        """A comment on an issue or a pull request; no author: a deleted account."""
        comment = self._comment('IC', author, body)
        with self.lock:
            self.repos[full_name.lower()].issues[number].comments.append(comment)
        return comment

    def add_review(
        self,
        full_name: str,
        number: int,
        body: str,
        *,
        author: str | None = 'ben',
        state: str = 'COMMENTED',
    ) -> Review:
        """A review as a whole, with its summary."""
        review = Review(**{**vars(self._comment('PRR', author, body)), 'state': state})
        with self.lock:
            self._pull(full_name, number).reviews.append(review)
        return review

    def add_thread(
        self,
        full_name: str,
        number: int,
        *,
        path: str,
        line: int | None,
        comments: Iterable[tuple[str | None, str]],
        original_line: int | None = None,
        is_outdated: bool = False,
        is_resolved: bool = False,
    ) -> Thread:
        """A review thread with its comments as (author, text) pairs."""
        thread = Thread(
            node_id=node_id('PRRT', self.new_id()),
            path=path,
            line=line,
            original_line=original_line,
            is_outdated=is_outdated,
            is_resolved=is_resolved,
            comments=[self._comment('PRRC', author, body) for author, body in comments],
        )
        with self.lock:
            self._pull(full_name, number).threads.append(thread)
        return thread

    def _pull(self, full_name: str, number: int) -> Pull:
        pull = self.repos[full_name.lower()].pull(number)
        if pull is None:
            raise KeyError(number)
        return pull
