"""What was said about a pull request: its review threads, its reviews and its discussion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from learn_core.errors import LearnError
from learn_core.github.http.answers import (
    get_in,
    incomplete,
    next_page,
    number,
    objects,
    query_refusal,
    text,
)
from learn_core.github.http.client import query
from learn_core.github.issue import Plans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from learn_core.github.address import Address
    from learn_core.github.http.client import Client

Said = dict[str, object]

_DELETED_AUTHOR = 'unknown'
_PARTS = ('reviewThreads', 'comments', 'reviews')


@dataclass(frozen=True, kw_only=True)
class Review:
    """What was said about a plan's pull request, by number; `others` were not chosen.

    `documents` are the files of the materials: `{success, pr_number, threads: […]}` and so on. A
    list that may be incomplete has `success: false`, `partial: true` and `error` beside it.
    """

    pull: int
    others: tuple[int, ...]
    documents: dict[str, Said]

    @property
    def count(self) -> int:
        """How many threads, reviews and comments there are."""
        values = (value for document in self.documents.values() for value in document.values())
        return sum(len(value) for value in values if isinstance(value, list))


class Reviews(Plans):
    """Questions about reviews. Threads that GitHub refuses are a LearnError; of the other lists,
    and of single pages, that is an error of the part.
    """

    def review(
        self, branches: Sequence[str], pull: int | None = None, *, pusher: str = ''
    ) -> Review | None:
        """What was said about the pull request of the first branch that has one, else of `pull`.

        Of several forks' branches of one name that of `pusher` counts, the owner of the repository
        that was pushed to. None: there is no pull request.
        """
        pulls = self.find_pulls(branches, pull, pusher)
        return _Reader(self, self.address, pulls[0]).review(pulls[1:]) if pulls else None

    def review_of_plan(self, number: int) -> Review:
        """What was said about a plan that is itself a pull request."""
        return _Reader(self, self.plan_address, number).review([])


class _Page(NamedTuple):
    """A page of a list, and why it may be incomplete."""

    page: object
    errors: Sequence[str]


class _Reader(NamedTuple):
    client: Client
    code: Address
    pull: int

    def review(self, others: Sequence[int]) -> Review:
        """All of it. Raises LearnError where GitHub refuses the threads."""
        try:
            first = self._ask(_PARTS)
        except LearnError:  # each part alone may be there
            first = {}
        documents = {
            'pr-review-comments.json': self._threads(first.get('reviewThreads')),
            'pr-reviews.json': self._lenient('reviews', first, _review),
            'pr-discussion-comments.json': self._lenient('comments', first, _remark),
        }
        return Review(pull=self.pull, others=tuple(others), documents=documents)

    @property
    def _doing(self) -> str:
        return f'read the review of #{self.pull} of {self.code.full_name}'

    def _ask(self, parts: Sequence[str], after: str | None = None) -> dict[str, _Page]:
        """The first page of these parts, or the page `after` a cursor; nothing where an error in
        one part made all of it null. Raises LearnError.
        """
        asked = {part: part in parts for part in _PARTS}
        data, faults = self.client.graphql_with_faults(
            query('review'), self._doing, **self.code.place, number=self.pull, after=after, **asked
        )
        found = get_in(data, 'repository', 'pullRequest')
        if found is None and not faults:
            raise incomplete(self._doing)
        pages = {}
        for part in parts:
            ours = [fault for fault in faults if part in fault.path or not fault.path[2:]]
            errors = [str(query_refusal(fault, self._doing)) for fault in ours]
            pages[part] = _Page(get_in(found, part), errors)
        return pages if len(parts) == 1 or found is not None else {}

    def _lenient(
        self, name: str, first: Mapping[str, _Page], read: Callable[[object], Said | None]
    ) -> Said:
        try:
            nodes, errors = self._nodes(name, first.get(name))
        except LearnError as error:
            return {'success': False, 'error': str(error)}
        return self._document(name, filter(None, map(read, nodes)), errors)

    def _threads(self, first: _Page | None) -> Said:
        """The threads with all their comments. Raises LearnError."""
        nodes, errors = self._nodes('reviewThreads', first)
        threads = []
        for node in nodes:
            comments, missing = self._comments_of(node)
            threads.append(_thread(node, comments))
            errors += missing
        return self._document('threads', (one for one in threads if one['comments']), errors)

    def _document(self, name: str, items: Iterable[Said], errors: Sequence[str]) -> Said:
        said = '; '.join(dict.fromkeys(errors))
        problem = {'partial': True, 'error': said} if errors else {}
        return {'success': not errors, **problem, 'pr_number': self.pull, name: list(items)}

    def _nodes(self, name: str, first: _Page | None) -> tuple[list[object], list[str]]:
        """The nodes of all pages of a part, and why some may be missing."""

        def more(after: str | None) -> _Page:
            return self._ask([name], after)[name]

        return _all_pages(first or more(None), more, self._doing)

    def _comments_of(self, thread: object) -> tuple[list[object], list[str]]:
        """Raises LearnError for a thread without an id: that is not GitHub's."""
        name = text(thread, 'id')
        if name is None:
            raise incomplete(self._doing)

        def more(after: str) -> _Page:
            data, faults = self.client.graphql_with_faults(
                query('thread'), self._doing, id=name, after=after
            )
            errors = [str(query_refusal(fault, self._doing)) for fault in faults]
            return _Page(get_in(data, 'node', 'comments'), errors)

        return _all_pages(_Page(get_in(thread, 'comments'), []), more, self._doing)


