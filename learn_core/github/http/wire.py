"""The connection under ghapi: time and size limits, proxies, no redirects."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import httpx2

from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from learn_core.github.http.retry import Patience

MOST_BYTES = 64 * 1024 * 1024


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
    """A client that follows no redirect; with `proxies` the usual variables count.

    httpx2 bounds the pauses of an exchange, not the whole: a server that trickles, or hardly takes
    what it is sent, would hold a worker for ever. So every connection is known here, and hung up
    when its time is over. `request` is the newest one. Raises LearnError for settings that
    cannot be used.
    """

    def __init__(self, patience: Patience, *, proxies: bool) -> None:
        self.request: httpx2.Request | None = None
        self._whole = patience.whole
        self._streams: list[Any] = []
        try:
            self.http = httpx2.Client(
                timeout=httpx2.Timeout(patience.read, connect=patience.connect),
                follow_redirects=False,
                trust_env=proxies,
                verify=httpx2.create_ssl_context(),  # SSL_CERT_FILE counts without proxies as well
                event_hooks={'request': [self._began], 'response': [_bounded]},
            )
        except (ValueError, TypeError, OSError, ImportError, httpx2.InvalidURL):
            raise LearnError(
                'the settings for proxies or certificates cannot be used; check HTTPS_PROXY, '
                'ALL_PROXY and SSL_CERT_FILE'
            ) from None

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """For one exchange as a whole. Raises ReadTimeout where its time was over."""
        self.request = None
        late = threading.Event()
        watch = threading.Timer(self._whole, self._hang_up, (late,))
        watch.daemon = True
        watch.start()
        try:
            yield
        except httpx2.RequestError:
            if late.is_set():
                raise httpx2.ReadTimeout('the whole exchange took too long') from None
            raise
        finally:
            watch.cancel()
            watch.join()

    def _began(self, request: httpx2.Request) -> None:
        self.request = request
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


def _bounded(response: httpx2.Response) -> None:
    stream = cast('httpx2.SyncByteStream', response.stream)  # as the client is none of asyncio
    response.stream = _Bounded(stream)


def fetched(
    http: httpx2.Client, url: str, *, headers: Mapping[str, str], most: int
) -> httpx2.Response:
    """GET with a body of at most `most` bytes, unpacked. Raises LearnError beyond."""
    body = bytearray()
    with http.stream('GET', url, headers=headers) as response:
        for piece in response.iter_bytes():
            body += piece
            if len(body) > most:
                raise too_large()
    # the body is unpacked already: with the old headers httpx2 would unpack it again
    kept = [(k, v) for k, v in response.headers.items() if not k.startswith('content-')]
    return httpx2.Response(
        response.status_code, headers=kept, content=bytes(body), request=response.request
    )


def too_large() -> LearnError:
    """The answer would fill the memory."""
    return LearnError('the answer is larger than learn-hook takes; nothing of it was used')


def never_sent(error: httpx2.RequestError) -> bool:
    """Is it sure that the server saw nothing of the request?"""
    before = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
    return isinstance(error, before)


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
