from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx2
import pytest

from learn_core.errors import LearnError, UnreachableError
from learn_core.github import GitHub, Patience, UnsureError, address_of
from learn_core.github.http.client import Client
from learn_core.github.http.wire import reason
from tests.conftest import FETCH_URL, TOKEN
from tests.github.conftest import IN_A_HURRY, address_at, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from learn_core.materials.packed import Packed


def test_a_certificate_that_nobody_knows_is_said() -> None:
    words = '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'
    assert 'set SSL_CERT_FILE' in reason(httpx2.ConnectError(words))


class Server(ThreadingHTTPServer):
    """Answers every request with the next of `answers`; `seen` holds path and headers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self.server_port}'
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.seen: list[tuple[str, str | None]] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get('Content-Length') or 0))
        self.server.seen.append((self.path, self.headers['Authorization']))
        status, headers, body = self.server.answers.pop(0)
        self.send_response(status)
        for name, value in {'Content-Length': str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for byte in body:
            try:
                self.wfile.write(bytes([byte]))
            except ConnectionError:
                return
            time.sleep(0.05 if 'X-Trickle' in headers else 0)

    do_POST = do_PATCH = do_GET  # noqa: N815  (the names that http.server looks for)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


GIST = 'https://gist.github.com/ann/0123456789abcdef0123'
API_PATH = '/gists/0123456789abcdef0123'
FILES = b'{"files": {"a.txt": {"content": "hello"}}}'


def test_a_redirect_to_another_server_is_not_followed(server: Server) -> None:
    with serving() as stranger:
        stranger.answers = [(200, {}, FILES)]
        server.answers = [(302, {'Location': f'{stranger.url}/x'}, b'')] * 2
        github = GitHub(address_at(server.url), TOKEN)
        with pytest.raises(LearnError, match='moved'):
            github.materials(GIST)
        with pytest.raises(LearnError, match='moved'):
            plan(github)
        assert stranger.seen == []


def test_a_get_is_followed_on_its_own_server(server: Server) -> None:
    server.answers = [
        (301, {'Location': '/one'}, b''),
        (307, {'Location': f'{server.url}/two'}, b''),
        (200, {}, FILES),
    ]
    assert GitHub(address_at(server.url), TOKEN).materials(GIST) == {'a.txt': 'hello'}
    token = f'Bearer {TOKEN}'
    assert server.seen == [(API_PATH, token), ('/one', token), ('/two', token)]


def test_a_circle_of_redirects_ends(server: Server) -> None:
    server.answers = [(301, {'Location': '/x'}, b'')] * 9
    with pytest.raises(LearnError, match='moved'):
        GitHub(address_at(server.url), TOKEN).materials(GIST)
    assert len(server.seen) == 4


def test_a_post_is_not_followed(server: Server, packed: Packed) -> None:
    server.answers = [(307, {'Location': '/x'}, b'')]
    with pytest.raises(LearnError, match='moved'):
        GitHub(address_at(server.url), TOKEN).store().put(5, packed)
    assert len(server.seen) == 1


def test_the_token_does_not_go_to_the_host_of_raw_files(server: Server) -> None:
    with serving() as raw:
        raw.answers = [(200, {}, b'all of it')]
        client = Client(address_at(server.url), TOKEN)
        assert client.fetch(f'{raw.url}/a.txt', 'read it', most=100) == b'all of it'
        assert raw.seen == [('/a.txt', None)]


def test_a_file_that_is_larger_than_wanted_is_refused(server: Server) -> None:
    server.answers = [(200, {}, b'x' * 101)]
    with pytest.raises(LearnError, match='larger'):
        Client(address_at(server.url), TOKEN).fetch(f'{server.url}/a', 'read it', most=100)


def test_a_server_that_trickles_does_not_hold_us(server: Server) -> None:
    server.answers = [(200, {'X-Trickle': '1'}, FILES * 10)] * 2
    hurried = Patience(whole=0.3, pause=0.01, tries=2)
    with pytest.raises(UnreachableError, match='took too long'):
        GitHub(address_at(server.url), TOKEN, patience=hurried).materials(GIST)


@contextmanager
def raw_server(serve: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A socket that serves its first connection by hand, until the test is over."""
    over = threading.Event()

    def run() -> None:
        with suppress(OSError), listener.accept()[0] as caller:
            serve(caller, over)

    with socket.create_server(('127.0.0.1', 0)) as listener:
        thread = threading.Thread(target=run)
        thread.start()
        yield f'http://127.0.0.1:{listener.getsockname()[1]}'
        over.set()
        listener.close()
        thread.join()


