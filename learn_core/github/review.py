"""What was said about a pull request: its review threads and its discussion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.github.http.errors import incomplete
from learn_core.github.http.json import dig, next_page, number, objects, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learn_core.github.address import Address
    from learn_core.github.http.client import Client

DELETED_AUTHOR = 'unknown'

_PAGE = 'pageInfo { hasNextPage endCursor }'
_SPOKEN = f'nodes {{ author {{ login }} body createdAt state }} {_PAGE}'
_THREADS = f"""
reviewThreads(first: 100, after: $threads) {{
  nodes {{ id path line isOutdated isResolved comments(first: 100) {{ {_SPOKEN} }} }} {_PAGE}
}}
"""
_DISCUSSION = f"""
comments(first: 100, after: $comments) {{
  nodes {{ id fullDatabaseId author {{ login }} body url }} {_PAGE}
}}
"""
_THREAD = f"""
query Thread($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on PullRequestReviewThread {{ comments(first: 100, after: $after) {{ {_SPOKEN} }} }}
  }}
}}
"""


@dataclass(frozen=True, kw_only=True)
class ThreadComment:
    """What one person said in a review thread."""

    author: str
    body: str
    created_at: str


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A review thread. `line` is None where the code that it was about is gone."""

    id: str
    path: str
    line: int | None
    is_outdated: bool
    is_resolved: bool
    comments: tuple[ThreadComment, ...]


@dataclass(frozen=True, kw_only=True)
class Remark:
    """A comment on the pull request as a whole."""

    id: int | str
    author: str
    body: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Review:
    """What was said about a plan's pull request, by number; `others` were not chosen.

    `error` says why the discussion could not be read; it is empty then.
    """

    pull: int
    others: tuple[int, ...]
    threads: tuple[Thread, ...]
    discussion: tuple[Remark, ...]
    error: str | None = None

    def threads_document(self) -> dict[str, object]:
        """`pr-review-comments.json`."""
        threads = [
            {**vars(thread), 'comments': [vars(comment) for comment in thread.comments]}
            for thread in self.threads
        ]
        return {'success': True, 'pr_number': self.pull, 'threads': threads}

    def discussion_document(self) -> dict[str, object]:
        """`pr-discussion-comments.json`."""
        if self.error is not None:
            return {'success': False, 'error': self.error}
        comments = [vars(remark) for remark in self.discussion]
        return {'success': True, 'pr_number': self.pull, 'comments': comments}


def ask_review(client: Client, code: Address, pulls: Sequence[int]) -> Review:
    """Threads and discussion of the first, all pages of them. Raises LearnError for the threads.

    A discussion that could not be read is no reason to lose the threads.
    """
    pull = pulls[0]
    doing = f'read the review of #{pull} of {code.full_name}'
    error: str | None = None
    remarks: list[Remark] = []
    try:
        both = _ask(client, code, pull, doing, _THREADS + _DISCUSSION)
        discussion = dig(both, 'comments')
    except LearnError:
        both = _ask(client, code, pull, doing, _THREADS)
        discussion = None
    threads = _threads(client, code, pull, doing, dig(both, 'reviewThreads'))
    try:
        if discussion is None:
            discussion = dig(_ask(client, code, pull, doing, _DISCUSSION), 'comments')
        remarks = _remarks(client, code, pull, doing, discussion)
    except LearnError as trouble:
        error = str(trouble)
    return Review(
        pull=pull,
        others=tuple(pulls[1:]),
        threads=tuple(threads),
        discussion=tuple(remarks),
        error=error,
    )


def _ask(client: Client, code: Address, pull: int, doing: str, fields: str, **after: str) -> object:
    """The pull request with these fields. A page that is needed and missing is an error."""
    cursors = ''.join(f', ${name}: String' for name in _cursors(fields))
    data = client.graphql(
        f'query Review($owner: String!, $repo: String!, $number: Int!{cursors}) {{'
        f' repository(owner: $owner, name: $repo) {{ pullRequest(number: $number) {{ {fields} }} }}'
        '}',
        doing,
        owner=code.owner,
        repo=code.repo,
        number=pull,
        **after,
    )
    found = dig(data, 'repository', 'pullRequest')
    if found is None:
        raise incomplete(doing)
    return found


def _cursors(fields: str) -> list[str]:
    return [name for name in ('threads', 'comments') if f'${name}' in fields]


def _threads(client: Client, code: Address, pull: int, doing: str, page: object) -> list[Thread]:
    nodes = objects(page, 'nodes')
    while (after := next_page(page)) is not None:
        page = dig(_ask(client, code, pull, doing, _THREADS, threads=after), 'reviewThreads')
        nodes += objects(page, 'nodes')
    threads = [_thread(client, doing, node) for node in nodes]
    return [thread for thread in threads if thread.comments]


def _thread(client: Client, doing: str, node: object) -> Thread:
    name = text(node, 'id')
    if name is None:
        raise incomplete(doing)
    page = dig(node, 'comments')
    spoken = objects(page, 'nodes')
    while (after := next_page(page)) is not None:
        page = dig(client.graphql(_THREAD, doing, id=name, after=after), 'node', 'comments')
        spoken += objects(page, 'nodes')
    return Thread(
        id=name,
        path=text(node, 'path') or '',
        line=number(node, 'line'),
        is_outdated=dig(node, 'isOutdated') is True,
        is_resolved=dig(node, 'isResolved') is True,
        comments=tuple(_spoken(comment) for comment in spoken if not _is_draft(comment)),
    )


def _is_draft(comment: object) -> bool:
    """GitHub shows a person their own comments before they are submitted; nobody else sees them."""
    return text(comment, 'state') == 'PENDING'


def _spoken(comment: object) -> ThreadComment:
    return ThreadComment(
        author=_author(comment),
        body=text(comment, 'body') or '',
        created_at=text(comment, 'createdAt') or '',
    )


def _remarks(client: Client, code: Address, pull: int, doing: str, page: object) -> list[Remark]:
    nodes = objects(page, 'nodes')
    while (after := next_page(page)) is not None:
        page = dig(_ask(client, code, pull, doing, _DISCUSSION, comments=after), 'comments')
        nodes += objects(page, 'nodes')
    return [_remark(node) for node in nodes]


def _remark(node: object) -> Remark:
    url = text(node, 'url') or ''
    # a server from before 2024 does not fill in the number: it ends the URL as well
    found = number(node, 'fullDatabaseId') or number({'n': url.rpartition('-')[2]}, 'n')
    return Remark(
        id=found or text(node, 'id') or '',
        author=_author(node),
        body=text(node, 'body') or '',
        url=url,
    )


def _author(node: object) -> str:
    return text(node, 'author', 'login') or DELETED_AUTHOR
