"""One request to GitHub: token, time limits, pages, retries, rate limits, errors as sentences.

The only room with a network, together with `calls` and `wire` under it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from learn_core.github.address import Token, hostname, variable_for
from learn_core.github.http.calls import Calls
from learn_core.github.http.errors import (
    BusyError,
    incomplete,
    limited,
    no_token,
    not_json,
    query_busy,
    query_refusal,
    rate_wait,
    refusal,
    seconds_of_date,
    unsure,
    words,
)
from learn_core.github.http.json import faults, get_in, message_of, parsed
from learn_core.github.http.retry import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import httpx2

    from learn_core.errors import LearnError
    from learn_core.github.address import Address
    from learn_core.github.http.calls import Exchange
    from learn_core.github.http.json import Fault

T = TypeVar('T')

PER_PAGE = 100
_MOST_PAGES = 30  # GitHub lists no more than 3000 gists
_LONGEST_PAUSE = 5.0


def quiet(line: str) -> None:
    """Drops a line of progress."""


class Client:
    """One GitHub server for one token."""

    def __init__(
        self,
        address: Address,
        token: str | None,
        *,
        progress: Callable[[str], None] = quiet,
        patience: Patience | None = None,
    ) -> None:
        self.address = address
        self.told: Mapping[str, str] = {}  # the headers of the last answer
        self._token = token
        self._progress = progress
        self._patience = patience or Patience()
        self._calls = Calls(address, token, self._patience)
        self._host = hostname(address.rest)
        self._clock_ahead = 0.0

    def __repr__(self) -> str:
        return f'Client({self.address.rest})'

    @property
    def exchanges(self) -> list[Exchange]:
        """All requests, in their order."""
        return self._calls.exchanges

    def rest(self, operation: str, doing: str, **arguments: object) -> object:
        """The JSON that a named operation of ghapi (`gists.create`) answers, None for none.

        `doing` completes "cannot …" in an error. A POST is repeated only if the server certainly
        did not get it; else raises UnsureError. Raises LearnError.
        """
        return self._asked(operation, doing, arguments)[0]

    def pages(self, operation: str, doing: str, **arguments: object) -> Iterator[object]:
        """The items of all pages of an operation that answers a list. Raises LearnError."""
        for page in range(1, _MOST_PAGES + 1):
            asked = {**arguments, 'per_page': PER_PAGE, 'page': page}
            items, link = self._asked(operation, doing, asked)
            if not isinstance(items, list):
                raise incomplete(doing)
            yield from items
            # GitHub leaves out what the token may not see: a short page need not be the last one
            has_next = 'rel="next"' in link if link else len(items) >= PER_PAGE
            if not has_next:
                return

    def graphql(self, query: str, doing: str, **variables: object) -> object:
        """The `data` of a query that changes nothing. What was not found in it is null.

        Raises LearnError.
        """
        data, found = self._queried(query, doing, variables)
        wrong = [fault for fault in found if fault.kind != 'NOT_FOUND']
        if wrong:
            raise query_refusal(wrong[0], doing=doing)
        return data

    def graphql_with_errors(
        self, query: str, doing: str, **variables: object
    ) -> tuple[object, list[tuple[tuple[object, ...], str]]]:
        """The `data` of a query as far as it came, and the errors beside it: path and sentence.

        Raises LearnError where nothing came.
        """
        data, found = self._queried(query, doing, variables)
        if found and data is None:
            raise query_refusal(found[0], doing=doing)
        return data, [(fault.path, str(query_refusal(fault, doing=doing))) for fault in found]

    def _queried(
        self, query: str, doing: str, variables: Mapping[str, object]
    ) -> tuple[object, list[Fault]]:
        self._need_token()
        payload = {'query': query, 'variables': variables}
        return self._patiently(
            lambda: self._calls.query(payload),
            lambda response: self._data(response, doing),
            doing,
            repeatable=True,
        )

    def fetch(self, url: str, doing: str, *, most: int) -> bytes:
        """A file of at most `most` bytes; the token goes along to the API's own host only.

        Raises LearnError.
        """
        return self._patiently(
            lambda: self._calls.file(url, most=most),
            lambda response: response.content,
            doing,
            repeatable=True,
        )

    def until(self, ask: Callable[[], T | None]) -> T | None:
        """Asks with growing pauses until there is an answer, at most as long as patience allows."""
        end = time.monotonic() + self._patience.show_up
        pause = self._patience.pause
        while (found := ask()) is None and time.monotonic() + pause < end:
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        return found

    def lacks(self, scope: str) -> bool:
        """Did the last answer say that the token has scopes, and not this one?"""
        scopes = self.told.get('x-oauth-scopes')  # classic tokens have some, others none
        return scopes is not None and scope not in words(scopes)

    def now(self) -> float:
        """Seconds since 1970 by the server's clock, if it has sent its time."""
        return time.time() + self._clock_ahead

    def _asked(
        self, operation: str, doing: str, arguments: Mapping[str, object]
    ) -> tuple[object, str]:
        """What a named operation answers, and the Link header that came with it."""
        call = self._calls.operation(operation)
        if call.verb != 'GET':
            self._need_token()
        repeatable = call.verb != 'POST'

        def read(response: httpx2.Response) -> tuple[object, str]:
            value = self._json(response, doing, repeatable=repeatable)
            return value, str(response.headers.get('link', ''))

        return self._patiently(
            lambda: call(**arguments, raw_=True), read, doing, repeatable=repeatable
        )

    def _need_token(self) -> None:
        if not self._token:
            raise no_token(self.address.host, variable_for(self.address.host))

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
        """Waits before the next try. Raises `busy` after the last one."""
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

        from learn_core.github.http import wire

        try:
            response = self._calls.answer(send)
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

    def _refused(self, response: httpx2.Response, doing: str, *, repeatable: bool) -> LearnError:
        status, headers = response.status_code, response.headers
        if status >= 500 and not repeatable:
            return unsure(self._host, doing)
        said = self._hidden(message_of(parsed(response.content)))
        wait = rate_wait(status, headers, said, self.now())
        if wait is not None:
            return limited(self._host, wait, self.now())
        source = self._token.source if isinstance(self._token, Token) else ''
        return refusal(status, headers, said, host=self._host, doing=doing, source=source)

    def _json(self, response: httpx2.Response, doing: str, *, repeatable: bool) -> object:
        value = parsed(response.content)
        if value is None and response.content:
            raise not_json(self._host, doing) if repeatable else unsure(self._host, doing)
        return value

    def _data(self, response: httpx2.Response, doing: str) -> tuple[object, list[Fault]]:
        answer = self._json(response, doing, repeatable=True)
        found = [fault._replace(message=self._hidden(fault.message)) for fault in faults(answer)]
        busy = query_busy(found, response.headers, host=self._host, doing=doing, now=self.now())
        if busy is not None:
            raise busy
        if not found and not isinstance(get_in(answer, 'data'), dict):
            raise incomplete(doing)
        return get_in(answer, 'data'), found

    def _hidden(self, said: str) -> str:
        return said.replace(self._token, '***') if self._token else said
