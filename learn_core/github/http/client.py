"""One question to GitHub: token, pages, retries, rate limits, errors as sentences.

The only room with a network, together with `wire` under it.
"""

from __future__ import annotations

import time
import weakref
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, TypeVar

from learn_core.github.address import Token, beside, hostname, variable_for
from learn_core.github.http import answers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import httpx2

    from learn_core.errors import LearnError
    from learn_core.github.address import Address
    from learn_core.github.http.answers import Fault
    from learn_core.github.http.wire import Exchange, Wire

T = TypeVar('T')

_MOST_PAGES = 30  # GitHub lists no more than 3000 gists
_PER_PAGE = 100
_LIMITED = ('RATE_LIMITED', 'RATE_LIMIT')  # GitHub has called it both
_QUERIES = Path(__file__).parent.parent / 'queries'


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a request may take and how often it is retried; times in seconds."""

    connect: float = 10.0
    read: float = 30.0  # without a byte
    whole: float = 180.0  # request and answer
    pause: float = 0.5  # before the second try; doubled each time, and some more by chance
    longest_wait: float = 60.0  # of a rate limit; beyond it the run is put off
    tries: int = 4

    def wait(self, tried: int, asked: float | None) -> float | None:
        """How long before the next try, at least as long as was `asked`; None: no more tries."""
        pause = self.pause * float(2 ** (tried - 1))
        wait = pause if asked is None else asked
        if tried >= self.tries or wait > self.longest_wait:
            return None
        return wait + pause * SystemRandom().random()


def query(name: str) -> str:
    """The text of a GraphQL query of ours."""
    return (_QUERIES / f'{name}.graphql').read_text(encoding='utf-8')


class Client:
    """A repository on a GitHub server for one token; its plans may be in another one, `plan_repo`
    (owner/name), and new materials go to a `store` of that kind, `gist` or `ref`.

    `exchanges` are all requests in their order, `told` is the headers of the last answer.
    """

    def __init__(
        self,
        address: Address,
        token: str | None,
        *,
        plan_repo: str | None = None,
        store: str = 'gist',
        progress: Callable[[str], None] | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.address = address
        self.token = token
        self.plan_address = beside(address, plan_repo) if plan_repo else address
        self.store_kind = store
        self.exchanges: list[Exchange] = []
        self.told: Mapping[str, str] = {}
        self._progress = progress
        self._patience = patience or Patience()
        self._host = hostname(address.rest)
        self._clock_ahead = 0.0

    def __repr__(self) -> str:
        return f'{type(self).__name__}({self.address.full_name} at {self.address.rest})'

    def now(self) -> float:
        """Seconds since 1970 by the server's clock, if it has sent its time."""
        return time.time() + self._clock_ahead

    def lacks(self, scope: str) -> bool:
        """Did the last answer say that the token has scopes, and not this one?"""
        scopes = self.told.get('x-oauth-scopes')  # classic tokens have some, others none
        return scopes is not None and scope not in answers.words(scopes)

    def rest(self, operation: str, doing: str, **arguments: object) -> object:
        """The JSON that a named operation of ghapi (`gists.create`) answers, None for none.

        `doing` completes "cannot …" in an error. A POST is repeated only if the server certainly
        did not get it; else raises UnsureError. Raises LearnError.
        """
        call = self._wire.operation(operation)
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
            items = self.rest(operation, doing, **arguments, per_page=_PER_PAGE, page=page)
            if not isinstance(items, list):
                raise answers.incomplete(doing)
            # GitHub leaves out what the token may not see: a short page need not be the last one
            link = self.told.get('link', '')
            has_next = 'rel="next"' in link if link else len(items) >= _PER_PAGE
            yield from items
            if not has_next:
                return

    def graphql(self, text: str, doing: str, **variables: object) -> object:
        """The `data` of a query that changes nothing. What was not found in it is null.

        Raises LearnError.
        """
        data, found = self.graphql_with_faults(text, doing, **variables)
        wrong = [fault for fault in found if fault.kind != 'NOT_FOUND']
        if wrong:
            raise answers.query_refusal(wrong[0], doing)
        return data

    def graphql_with_faults(
        self, text: str, doing: str, **variables: object
    ) -> tuple[object, list[Fault]]:
        """The `data` of a query as far as it came, and the errors beside it.

        Raises LearnError where nothing came.
        """
        self._need_token()
        asked = {'query': text, 'variables': variables}
        return self._patiently(
            lambda: self._wire.request('POST', self.address.graphql, json=asked),
            lambda response: self._data(response, doing),
            doing,
        )

    def fetch(self, url: str, doing: str, *, most: int) -> bytes:
        """A file of at most `most` bytes; the token goes along to the API's own host only.

        Raises LearnError.
        """
        content = self._patiently(
            lambda: self._wire.file(url), lambda answer: answer.content, doing
        )
        if len(content) > most:
            raise answers.too_large()
        return content

    @cached_property
    def _wire(self) -> Wire:
        from learn_core.github.http.wire import Wire

        wire = Wire(self.address, self.token, self._patience, self.exchanges)
        weakref.finalize(self, wire.http.close)
        return wire

    def _need_token(self) -> None:
        if not self.token:
            raise answers.no_token(self.address.host, variable_for(self.address.host))

    def _patiently(
        self,
        send: Callable[[], httpx2.Response],
        read: Callable[[httpx2.Response], T],
        doing: str,
        *,
        repeatable: bool = True,
    ) -> T:
        """What `read` makes of a good answer. Raises LearnError."""
        tried = 0
        while True:
            tried += 1
            try:
                return read(self._sent(send, doing, repeatable=repeatable))
            except answers.BusyError as busy:
                wait = self._patience.wait(tried, busy.wait)
                if wait is None:
                    raise
                if self._progress is not None:
                    self._progress(f'{busy} (waiting for {wait:.0f} s)')
                time.sleep(wait)

    def _sent(
        self, send: Callable[[], httpx2.Response], doing: str, *, repeatable: bool
    ) -> httpx2.Response:
        """A good answer. Raises BusyError where the same may be tried again, else LearnError."""
        import httpx2

        from learn_core.github.http import wire

        try:
            response = self._wire.answer(send)
        except httpx2.RequestError as error:
            # no connection: the server saw nothing of it
            before = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
            if repeatable or isinstance(error, (*before, httpx2.ProxyError)):
                raise answers.BusyError(
                    f'cannot reach {self._host}: {wire.reason(error)}'
                ) from None
            raise self._unsure(doing) from None
        self.told = response.headers
        server = answers.seconds_of_date(response.headers.get('date'))
        self._clock_ahead = self._clock_ahead if server is None else server - time.time()
        if response.is_success:
            return response
        raise self._refused(response, doing, repeatable=repeatable)

    def _refused(self, response: httpx2.Response, doing: str, *, repeatable: bool) -> LearnError:
        status, headers = response.status_code, response.headers
        if status >= 500 and not repeatable:
            return self._unsure(doing)
        said = self._hidden(answers.message_of(answers.parsed(response.content)))
        wait = answers.rate_wait(status, headers, said, self.now())
        if wait is not None:
            return answers.limited(self._host, wait, self.now())
        source = self.token.source if isinstance(self.token, Token) else ''
        return answers.refusal(status, headers, said, host=self._host, doing=doing, source=source)

    def _unsure(self, doing: str) -> answers.UnsureError:
        return answers.UnsureError(
            f'{self._host} gave no clear answer to the request to {doing}, which may have been '
            'carried out; try again later: learn-hook looks first'
        )

    def _json(self, response: httpx2.Response, doing: str, *, repeatable: bool) -> object:
        value = answers.parsed(response.content)
        if value is not None or not response.content:
            return value
        if not repeatable:
            raise self._unsure(doing)
        raise answers.BusyError(
            f'{self._host} did not answer in JSON to the request to {doing}; check the API base '
            'and whether a proxy or login page answers in its place'
        )

    def _data(self, response: httpx2.Response, doing: str) -> tuple[object, list[Fault]]:
        answer = self._json(response, doing, repeatable=True)
        found = [
            fault._replace(message=self._hidden(fault.message)) for fault in answers.faults(answer)
        ]
        said = ' '.join(fault.message for fault in found).lower()
        if 'timeout' in said or 'something went wrong' in said:
            raise answers.BusyError(f'{self._host} ran out of time to {doing}; try again later')
        if any(fault.kind in _LIMITED for fault in found):
            now = self.now()
            raise answers.limited(
                self._host, answers.rate_wait(429, response.headers, '', now) or 0.0, now
            )
        data = answers.get_in(answer, 'data')
        if found and data is None:
            raise answers.query_refusal(found[0], doing)
        if not found and not isinstance(data, dict):
            raise answers.incomplete(doing)
        return data, found

    def _hidden(self, said: str) -> str:
        return said.replace(self.token, '***') if self.token else said