HURRIED = Patience(whole=0.3, pause=0.01, tries=1)


def test_headers_that_trickle_do_not_hold_us() -> None:
    def serve(caller: socket.socket, over: threading.Event) -> None:
        caller.recv(65536)
        caller.sendall(b'HTTP/1.1 200 OK\r\nX-Trickle: ')
        while not over.wait(0.02):
            caller.sendall(b'x')

    with raw_server(serve) as url, pytest.raises(UnreachableError, match='took too long'):
        GitHub(address_at(url), TOKEN, patience=HURRIED).materials(GIST)


def test_a_server_that_hardly_takes_an_upload_does_not_hold_us() -> None:
    def serve(caller: socket.socket, over: threading.Event) -> None:
        while caller.recv(1000) and not over.wait(0.02):
            pass

    files = {'a.xml': {'content': 'x' * 9_000_000}}
    with raw_server(serve) as url, pytest.raises(UnsureError):
        Client(address_at(url), TOKEN, patience=HURRIED).rest('gists.create', 'x', files=files)


def test_one_exchange_that_was_hung_up_does_not_cost_the_next(server: Server) -> None:
    server.answers = [(200, {'X-Trickle': '1'}, FILES * 10), (200, {}, FILES)]
    hurried = Patience(whole=3, pause=0.01, tries=2)
    github = GitHub(address_at(server.url), TOKEN, patience=hurried)
    assert github.materials(GIST) == {'a.txt': 'hello'}
    assert [exchange.status for exchange in github.exchanges] == [0, 200]


def test_every_request_is_noted_without_what_it_held(server: Server, packed: Packed) -> None:
    server.answers = [(301, {'Location': '/one?word=hidden'}, b''), (200, {}, FILES)]
    github = GitHub(address_at(server.url), TOKEN)
    github.materials(GIST)
    server.answers = [(201, {}, b'{"id": "ab", "html_url": "x"}')]
    github.store().put(5, packed)
    first, second, third = github.exchanges
    assert first == ('GET', API_PATH, 301, 0, 0)
    assert second == ('GET', '/one', 200, 0, len(FILES))
    assert third[:3] == ('POST', '/gists', 201)
    assert third.sent > len(packed.parts[0])
    assert 'hidden' not in repr(github.exchanges)
    assert TOKEN not in repr(github.exchanges)


def test_a_request_that_reached_nobody_is_noted_as_such() -> None:
    github = GitHub(address_at('http://127.0.0.1:9'), TOKEN, patience=HURRIED)
    with pytest.raises(UnreachableError):
        github.materials(GIST)
    assert github.exchanges == [('GET', API_PATH, 0, 0, 0)]


def test_an_odd_proxy_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('HTTPS_PROXY', 'ftp://user:pass@proxy.example')
    monkeypatch.delenv('https_proxy')
    address = address_of(FETCH_URL, api_url=None, graphql_url=None)
    assert address is not None
    with pytest.raises(LearnError, match='check HTTPS_PROXY') as caught:
        plan(GitHub(address, TOKEN))
    assert 'pass' not in str(caught.value)


def test_a_certificate_file_counts_for_this_machine_too(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / 'ca.pem'
    file.write_text('no certificate')
    monkeypatch.setenv('SSL_CERT_FILE', str(file))
    with pytest.raises(LearnError, match=r'check .* SSL_CERT_FILE'):
        plan(GitHub(address_at(server.url), TOKEN))


def test_a_proxy_that_refuses_is_said(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(Handler):
        def do_CONNECT(self) -> None:
            self.send_error(407)

    server.RequestHandlerClass = Refusing
    for name in ('https_proxy', 'HTTPS_PROXY'):
        monkeypatch.setenv(name, server.url.replace('//', '//user:pass@'))
    address = address_of(FETCH_URL, api_url=None, graphql_url=None)
    assert address is not None
    with pytest.raises(UnreachableError, match='the proxy refused') as caught:
        plan(GitHub(address, TOKEN, patience=IN_A_HURRY))
    assert 'pass' not in str(caught.value)
