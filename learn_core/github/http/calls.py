"""One request under ghapi: our connection and headers, redirects on the own server, a list of all.

REST goes through ghapi's named operations, GraphQL and files through its transport.
"""

from __future__ import annotations

import weakref
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from learn_core.github.address import hostname, is_loopback, origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx2

    from learn_core.github.address import Address
    from learn_core.github.http.retry import Patience
    from learn_core.github.http.wire import Wire

_MOST_REDIRECTS = 3
_FOLLOWED = (301, 302, 307, 308)


class Exchange(NamedTuple):
    """A request that was sent, without query, headers and bodies; `status` 0: no answer came.

    `sent` and `received` are the bytes of the two bodies, the second one unpacked.
    """

    method: str
    path: str
    status: int
    sent: int
    received: int


class Calls:
    """Requests to one server with one token; `exchanges` lists them, oldest first."""

    def __init__(self, address: Address, token: str | None, patience: Patience) -> None:
        self.exchanges: list[Exchange] = []
        self._address = address
        self._token = token
        self._patience = patience

    def operation(self, name: str) -> Any:
        """An operation of ghapi by its name, `gists.create`: it has a verb, and can be called.

        Made one by one: `GhApi()` makes all 1,200 of them, which takes 0.25 s.
        """
        from ghapi.core import (  # type: ignore[attr-defined]  # it is from fastspec
            SyncOpFunc,
            pspec,
        )

        found = next(op for op in pspec.ops if f'{op.group}.{op.name}' == name)
        make: Any = SyncOpFunc  # it has no types
        return make(found, self._transport, self._address.rest)

    def query(self, payload: Mapping[str, object]) -> httpx2.Response:
        """A GraphQL request."""
        response: httpx2.Response = self._transport.request(
            'POST', self._address.graphql, json=payload, raw=True
        )
        return response

    def file(self, url: str, *, most: int) -> httpx2.Response:
        """A file of at most `most` bytes; the token goes along to the API's own host only."""
        from learn_core.github.http import wire

        ours = self._headers if origin(url) == origin(self._address.rest) else {}
        headers = {**ours, 'Accept': 'text/plain, */*'}
        return wire.fetched(self._wire.http, url, headers=headers, most=most)

    def answer(self, send: Callable[[], httpx2.Response]) -> httpx2.Response:
        """The last answer after redirects, of any status. Raises httpx2.RequestError.

        A GET is followed to the same server, so that no other one sees the token.
        """
        response = self._answered(send)
        for _ in range(_MOST_REDIRECTS):
            request = response.next_request
            if response.status_code not in _FOLLOWED or request is None:
                break
            here = str(request.url)
            if request.method != 'GET' or origin(here) != origin(self._address.rest):
                break
            response = self._answered(
                lambda: self._transport.request('GET', here, raw=True)  # noqa: B023
            )
        return response

    def _answered(self, send: Callable[[], httpx2.Response]) -> httpx2.Response:
        response = None
        try:
            with self._wire.in_time():
                response = _unraised(send)
        finally:
            request = self._wire.request
            if request is not None:
                self.exchanges.append(_exchange(request, response))
        return response

    @cached_property
    def _headers(self) -> dict[str, str]:
        headers = {
            'Accept': 'application/vnd.github+json',
            'User-Agent': 'learn-hook',
            'X-GitHub-Api-Version': '2022-11-28',
        }
        return headers | ({'Authorization': f'Bearer {self._token}'} if self._token else {})

    @cached_property
    def _wire(self) -> Wire:
        from learn_core.github.http.wire import Wire

        # a proxy would get what is meant for this machine, over plain http
        host = hostname(self._address.rest)
        wire = Wire(self._patience, proxies=not is_loopback(host))
        weakref.finalize(self, wire.http.close)
        return wire

    @cached_property
    def _transport(self) -> Any:
        """ghapi's transport with our connection and headers."""
        from ghapi.core import GhSyncTransport

        make: Any = GhSyncTransport  # it has no types
        transport = make()
        transport.client, transport.base_headers = self._wire.http, self._headers
        transport.retries = 0
        transport.debug = lambda *_: None  # else GHAPI_DEBUG prints bodies
        return transport


def _unraised(send: Callable[[], httpx2.Response]) -> httpx2.Response:
    """ghapi's operations raise APIError where its transport raises what httpx2 does."""
    import httpx2
    from ghapi.core import APIError

    try:
        return send()
    except httpx2.HTTPStatusError as error:
        return error.response
    except APIError as error:
        if isinstance(error.response, httpx2.Response):
            return error.response
        raise (error.__cause__ or error) from None


def _exchange(request: httpx2.Request, response: httpx2.Response | None) -> Exchange:
    return Exchange(
        method=request.method,
        path=urlsplit(str(request.url)).path,
        status=0 if response is None else response.status_code,
        sent=int(request.headers.get('content-length', 0)),
        received=0 if response is None else len(response.content),
    )
