"""One request to GitHub: token, time limits, pages, retries, rate limits, errors as sentences.

The only room with a network. REST goes through ghapi's named operations, GraphQL through its
transport, both over one connection.
"""

from __future__ import annotations

import time
import weakref
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from learn_core.github.address import hostname, is_loopback, origin
from learn_core.github.answer import dig, faults, message_of, parsed
from learn_core.github.patience import Patience
from learn_core.github.refusal import (
    BusyError,
    incomplete,
    limited,
    no_token,
    not_json,
    query_refusal,
    rate_wait,
    refusal,
    seconds_of_date,
    unsure,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import httpx2

    from learn_core.errors import LearnError
    from learn_core.github.address import Address

T = TypeVar('T')

PER_PAGE = 100
_MOST_PAGES = 30  # GitHub lists no more than 3000 gists
_MOST_REDIRECTS = 3
_FOLLOWED = (301, 307, 308)
_LONGEST_PAUSE = 5.0


def quiet(line: str) -> None:
    """Progress that nobody reads."""


class Client:
    """One GitHub server for one token. `requests` counts what was sent."""

    def __init__(
        self,
        address: Address,
        token: str | None,
        *,
        progress: Callable[[str], None] = quiet,
        patience: Patience | None = None,
    ) -> None:
        self.address = address
        self.requests = 0
        self.told: Mapping[str, str] = {}  # the headers of the last answer
        self._token = token
        self._progress = progress
        self._patience = patience or Patience()
        self._host = hostname(address.rest)
        self._clock_ahead = 0.0

    def __repr__(self) -> str:
        return f'Client({self.address.rest})'

    def rest(self, operation: str, doing: str, **arguments: object) -> object:
        """The JSON that a named operation of ghapi (`gists.create`) answers, None for none.

        `doing` completes "cannot …" in an error. A POST is made again only if it surely did not
        get through: else raises UnsureError. Raises LearnError.
        """
        group, name = operation.split('.')
        call = getattr(getattr(self._api, group), name)
        if call.verb != 'GET':
            self._need_token()
        repeatable = call.verb != 'POST'
        return self._patiently(
            lambda: call(**arguments, raw_=True),
            lambda response: self._json(response, doing, repeatable=repeatable),
            doing,
            repeatable=repeatable,
        )

    def pages(self, operation: str, doing: str, **arguments: object) -> Iterator[object]:
        """The items of all pages of an operation that answers a list. Raises LearnError."""
        for page in range(1, _MOST_PAGES + 1):
            items = self.rest(operation, doing, **arguments, per_page=PER_PAGE, page=page)
            if not isinstance(items, list):
                raise incomplete(doing)
            yield from items
            if len(items) < PER_PAGE:
                return

    def graphql(self, query: str, doing: str, **variables: object) -> object:
        """The `data` of a query that changes nothing. What was not found in it is null.

        Raises LearnError.
        """
        self._need_token()
        payload = {'query': query, 'variables': variables}
        return self._patiently(
            lambda: self._transport.request('POST', self.address.graphql, json=payload, raw=True),
            lambda response: self._data(response, doing),
            doing,
            repeatable=True,
        )

    def fetch(self, url: str, doing: str, *, most: int) -> bytes:
        """A file of at most `most` bytes; the token goes along to the API's own host only.

        Raises LearnError.
        """
        from learn_core.github import wire

        headers = self._headers if origin(url) == origin(self.address.rest) else {}
        return self._patiently(
            lambda: wire.fetched(
                self._http, url, headers={**headers, 'Accept': 'text/plain, */*'}, most=most
            ),
            lambda response: response.content,
            doing,
            repeatable=True,
        )

    def until(self, ask: Callable[[], T | None]) -> T | None:
        """Ask with growing pauses until there is an answer or patience ends."""
        end = time.monotonic() + self._patience.show_up
        pause = self._patience.pause
        while (found := ask()) is None and time.monotonic() + pause < end:
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        return found

    def now(self) -> float:
        """Seconds since 1970 by the server's clock, as far as it has told."""
        return time.time() + self._clock_ahead

    @cached_property
    def _headers(self) -> dict[str, str]:
        headers = {
            'Accept': 'application/vnd.github+json',
            'User-Agent': 'learn-hook',
            'X-GitHub-Api-Version': '2022-11-28',
        }
        return headers | ({'Authorization': f'Bearer {self._token}'} if self._token else {})

    @cached_property
    def _http(self) -> httpx2.Client:
        from learn_core.github import wire

        # a proxy would get what is meant for this machine, over plain http
        http = wire.connection(self._patience, proxies=not is_loopback(self._host))
        weakref.finalize(self, http.close)
        return http

    @cached_property
    def _transport(self) -> Any:
        from ghapi.core import GhSyncTransport

        make: Any = GhSyncTransport  # it has no types
        return self._ours(make())

    @cached_property
    def _api(self) -> Any:
        """All operations by name: 0.1 s to make, which a plan that is none need not pay."""
        from ghapi.core import GhApi

        make: Any = GhApi  # it has no types
        # authenticate: else GITHUB_JWT_TOKEN beats the token
        api = make(gh_host=self.address.rest, authenticate=False, sync=True)
        self._ours(api.transport)
        return api

    def _ours(self, transport: Any) -> Any:
        """ghapi's transport with our connection and headers."""
        transport.client, transport.base_headers, transport.retries = self._http, self._headers, 0
        transport.debug = lambda *_: None  # else GHAPI_DEBUG prints bodies
        return transport

    def _need_token(self) -> None:
        if not self._token:
            raise no_token(self.address.host)

    def _patiently(
        self,
        send: Callable[[], httpx2.Response],
        read: Callable[[httpx2.Response], T],
        doing: str,
        *,
        repeatable: bool,
    ) -> T:
        tried = 0
        while True:
            tried += 1
            try:
                return read(self._sent(send, doing, repeatable=repeatable))
            except BusyError as busy:
                self._pause(busy, tried)

    def _pause(self, busy: BusyError, tried: int) -> None:
        """Wait before the next try. Raises the trouble where patience ends."""
        wait = self._patience.wait(tried, busy.wait)
        if wait is None:
            raise busy
        self._progress(f'{busy} (waiting for {wait:.0f} s)')
        time.sleep(wait)

    def _sent(
        self, send: Callable[[], httpx2.Response], doing: str, *, repeatable: bool
    ) -> httpx2.Response:
        """A good answer. Raises BusyError where the same may be tried again, else LearnError."""
        import httpx2

        from learn_core.github import wire

        try:
            response = self._followed(self._answered(send))
        except httpx2.RequestError as error:
            if repeatable or wire.never_sent(error):
                raise BusyError(f'cannot reach {self._host}: {wire.reason(error)}') from None
            raise unsure(self._host, doing) from None
        self.told = response.headers
        server = seconds_of_date(response.headers.get('date'))
        self._clock_ahead = self._clock_ahead if server is None else server - time.time()
        if response.is_success:
            return response
        raise self._refused(response, doing, repeatable=repeatable)

    def _answered(self, send: Callable[[], httpx2.Response]) -> httpx2.Response:
        """What the server answered, whatever its status. Raises httpx2.RequestError.

        ghapi's operations raise APIError where its transport raises what httpx2 does.
        """
        import httpx2
        from ghapi.core import APIError

        self.requests += 1
        try:
            return send()
        except httpx2.HTTPStatusError as error:
            return error.response
        except APIError as error:
            if isinstance(error.response, httpx2.Response):
                return error.response
            raise (error.__cause__ or error) from None

    def _followed(self, response: httpx2.Response) -> httpx2.Response:
        """A GET is followed to the same host, so that no other one sees the token."""
        for _ in range(_MOST_REDIRECTS):
            request = response.next_request
            if response.status_code not in _FOLLOWED or request is None:
                break
            here = str(request.url)
            if request.method != 'GET' or origin(here) != origin(self.address.rest):
                break
            response = self._answered(
                lambda: self._transport.request('GET', here, raw=True)  # noqa: B023
            )
        return response

    def _refused(self, response: httpx2.Response, doing: str, *, repeatable: bool) -> LearnError:
        status, headers = response.status_code, response.headers
        if status >= 500 and not repeatable:
            return unsure(self._host, doing)
        said = self._hidden(message_of(parsed(response.content)))
        wait = rate_wait(status, headers, said, self.now())
        if wait is not None:
            return limited(self._host, wait, self.now())
        return refusal(status, headers, said, host=self._host, doing=doing)

    def _json(self, response: httpx2.Response, doing: str, *, repeatable: bool) -> object:
        value = parsed(response.content)
        if value is None and response.content:
            raise not_json(self._host, doing) if repeatable else unsure(self._host, doing)
        return value

    def _data(self, response: httpx2.Response, doing: str) -> object:
        answer = self._json(response, doing, repeatable=True)
        found = [fault._replace(message=self._hidden(fault.message)) for fault in faults(answer)]
        trouble = query_refusal(
            found, response.headers, host=self._host, doing=doing, now=self.now()
        )
        if trouble is not None:
            raise trouble
        if not found and not isinstance(dig(answer, 'data'), dict):
            raise incomplete(doing)
        return dig(answer, 'data')

    def _hidden(self, said: str) -> str:
        return said.replace(self._token, '***') if self._token else said
