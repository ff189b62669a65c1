"""The connection under ghapi's operations: our headers and time limits, proxies, redirects on the
own server.
"""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urlsplit

import httpx2

from learn_core.errors import LearnError
from learn_core.github.address import hostname, is_loopback, origin
from learn_core.github.http.answers import too_large

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from learn_core.github.address import Address
    from learn_core.github.http.client import Patience

MOST_BYTES = 64 * 1024 * 1024

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


@dataclass
class _Bounded(httpx2.SyncByteStream):
    """A body that ends in an error once it is too large."""

    stream: httpx2.SyncByteStream

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self.stream:
            size += len(piece)
            if size > MOST_BYTES:
                raise too_large()
            yield piece

    def close(self) -> None:
        """End the exchange."""
        self.stream.close()


class Wire:
    """Requests to one server with one token; each is added to `exchanges`.

    httpx2 bounds the pauses of an exchange, not the whole: a server that trickles, or hardly takes
    what it is sent, would hold a worker for ever. So every connection is known here, and hung up
    when its time is over. Raises LearnError for settings that cannot be used.
    """

    def __init__(
        self, address: Address, token: str | None, patience: Patience, exchanges: list[Exchange]
    ) -> None:
        self._address = address
        self._exchanges = exchanges
        self._whole = patience.whole
        self._streams: list[Any] = []
        self._request: httpx2.Request | None = None  # the newest one
        self._headers = {
            'Accept': 'application/vnd.github+json',
            'User-Agent': 'learn-hook',
            'X-GitHub-Api-Version': '2022-11-28',
            **({'Authorization': f'Bearer {token}'} if token else {}),
        }
        try:
            self.http = httpx2.Client(
                timeout=httpx2.Timeout(patience.read, connect=patience.connect),
                follow_redirects=False,
                # a proxy would get what is meant for this machine, over plain http
                trust_env=not is_loopback(hostname(address.rest)),
                verify=httpx2.create_ssl_context(),  # SSL_CERT_FILE counts without proxies as well
                event_hooks={'request': [self._began], 'response': [_bounded]},
            )
        except (ValueError, TypeError, OSError, ImportError, httpx2.InvalidURL):
            raise LearnError(
                'the settings for proxies or certificates cannot be used; check HTTPS_PROXY, '
                'ALL_PROXY and SSL_CERT_FILE'
            ) from None

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
        return make(found, self, self._address.rest)

    def request(self, method: str, url: str, **options: Any) -> httpx2.Response:
        """A request to the API, by us or by an operation of ghapi."""
        options.pop('raw', None)  # every answer is
        headers = {**self._headers, **(options.pop('headers', None) or {})}
        return self.http.request(method, url, headers=headers, **options)

    def file(self, url: str) -> httpx2.Response:
        """A file; the token goes along to the API's own host only."""
        ours = self._headers if origin(url) == origin(self._address.rest) else {}
        # what is not packed cannot grow beyond MOST_BYTES
        as_it_is = {'Accept': 'text/plain, */*', 'Accept-Encoding': 'identity'}
        return self.http.get(url, headers={**ours, **as_it_is})

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
            response = self._answered(lambda: self.request('GET', here))  # noqa: B023
        return response

    def _answered(self, send: Callable[[], httpx2.Response]) -> httpx2.Response:
        response = None
        try:
            with self._in_time():
                response = send()
        finally:
            if self._request is not None:
                exchange = Exchange(
                    method=self._request.method,
                    path=urlsplit(str(self._request.url)).path,
                    status=0 if response is None else response.status_code,
                    sent=int(self._request.headers.get('content-length', 0)),
                    received=0 if response is None else len(response.content),
                )
                self._exchanges.append(exchange)
        return response

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """For one exchange as a whole. Raises ReadTimeout where its time was over."""
        from ghapi.core import APIError

        self._request = None
        late = threading.Event()
        watch = threading.Timer(self._whole, self._hang_up, (late,))
        watch.daemon = True
        watch.start()
        try:
            yield
        except (httpx2.RequestError, APIError) as error:
            if late.is_set():
                raise httpx2.ReadTimeout('the whole exchange took too long') from None
            if isinstance(error, APIError):  # what ghapi makes of httpx2's
                raise (error.__cause__ or error) from None
            raise
        finally:
            watch.cancel()
            watch.join()

    def _began(self, request: httpx2.Request) -> None:
        self._request = request
        request.extensions['trace'] = self._heard

    def _heard(self, _: str, about: Mapping[str, Any]) -> None:
        """httpx2 reports the events of an exchange, every new connection among them."""
        stream = about.get('return_value')
        if hasattr(stream, 'get_extra_info'):
            self._streams.append(stream)

    def _hang_up(self, late: threading.Event) -> None:
        late.set()
        for stream in self._streams:
            with suppress(OSError):  # closed already
                # the method of a TLS socket would change what another thread is reading from
                socket.socket.shutdown(stream.get_extra_info('socket'), socket.SHUT_RDWR)


def reason(error: httpx2.RequestError) -> str:
    """Why there was no answer, in our words: those of the error may hold a proxy's password."""
    if 'CERTIFICATE_VERIFY_FAILED' in str(error):
        return 'its certificate cannot be verified; set SSL_CERT_FILE if it is your own'
    if isinstance(error, httpx2.ProxyError):
        return 'the proxy refused; check HTTPS_PROXY'
    if isinstance(error, httpx2.ConnectError):
        return 'no connection; check the network and the name'
    if isinstance(error, httpx2.TimeoutException):
        return 'it took too long; try again later'
    return 'the connection broke; try again later'


def _bounded(response: httpx2.Response) -> None:
    stream = cast('httpx2.SyncByteStream', response.stream)  # as the client is none of asyncio
    response.stream = _Bounded(stream)
