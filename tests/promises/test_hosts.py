"""The token goes to the server that it is for, and nobody else is even asked."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from learn_demo import StandIn
from tests.conftest import TOKEN, git
from tests.promises.world import (
    at_rest,
    branch,
    gist,
    manifest,
    notes,
    plan,
    push,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.promises.world import World

PROXIES = ('http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY')


class Gate:
    """The only way out: it lets nobody through, and remembers who was asked for."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.url = f'http://127.0.0.1:{self._listener.getsockname()[1]}'
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                with caller:
                    self.heard.append(caller.recv(65536))

    def close(self) -> None:
        """Nobody listens any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def gate(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """No API base is set; what would leave this machine comes to the gate."""
    gate = Gate()
    monkeypatch.delenv('GITHUB_API_URL')
    for name in PROXIES:
        monkeypatch.setenv(name, gate.url)
    yield gate
    gate.close()


@pytest.fixture
def stranger() -> Iterator[StandIn]:
    """A server that answers as GitHub does, and is none of ours."""
    with StandIn.started() as other:
        yield other


def test_every_request_of_a_run_goes_to_the_one_server(world: World) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    asked = [exchange.headers for exchange in world.hub.requests]
    assert {headers['host'] for headers in asked} == {urlsplit(world.hub.url).netloc}
    assert {headers['authorization'] for headers in asked} == {f'Bearer {TOKEN}'}


@pytest.mark.parametrize(
    'url', ['https://gitlab.com/acme/widgets.git', 'git@git.acme.test:acme/widgets.git']
)
def test_githubs_token_makes_no_request_to_another_host(world: World, gate: Gate, url: str) -> None:
    git('remote', 'set-url', 'origin', url, cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 0
    assert [state for state, _ in notes(world)] in (['dropped'], ['waiting'])
    assert gate.heard == []
    assert world.hub.requests == []


def test_an_api_base_on_a_strange_host_is_not_asked_for_github(
    background: World, gate: Gate
) -> None:
    world = background
    git('config', 'learn-hook.apiUrl', 'https://api.stranger.test', cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 0
    at_rest(world)
    assert {line.split(b' HTTP')[0] for line in gate.heard} == {b'CONNECT api.github.com:443'}
    assert TOKEN.encode() not in b''.join(gate.heard)


def test_a_gist_of_another_server_is_not_asked_for(world: World, stranger: StandIn) -> None:
    session(world, 'here')
    plan(
        world,
        5,
        last_local_impl_session='here',
        last_session_gist_url=f'{stranger.url}/ann/0123456789abcdef0123',
        last_session_id='there',
    )
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert sent(world) == [5]
    assert [lost['session_id'] for lost in manifest(world)['missing']] == ['there']
    assert stranger.requests == []


@pytest.mark.parametrize('way', ['raw_url', 'redirect'])
def test_a_gist_that_sends_us_to_another_server_is_not_followed(
    world: World, stranger: StandIn, way: str
) -> None:
    session(world, 'here')
    url = gist(world, {'session.jsonl': '{}'})
    plan(
        world,
        5,
        last_local_impl_session='here',
        last_session_gist_url=url,
        last_session_id='there',
    )
    elsewhere = f'{stranger.url}/gists/0123456789abcdef0123'
    if way == 'redirect':
        world.hub.misbehave(
            path_contains='/gists/', method='GET', status=301, headers={'Location': elsewhere}
        )
    else:
        entry = {'filename': 'a', 'truncated': True, 'content': '', 'raw_url': elsewhere}
        body = json.dumps({'id': url.rpartition('/')[2], 'files': {'a': entry}})
        world.hub.misbehave(path_contains='/gists/', method='GET', status=200, body=body)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert sent(world) == [5]
    assert [lost['session_id'] for lost in manifest(world)['missing']] == ['there']
    assert stranger.requests == []


def test_an_upload_that_is_sent_elsewhere_stays_here(world: World, stranger: StandIn) -> None:
    world.hub.misbehave(
        path_contains='/gists',
        method='POST',
        status=307,
        headers={'Location': f'{stranger.url}/gists'},
    )
    small_plan(world, 5)
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 0
    assert stranger.requests == []
    assert sent(world) == []
