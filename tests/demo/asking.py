"""Asks the stand-in over real HTTP."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.conftest import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from learn_demo import StandIn

LEARN = """\
name: learn
run-name: learn ${{ inputs.issue_number }} :${{ github.event.inputs.distinct_id }}
on:
  workflow_dispatch:
    inputs:
      issue_number: {required: true}
      gist_url: {required: true}
      distinct_id: {}
      depth: {default: 3}
"""


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    hub: StandIn, method: str, path: str, value: object = None, *, token: str | None = TOKEN
) -> Reply:
    """The path may be a whole URL, as a Link header has it."""
    url = path if path.startswith('http') else hub.url + path
    data = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(url, data, method=method)  # noqa: S310 - of the stand-in
    if token is not None:
        request.add_header('Authorization', f'token {token}')
    if data is not None:
        request.add_header('Content-Type', 'application/json')
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - likewise
            return Reply(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, dict(error.headers), error.read())


def query(hub: StandIn, text: str, **variables: object) -> Any:
    reply = ask(hub, 'POST', '/graphql', {'query': text, 'variables': variables})
    assert reply.status == 200
    return reply.json


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Waits for a condition."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, 'waited in vain'
        time.sleep(0.005)
