"""What was said about a pull request: its review threads, its reviews and its discussion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from learn_core.errors import LearnError
from learn_core.github.http.errors import incomplete
from learn_core.github.http.json import get_in, next_page, number, objects, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from learn_core.github.address import Address
    from learn_core.github.http.client import Client

Said = dict[str, object]

DELETED_AUTHOR = 'unknown'

_PAGE = 'pageInfo { hasNextPage endCursor }'
_AUTHOR = 'author { __typename login } isMinimized minimizedReason body'
_IN_THREAD = f'nodes {{ {_AUTHOR} createdAt state }} {_PAGE}'
_NODES = {
    'reviewThreads': (
        f'id path line originalLine isOutdated isResolved comments(first: 100) {{ {_IN_THREAD} }}'
    ),
    'comments': f'id fullDatabaseId url {_AUTHOR}',
    'reviews': f'state submittedAt {_AUTHOR}',
}
_THREAD = f"""
query Thread($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on PullRequestReviewThread {{ comments(first: 100, after: $after) {{ {_IN_THREAD} }} }}
  }}
}}
"""


class Part(NamedTuple):
    """One of the lists of what was said; `error` says why it may be incomplete, and `is_partial`
    that GitHub gave something all the same.
    """

    items: Sequence[Said]
    error: str = ''
    is_partial: bool = False


@dataclass(frozen=True, kw_only=True)
class Review:
    """What was said about a plan's pull request, by number; `others` were not chosen."""

    pull: int
    others: tuple[int, ...]
    threads: Part
    reviews: Part
    discussion: Part

    @property
    def count(self) -> int:
        """How many threads, reviews and comments there are."""
        return sum(len(part.items) for part in (self.threads, self.reviews, self.discussion))

    def documents(self) -> dict[str, dict[str, object]]:
        """The files of the materials by name: `{success, pr_number, threads: […]}` and so on.

        A list that may be incomplete has `success: false`, `partial: true` and `error` beside it.
        """
        return {
            'pr-review-comments.json': self._document('threads', self.threads),
            'pr-reviews.json': self._document('reviews', self.reviews),
            'pr-discussion-comments.json': self._document('comments', self.discussion),
        }

    def _document(self, name: str, part: Part) -> dict[str, object]:
        if part.error and not part.is_partial:
            return {'success': False, 'error': part.error}
        problem = {'partial': True, 'error': part.error} if part.error else {}
        whole = {'pr_number': self.pull, name: list(part.items)}
        return {'success': not part.error, **problem, **whole}


def ask_review(client: Client, code: Address, pulls: Sequence[int]) -> Review:
    """All that was said about the first pull request, all pages. Raises LearnError where GitHub
    refuses the threads; of the others, and of single pages, that is an error of the part.
    """
    asker = _Asker(client, code, pulls[0])
    try:
        first = asker.ask(list(_NODES))
    except LearnError:  # each part alone may be there
        first = None
    if first is not None and first.pull is None:  # an error in one part made all of it null
        first = None
    return Review(
        pull=pulls[0],
        others=tuple(pulls[1:]),
        threads=_threads(asker, first),
        reviews=_lenient(asker, 'reviews', first, _review),
        discussion=_lenient(asker, 'comments', first, _remark),
    )


class _Answer(NamedTuple):
    """The pull request as far as it came, and the errors beside it: path and sentence."""

    pull: object
    errors: Sequence[tuple[Sequence[object], str]]

    def errors_of(self, name: str) -> list[str]:
        return [error for path, error in self.errors if name in path or not path[2:]]