def _all_pages(
    first: _Page, more: Callable[[str], _Page], doing: str
) -> tuple[list[object], list[str]]:
    page, errors = first
    nodes, missing = objects(page, 'nodes'), [*errors, *_gaps(page, doing)]
    while (after := next_page(page)) is not None:
        try:
            page, errors = more(after)
        except LearnError as error:
            return nodes, [*missing, str(error)]
        nodes += objects(page, 'nodes')
        missing += [*errors, *_gaps(page, doing)]
    return nodes, missing


def _gaps(page: object, doing: str) -> list[str]:
    """Why a page of a list is not whole: it is not there, or holds null in place of items."""
    nodes, has_more = get_in(page, 'nodes'), get_in(page, 'pageInfo', 'hasNextPage')
    if not isinstance(nodes, list) or not isinstance(has_more, bool):
        return [f'cannot {doing}: GitHub left out a page']
    if has_more and next_page(page) is None:
        return [f'cannot {doing}: GitHub did not say where the next page begins']
    empty = len(nodes) - len(objects(page, 'nodes'))
    return [f'cannot {doing}: GitHub left out {empty} of its items'] if empty else []


def _thread(node: object, comments: Sequence[object]) -> Said:
    return {
        'id': text(node, 'id'),
        'path': text(node, 'path') or '',
        'line': number(node, 'line') or number(node, 'originalLine'),
        'is_outdated': get_in(node, 'isOutdated') is True,
        'is_resolved': get_in(node, 'isResolved') is True,
        'comments': [
            {**_said(comment), 'created_at': text(comment, 'createdAt') or '', **_hidden(comment)}
            for comment in comments
            if not _is_draft(comment)
        ],
    }


def _remark(node: object) -> Said:
    url = text(node, 'url') or ''
    # a server from before 2024 leaves the number empty: the URL ends with it as well
    found = number(node, 'fullDatabaseId') or number({'n': url.rpartition('-')[2]}, 'n')
    return {'id': found or text(node, 'id') or '', **_said(node), 'url': url, **_hidden(node)}


def _review(node: object) -> Said | None:
    """A review that says something: by its text or by its verdict. The others hold threads."""
    state, said = text(node, 'state') or '', _said(node)
    body = str(said.pop('body'))
    if _is_draft(node) or (state == 'COMMENTED' and not body.strip()):
        return None
    submitted = text(node, 'submittedAt') or ''
    return {**said, 'state': state, 'body': body, 'submitted_at': submitted, **_hidden(node)}


def _is_draft(node: object) -> bool:
    """Is it one's own and not submitted yet? GitHub shows it to nobody else."""
    return text(node, 'state') == 'PENDING'


def _said(node: object) -> Said:
    return {
        'author': text(node, 'author', 'login') or _DELETED_AUTHOR,
        'is_bot': text(node, 'author', '__typename') == 'Bot',
        'body': text(node, 'body') or '',
    }


def _hidden(node: object) -> Said:
    """Why a comment is minimized: nothing for most."""
    is_hidden = get_in(node, 'isMinimized') is True
    return {'minimized': text(node, 'minimizedReason') or 'unknown'} if is_hidden else {}
