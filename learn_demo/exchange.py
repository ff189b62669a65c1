"""A request as the endpoints see it, and what they answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from learn_demo.hub import Hub
    from learn_demo.state import Repo

HTML = 'https://github.com'
DOCUMENTATION = 'https://docs.github.com/rest'
MOST_PER_PAGE = 100


class Answer(NamedTuple):
    """Status, JSON value (None: no body at all) and headers beside the usual ones."""

    status: int
    value: object = None
    headers: Mapping[str, str] = {}


class RefusedError(Exception):
    """GitHub would say no, with this status and this message."""

    def __init__(self, status: int, message: str, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.value: dict[str, object] = {
            'message': message,
            'documentation_url': DOCUMENTATION,
            'status': str(status),
            **more,
        }


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request to an endpoint: `api` is the REST base, `words` are the names in the path."""

    hub: Hub
    login: str | None
    scopes: frozenset[str]
    api: str
    path: str
    words: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        """The body, which must be a JSON object: else GitHub answers 400."""
        try:
            value = json.loads(self.body or b'{}')
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise RefusedError(400, 'Problems parsing JSON')
        return value

    def text(self, name: str) -> str:
        """A string of the body, which must be there."""
        value = self.json.get(name)
        if not isinstance(value, str):
            raise RefusedError(422, f'Invalid request.\n\n"{name}" wasn\'t supplied.')
        return value

    def repo(self) -> Repo:
        """The repository of the path; one that the token may not read is Not Found."""
        repo = self.hub.repo(f'{self.words["owner"]}/{self.words["repo"]}')
        if repo is None or not may_read(repo, self.scopes):
            raise RefusedError(404, 'Not Found')
        return repo

    def number(self, name: str) -> int:
        """A number of the path."""
        if not self.words[name].isdigit():
            raise RefusedError(404, 'Not Found')
        return int(self.words[name])


def may_read(repo: Repo, scopes: frozenset[str]) -> bool:
    """Classic tokens see private repositories with the scope `repo` only."""
    return not repo.private or 'repo' in scopes


def page_of(call: Call, items: Sequence[object]) -> tuple[Sequence[object], dict[str, str]]:
    """The page that was asked for, at most 100 items, and the Link header with the others."""
    size = min(int(call.query.get('per_page', 30)), MOST_PER_PAGE)
    page = max(int(call.query.get('page', 1)), 1)
    last = max(-(-len(items) // size), 1)
    targets = {'next': page + 1, 'last': last} if page < last else {}
    if page > 1:
        targets |= {'prev': page - 1, 'first': 1}
    links = [f'<{_page_url(call, number)}>; rel="{rel}"' for rel, number in targets.items()]
    headers = {'Link': ', '.join(links)} if links else {}
    return items[(page - 1) * size : page * size], headers


def _page_url(call: Call, page: int) -> str:
    return f'{call.api}{call.path}?{urlencode({**call.query, "page": str(page)})}'


def paged(call: Call, items: Sequence[object]) -> Answer:
    """One page of a list that is the whole answer."""
    shown, headers = page_of(call, items)
    return Answer(200, list(shown), headers)


def encoded(value: object) -> tuple[bytes, str]:
    """The body of an answer, and its content type."""
    if isinstance(value, bytes):
        return value, 'text/plain; charset=utf-8'
    content = b'' if value is None else json.dumps(value).encode()
    return content, 'application/json; charset=utf-8'
