"""The index of the REST endpoints: which function answers which request."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from learn_demo import gists, git_data, issues, workflows
from learn_demo.exchange import Answer, Call, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

_REPO = '/repos/{owner}/{repo}'
_ISSUE = _REPO + '/issues/{issue_number}'
_COMMENT = _REPO + '/issues/comments/{comment_id}'
_WORKFLOW = _REPO + '/actions/workflows/{workflow_id}'
_RUN = _REPO + '/actions/runs/{run_id}'
_GIT = _REPO + '/git'

_ENDPOINTS: tuple[tuple[str, str, Callable[[Call], Answer]], ...] = (
    ('GET', '/gists', gists.list_gists),
    ('POST', '/gists', gists.create_gist),
    ('GET', '/gists/{gist_id}', gists.get_gist),
    ('PATCH', '/gists/{gist_id}', gists.update_gist),
    ('DELETE', '/gists/{gist_id}', gists.delete_gist),
    ('GET', '/raw/{owner}/{gist_id}/raw/{sha}/{name}', gists.raw_file),
    ('GET', _ISSUE, issues.get_issue),
    ('PATCH', _ISSUE, issues.update_issue),
    ('GET', _ISSUE + '/comments', issues.list_comments),
    ('POST', _ISSUE + '/comments', issues.create_comment),
    ('PATCH', _COMMENT, issues.update_comment),
    ('DELETE', _COMMENT, issues.delete_comment),
    ('POST', _WORKFLOW + '/dispatches', workflows.dispatch),
    ('GET', _WORKFLOW + '/runs', workflows.list_runs),
    ('GET', _RUN, workflows.get_run),
    ('GET', _RUN + '/jobs', workflows.list_jobs),
    ('POST', _RUN + '/cancel', workflows.cancel_run),
    ('POST', _GIT + '/blobs', git_data.create_blob),
    ('GET', _GIT + '/blobs/{sha}', git_data.get_blob),
    ('POST', _GIT + '/trees', git_data.create_tree),
    ('GET', _GIT + '/trees/{sha}', git_data.get_tree),
    ('POST', _GIT + '/commits', git_data.create_commit),
    ('GET', _GIT + '/commits/{sha}', git_data.get_commit),
    ('POST', _GIT + '/refs', git_data.create_ref),
    ('PATCH', _GIT + '/refs/{ref*}', git_data.update_ref),
    ('DELETE', _GIT + '/refs/{ref*}', git_data.delete_ref),
    ('GET', _GIT + '/ref/{ref*}', git_data.get_ref),
    ('GET', _GIT + '/matching-refs/{ref*}', git_data.matching_refs),
)


def _pattern(template: str) -> re.Pattern[str]:
    """`{name}` is one segment of a path, `{name*}` can hold slashes."""
    several = re.sub(r'\{(\w+)\*\}', r'(?P<\1>.+)', template)
    return re.compile(re.sub(r'\{(\w+)\}', r'(?P<\1>[^/]+)', several))


_ROUTES = tuple((method, _pattern(path), endpoint) for method, path, endpoint in _ENDPOINTS)


def route(method: str, path: str) -> tuple[Callable[[Call], Answer], dict[str, str]] | None:
    """The endpoint for a path without its query, and the words of the path."""
    for wanted, pattern, endpoint in _ROUTES:
        found = pattern.fullmatch(path)
        if found and method == wanted:
            return endpoint, {name: unquote(word) for name, word in found.groupdict().items()}
    return None


def needs_token(method: str, path: str) -> bool:
    """Reading public things needs none."""
    return method != 'GET' or path == '/gists'


def answer(call: Call, method: str) -> Answer:
    """What GitHub would answer. Raises RefusedError."""
    found = route(method, call.path)
    if found is None:
        raise RefusedError(404, 'Not Found')
    if call.login is None and needs_token(method, call.path):
        raise RefusedError(401, 'Requires authentication')
    endpoint, words = found
    return endpoint(replace(call, words=words))
