"""A stand-in for GitHub: a small HTTP server on this machine that answers as GitHub would.

REST is at the root and, as on GitHub Enterprise Server, under /api/v3; GraphQL at /graphql and
/api/graphql; the files of gists under /raw. Nothing outlives the process.
"""

from __future__ import annotations

import io
import json
import socket
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from learn_demo.exchange import Answer, Call, RefusedError, encoded
from learn_demo.faults import Fault
from learn_demo.graph import root
from learn_demo.hub import Hub
from learn_demo.queries import execute, schema
from learn_demo.rest import answer as rest_answer
from learn_demo.state import sha

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GRAPHQL = ('/graphql', '/api/graphql')
ENTERPRISE = '/api/v3'
NO_CONTENT = 204
ALL_SCOPES = ('repo', 'gist', 'workflow')
LIMIT = 5_000  # requests of a token in an hour


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and its answer, as they went over the wire; `fault`: a Fault changed it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer_headers: Mapping[str, str]
    answer_body: bytes
    fault: bool

    @property
    def json(self) -> Any:
        """The request's JSON value; None if it is not JSON."""
        return _json(self.body)

    @property
    def answer(self) -> Any:
        """The answer's JSON value; None if it is not JSON."""
        return _json(self.answer_body)


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


class StandIn(Hub):
    """A stand-in that runs: `url` is its REST base, `requests` are all that it got so far.

    `crashes` are its own bugs: requests that it could not answer at all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Exchange] = []
        self.crashes: list[BaseException] = []
        self.closing = threading.Event()
        self._faults: list[Fault] = []
        self._server = _Server(self)
        self.url = f'http://127.0.0.1:{self._server.server_port}'

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[StandIn]:
        """A stand-in on a free port, served by threads until the block ends."""
        schema()  # else the first query waits for it
        hub = cls()
        thread = threading.Thread(target=hub._server.serve_forever, args=(0.005,), daemon=True)
        thread.start()
        try:
            yield hub
        finally:
            hub.closing.set()
            hub._server.shutdown()
            hub._server.hang_up()
            hub._server.server_close()
            thread.join()

    def misbehave(self, **fault: Any) -> None:
        """The next requests that fit are answered badly; see Fault."""
        with self.lock:
            self._faults.append(Fault(**fault))

    def behave(self) -> None:
        """Ends all faults."""
        with self.lock:
            self._faults.clear()

    def fault_for(self, method: str, path: str, body: bytes) -> Fault:
        """The first fault that fits, used up by one; or one that does nothing."""
        with self.lock:
            for fault in self._faults:
                if fault.fits(method, path, body):
                    fault.times -= 1
                    return fault
        return Fault()

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """GitHub's answer to a request, and what it changes."""
        with self.lock:
            login, owner = None, dict[str, object]()
            try:
                owner = self._who(headers)
                login, scopes = _may(owner)
                given = self._serve(method, path, login, scopes, body)
            except RefusedError as error:
                given = Answer(error.status, error.value)
        usual = _limits(len(self.requests))
        usual |= _of_token(owner, 'gist' if '/gists' in path else 'repo')
        return given._replace(headers={**usual, **given.headers})

    def _who(self, headers: Mapping[str, str]) -> dict[str, object]:
        """What the request's token may; empty without one."""
        _, _, token = headers.get('authorization', '').partition(' ')
        if not token:
            return {}
        if token.strip() not in self.tokens:
            raise RefusedError(401, 'Bad credentials')
        return self.tokens[token.strip()]

    def _serve(
        self, method: str, path: str, login: str | None, scopes: frozenset[str], body: bytes
    ) -> Answer:
        parts = urlsplit(path)
        enterprise = parts.path.startswith(f'{ENTERPRISE}/')
        call = Call(
            hub=self,
            login=login,
            scopes=scopes,
            api=self.url + (ENTERPRISE if enterprise else ''),
            path=parts.path.removeprefix(ENTERPRISE) if enterprise else parts.path,
            words={},
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            body=body,
        )
        if parts.path not in GRAPHQL:
            return rest_answer(call, method)
        if login is None:
            raise RefusedError(401, 'This endpoint requires you to be authenticated.')
        return Answer(200, execute(root(call), call.json, self.errors))


