"""Whose token it is, what it may do, and what it shows of the repository."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from learn_core.github.http.json import get_in, text
from learn_core.github.issue import CODE
from learn_core.github.workflow import workflow_of, workflow_variables

if TYPE_CHECKING:
    from learn_core.github.address import Address
    from learn_core.github.http.client import Client
    from learn_core.github.workflow import WorkflowFile

_NAMES_THE_GIST = re.compile(r'\$\{\{[^}]*(gist_url|toJSON\(\s*(inputs|github))', re.IGNORECASE)

_MAY_WRITE = ('WRITE', 'MAINTAIN', 'ADMIN')


@dataclass(frozen=True, kw_only=True)
class Account:
    """The token's owner `login`, its `scopes` (None for a fine-grained token, whose permissions
    GitHub does not report), when it `expires` in seconds since 1970 (None: never, or unknown).

    `is_private` is None if the repository is not shown, `may_write` if that is unknown;
    starting a workflow needs write access. `shows_gist`: the workflow passes the gist's URL to
    something that its log prints.
    """

    login: str
    scopes: frozenset[str] | None
    expires: float | None
    is_private: bool | None
    may_write: bool | None
    workflow: WorkflowFile
    shows_gist: bool


def ask_account(
    client: Client, code: Address, *, workflow: str, ref: str, store: str = 'gist'
) -> Account:
    """All of it in one request. Raises LearnError."""
    doing = f'read {code.full_name}'
    data = client.graphql(CODE, doing, **workflow_variables(code, workflow, ref))
    scopes = client.told.get('x-oauth-scopes')
    private = get_in(data, 'code', 'isPrivate')
    permission = text(data, 'code', 'viewerPermission')
    source = text(data, 'code', 'onRef', 'text') or text(data, 'code', 'onHead', 'text') or ''
    return Account(
        login=text(data, 'viewer', 'login') or '',
        scopes=None if scopes is None else frozenset(re.findall(r'[\w:]+', scopes)),
        expires=_seconds(client.told.get('github-authentication-token-expiration', '')),
        is_private=private if isinstance(private, bool) else None,
        may_write=None if permission is None else permission in _MAY_WRITE,
        workflow=workflow_of(data, code, workflow, ref, store),
        shows_gist=_NAMES_THE_GIST.search(source) is not None,
    )


def _seconds(date: str) -> float | None:
    """`2027-10-12 09:00:00 UTC`, or with `+0200` for the zone."""
    try:
        known = datetime.strptime(date.replace('UTC', '+0000'), '%Y-%m-%d %H:%M:%S %z')
    except ValueError:
        return None
    return known.astimezone(timezone.utc).timestamp()