class _Asker(NamedTuple):
    client: Client
    code: Address
    pull: int

    @property
    def doing(self) -> str:
        return f'read the review of #{self.pull} of {self.code.full_name}'

    def ask(self, parts: Sequence[str], after: str | None = None) -> _Answer:
        """The pull request with the first page of these parts, or the page `after` a cursor.

        Raises LearnError.
        """
        asked = ' '.join(
            f'{part}(first: 100, after: $after) {{ nodes {{ {_NODES[part]} }} {_PAGE} }}'
            for part in parts
        )
        data, errors = self.client.graphql_with_errors(
            'query Review($owner: String!, $repo: String!, $number: Int!, $after: String) '
            '{ repository(owner: $owner, name: $repo) '
            f'{{ pullRequest(number: $number) {{ {asked} }} }} }}',
            self.doing,
            **self.code.place,
            number=self.pull,
            after=after,
        )
        found = get_in(data, 'repository', 'pullRequest')
        if found is None and not errors:
            raise incomplete(self.doing)
        return _Answer(found, errors)


def _lenient(
    asker: _Asker, name: str, first: _Answer | None, read: Callable[[object], Said | None]
) -> Part:
    try:
        nodes, errors = _nodes(asker, name, first or asker.ask([name]))
    except LearnError as error:
        return Part([], str(error))
    return _part([read(node) for node in nodes], errors)


def _threads(asker: _Asker, first: _Answer | None) -> Part:
    """The threads with all their comments. Raises LearnError."""
    nodes, errors = _nodes(asker, 'reviewThreads', first or asker.ask(['reviewThreads']))
    threads = []
    for node in nodes:
        comments, missing = _comments_of_thread(asker, node)
        threads.append(_thread(node, comments))
        errors += missing
    return _part([thread for thread in threads if thread['comments']], errors)


def _part(items: Sequence[Said | None], errors: Sequence[str]) -> Part:
    kept = [item for item in items if item is not None]
    return Part(kept, '; '.join(dict.fromkeys(errors)), is_partial=bool(errors))


def _nodes(asker: _Asker, name: str, first: _Answer) -> tuple[list[object], list[str]]:
    """The nodes of all pages of a part, and why some may be missing."""

    def more(after: str) -> tuple[object, list[str]]:
        answer = asker.ask([name], after)
        return get_in(answer.pull, name), answer.errors_of(name)

    return _all_pages(get_in(first.pull, name), first.errors_of(name), more, asker.doing)


def _comments_of_thread(asker: _Asker, thread: object) -> tuple[list[object], list[str]]:
    """Raises LearnError for a thread without an id: that is not GitHub's."""
    name = text(thread, 'id')
    if name is None:
        raise incomplete(asker.doing)

    def more(after: str) -> tuple[object, list[str]]:
        data, errors = asker.client.graphql_with_errors(_THREAD, asker.doing, id=name, after=after)
        return get_in(data, 'node', 'comments'), [error for _, error in errors]

    return _all_pages(get_in(thread, 'comments'), [], more, asker.doing)


def _all_pages(
    page: object,
    errors: Sequence[str],
    more: Callable[[str], tuple[object, Sequence[str]]],
    doing: str,
) -> tuple[list[object], list[str]]:
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


def _thread(node: object, comments: Sequence[object]) -> dict[str, object]:
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
    if _is_draft(node) or (state == 'COMMENTED' and not str(said['body']).strip()):
        return None
    author = {'author': said['author'], 'is_bot': said['is_bot'], 'state': state}
    submitted = text(node, 'submittedAt') or ''
    return {**author, 'body': said['body'], 'submitted_at': submitted, **_hidden(node)}


def _is_draft(node: object) -> bool:
    """Is it one's own and not submitted yet? GitHub shows it to nobody else."""
    return text(node, 'state') == 'PENDING'


def _said(node: object) -> Said:
    return {
        'author': text(node, 'author', 'login') or DELETED_AUTHOR,
        'is_bot': text(node, 'author', '__typename') == 'Bot',
        'body': text(node, 'body') or '',
    }


def _hidden(node: object) -> Mapping[str, object]:
    """Why a comment is minimized: nothing for most."""
    is_hidden = get_in(node, 'isMinimized') is True
    return {'minimized': text(node, 'minimizedReason') or 'unknown'} if is_hidden else {}