def _may(owner: Mapping[str, object]) -> tuple[str | None, frozenset[str]]:
    """The login and the scopes of a token; a fine-grained one has all."""
    if not owner:
        return None, frozenset()
    scopes = owner['scopes']
    return str(owner['login']), frozenset(scopes if isinstance(scopes, set) else ALL_SCOPES)


def _of_token(owner: Mapping[str, object], accepted: str) -> dict[str, str]:
    """The headers about the token. Where a classic one lacks a scope, only they say so."""
    told = {'X-Accepted-OAuth-Scopes': accepted}
    if isinstance(scopes := owner.get('scopes'), set):
        told['X-OAuth-Scopes'] = ', '.join(sorted(scopes))
    if 'expires' in owner:
        told['GitHub-Authentication-Token-Expiration'] = str(owner['expires'])
    return told


def _limits(used: int) -> dict[str, str]:
    return {
        'X-RateLimit-Limit': str(LIMIT),
        'X-RateLimit-Remaining': str(LIMIT - used),
        'X-RateLimit-Used': str(used),
        'X-RateLimit-Reset': str(int(time.time()) + 3600),
        'X-RateLimit-Resource': 'core',
        'X-GitHub-Request-Id': sha('request', used)[:20].upper(),
        'X-GitHub-Media-Type': 'github.v3; format=json',
    }


class _Server(ThreadingHTTPServer):
    """Remembers its connections, so that it can end those that a client keeps open."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, hub: StandIn) -> None:
        self.hub = hub
        self._open: set[socket.socket] = set()
        super().__init__(('127.0.0.1', 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Wakes every thread that waits for the next request of a connection."""
        for request in tuple(self._open):
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_: Any) -> None:
        """A client that went away is no error; anything else is a bug of the stand-in."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError):
            self.hub.crashes.append(error)


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, lets the hub answer it, records both."""

    protocol_version = 'HTTP/1.1'
    server_version = 'github.com'
    sys_version = ''
    server: _Server

    def do_GET(self) -> None:
        hub = self.server.hub
        length = int(self.headers.get('Content-Length') or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # who asked is gone: GitHub does nothing with half a request
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        fault = hub.fault_for(self.command, self.path, body)
        if not fault.after_effect:
            fault.meanwhile()
        hub.closing.wait(fault.delay_seconds)

        given, content = _answer(hub, fault, self.command, self.path, headers, body)
        if fault.after_effect:
            fault.meanwhile()
        hub.requests.append(
            Exchange(
                method=self.command,
                path=self.path,
                headers=headers,
                body=body,
                status=given.status,
                answer_headers=given.headers,
                answer_body=content,
                fault=fault.spoils,
            )
        )
        self._send(given, content, fault)

    do_POST = do_PATCH = do_DELETE = do_PUT = do_GET  # noqa: N815 - likewise

    def _send(self, given: Answer, content: bytes, fault: Fault) -> None:
        out, self.wfile = self.wfile, io.BytesIO()
        self.send_response(given.status)
        for name, value in given.headers.items():
            self.send_header(name, value)
        if given.status != NO_CONTENT:
            self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content[: fault.cut_after_bytes])
        whole, self.wfile = self.wfile.getvalue(), out
        self.close_connection = self.close_connection or fault.cuts
        fault.deliver(whole, self.connection, self.server.hub.closing)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Says nothing: `requests` holds it all."""


def _answer(
    hub: StandIn, fault: Fault, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[Answer, bytes]:
    """The answer as it goes out, its headers complete, and its body in bytes."""
    if fault.status is None or fault.after_effect:
        given = hub.serve(method, path, headers, body)
    else:
        given = Answer(fault.status)
    content, kind = encoded(given.value)
    if fault.status is not None:
        given = Answer(fault.status)
        content, kind = fault.content(), 'application/json; charset=utf-8'
    kinds = {'Content-Type': kind} if content else {}
    return given._replace(headers={**kinds, **given.headers, **fault.headers}), content
