from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from learn_core.errors import LearnError, NotFoundError, UnreachableError
from learn_core.github import GitHub, Patience, UnsureError, address_of
from learn_core.github.client import Client
from tests.conftest import FETCH_URL, TOKEN
from tests.github.conftest import IN_A_HURRY, REPO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from learn_core.demo import StandIn
    from learn_core.github import Address
    from learn_core.packed import Packed

GRAPHQL_TIMEOUT = {'message': 'Something went wrong while executing your query.'}
RATE_LIMITED = {'type': 'RATE_LIMITED', 'message': 'API rate limit exceeded'}


def errors(*found: dict[str, str]) -> str:
    return json.dumps({'data': None, 'errors': found})


def plan(github: GitHub) -> None:
    github.plan(5, workflow='learn.yml', ref='master')


@pytest.fixture
def asked(hub: StandIn, github: GitHub) -> Callable[[], int]:
    """Asks for a plan that is there; gives how many requests that took."""

    def ask() -> int:
        hub.add_issue(REPO, 5)
        plan(github)
        return github.requests

    return ask


def test_a_whole_run_takes_no_more_than_6_requests(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    hub.add_issue(REPO, 5)
    hub.add_pull(REPO, 45, head='P5-x')
    for number in range(99):
        hub.add_comment(REPO, 5, f'{number}')
        hub.add_comment(REPO, 45, f'{number}')
        hub.add_thread(REPO, 45, path='a', line=1, comments=[('ben', f'{n}') for n in range(99)])
    hub.answers_204 = True

    answer = github.plan(5, workflow='learn.yml', ref='master')
    review = github.review(['P5-x'])
    github.start(5, github.put_gist(5, packed), answer.workflow, 'mark')

    assert github.requests == len(hub.requests) == 6
    assert len(answer.plan.comments) == 99
    assert review is not None
    assert len(review.discussion) == 99
    assert sum(len(thread.comments) for thread in review.threads) == 99 * 99


@pytest.mark.parametrize('status', [500, 502, 503, 504])
def test_a_server_that_fails_once_is_asked_again(
    hub: StandIn, asked: Callable[[], int], said: list[str], status: int
) -> None:
    hub.misbehave(status=status)
    assert asked() == 2
    assert len(said) == 1
    assert f'({status}' in said[0]


@pytest.mark.parametrize(
    'fault',
    [
        {'cut_after_bytes': 0},
        {'cut_after_bytes': 40},
        {'status': 200, 'body': '<html>Log in'},
        {'status': 200, 'body': '{"data": '},
        {'status': 200, 'body': '[' * 100_000},
        {'status': 200, 'body': errors(GRAPHQL_TIMEOUT)},
        {'status': 200, 'body': errors({'message': 'The query hit its timeout'})},
        {'delay_seconds': 1.3},
    ],
)
def test_an_answer_that_comes_in_part_or_late_is_asked_for_again(
    hub: StandIn, asked: Callable[[], int], fault: dict[str, Any]
) -> None:
    hub.misbehave(**fault)
    assert asked() == 2


def test_a_server_that_keeps_failing_is_given_up(hub: StandIn, asked: Callable[[], int]) -> None:
    hub.misbehave(status=502, times=99)
    with pytest.raises(UnreachableError, match='could not read issue #5 of acme/widgets'):
        asked()
    assert len(hub.requests) == IN_A_HURRY.tries


@pytest.mark.parametrize(
    'body', ['7', 'null', '{}', '{"data": 7}', '', '{"errors": {}}', '{"data": []}']
)
def test_json_that_is_no_answer_is_one_sentence(
    hub: StandIn, asked: Callable[[], int], body: str
) -> None:
    hub.misbehave(status=200, body=body, times=99)
    with pytest.raises(UnreachableError):
        asked()


@pytest.mark.parametrize(
    'data',
    [
        {'plan': {'issueOrPullRequest': {'__typename': 'Issue'}}},
        {'plan': {'issueOrPullRequest': {'number': '5', 'url': 7}}},
        {'plan': {'issueOrPullRequest': []}},
    ],
)
def test_an_issue_without_number_or_url_is_one_sentence(
    hub: StandIn, asked: Callable[[], int], data: dict[str, Any]
) -> None:
    hub.misbehave(status=200, body=json.dumps({'data': data}))
    with pytest.raises(UnreachableError, match='incomplete'):
        asked()


RESET = {'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': str(int(time.time()) + 1)}


@pytest.mark.parametrize(
    ('status', 'headers'),
    [
        (403, {'Retry-After': '1'}),
        (429, {'Retry-After': '1'}),
        (429, {'Retry-After': formatdate(time.time() + 1, usegmt=True)}),
        (403, {'Retry-After': formatdate(0, usegmt=True)}),
        (403, RESET),
        (503, {'Retry-After': '1'}),
    ],
)
def test_a_rate_limit_is_waited_for_and_said(
    hub: StandIn,
    asked: Callable[[], int],
    said: list[str],
    status: int,
    headers: dict[str, str],
) -> None:
    hub.misbehave(status=status, headers=headers)
    assert asked() == 2
    assert 'takes no more requests until' in said[0]


def test_a_rate_limit_in_a_graphql_answer_is_waited_for(
    hub: StandIn, asked: Callable[[], int], said: list[str]
) -> None:
    hub.misbehave(status=200, body=errors(RATE_LIMITED), headers={'Retry-After': '1'})
    assert asked() == 2
    assert 'takes no more requests' in said[0]


@pytest.mark.parametrize(
    ('status', 'headers', 'message'),
    [
        (403, {'Retry-After': '3600'}, ''),
        (429, {'Retry-After': 'soon'}, ''),
        (403, {}, 'You have exceeded a secondary rate limit'),
        (403, {'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '9' * 12}, ''),
    ],
)
def test_a_long_rate_limit_puts_the_run_off_and_says_until_when(
    hub: StandIn,
    asked: Callable[[], int],
    status: int,
    headers: dict[str, str],
    message: str,
) -> None:
    body = json.dumps({'message': message})
    hub.misbehave(status=status, headers=headers, body=body, times=99)
    with pytest.raises(UnreachableError, match=r'takes no more requests (until 20.* UTC|for long)'):
        asked()
    assert len(hub.requests) == 1


def test_a_rate_limited_post_did_nothing_and_is_made_again(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    hub.misbehave(method='POST', status=429, headers={'Retry-After': '0'})
    github.put_gist(5, packed)
    assert len(hub.gists) == 1


@pytest.mark.parametrize(
    'fault', [{'status': 502}, {'cut_after_bytes': 0, 'status': 201}, {'delay_seconds': 1.3}]
)
def test_a_post_that_may_have_got_through_is_never_repeated(
    hub: StandIn, address: Address, fault: dict[str, Any]
) -> None:
    client = Client(address, TOKEN, patience=IN_A_HURRY)
    hub.misbehave(method='POST', after_effect=True, **fault)
    with pytest.raises(UnsureError):
        client.rest('gists.create', 'make it', files={'a': {'content': 'b'}}, public=False)
    assert client.requests == 1


def test_a_post_that_reached_nobody_is_made_again(packed: Packed) -> None:
    github = GitHub(address_at('http://127.0.0.1:9'), TOKEN, patience=IN_A_HURRY)
    with pytest.raises(UnreachableError, match='no connection') as caught:
        github.put_gist(5, packed)
    assert not isinstance(caught.value, UnsureError)
    assert github.requests == IN_A_HURRY.tries


@pytest.mark.parametrize(
    ('fault', 'kind', 'words'),
    [
        ({'status': 401}, LearnError, 'does not accept the token .401.; renew it'),
        ({'status': 404}, NotFoundError, 'cannot read issue #5 of acme/widgets .404'),
        ({'status': 410, 'body': '{"message": "Gone."}'}, NotFoundError, '410: Gone.: it is'),
        (
            {'status': 403, 'headers': {'X-Accepted-GitHub-Permissions': 'issues=read'}},
            LearnError,
            'lacks the permission `issues=read`',
        ),
        (
            {
                'status': 403,
                'headers': {'X-OAuth-Scopes': 'gist', 'X-Accepted-OAuth-Scopes': 'repo'},
            },
            LearnError,
            'lacks the scope `repo`; add it with',
        ),
        (
            {'status': 403, 'headers': {'X-GitHub-SSO': 'required; url=https://x'}},
            LearnError,
            'single sign-on',
        ),
        ({'status': 403, 'body': '{"message": "No\\nway"}'}, LearnError, '403: No way'),
        ({'status': 403, 'body': '<html>'}, LearnError, r'\(403\); ask'),
        (
            {'status': 422, 'body': '{"message": "Bad", "errors": [{"code": "x"}, {"a": 1}]}'},
            LearnError,
            '422: Bad; x',
        ),
        ({'status': 418}, LearnError, 'refused to read issue #5'),
        (
            {'status': 200, 'body': errors({'type': 'FORBIDDEN', 'message': 'SAML'})},
            LearnError,
            'cannot read issue #5 of acme/widgets: SAML; check',
        ),
    ],
)
def test_a_refusal_is_one_sentence_that_says_what_to_do(
    hub: StandIn,
    asked: Callable[[], int],
    fault: dict[str, Any],
    kind: type[LearnError],
    words: str,
) -> None:
    hub.misbehave(**fault)
    with pytest.raises(LearnError, match=words) as caught:
        asked()
    assert type(caught.value) is kind
    assert '\n' not in str(caught.value)
    assert len(hub.requests) == 1


def test_a_wrong_token_is_said(hub: StandIn, door: Callable[[str], GitHub]) -> None:
    with pytest.raises(LearnError, match='does not accept the token'):
        plan(door('wrong-token'))


def test_without_a_token_nothing_is_asked(
    hub: StandIn, door: Callable[[None], GitHub], packed: Packed
) -> None:
    for ask in (lambda: plan(door(None)), lambda: door(None).put_gist(5, packed)):
        with pytest.raises(LearnError, match=r'no token for github.com; run `gh auth login'):
            ask()
    assert hub.requests == []


def test_the_token_shows_nowhere(hub: StandIn, github: GitHub, address: Address) -> None:
    assert TOKEN not in repr(github)
    assert TOKEN not in repr(Client(address, TOKEN))
    for body in (json.dumps({'message': f'bad {TOKEN}'}), errors({'message': f'bad {TOKEN}'})):
        for status in (200, 422):
            hub.misbehave(status=status, body=body)
            with pytest.raises(LearnError) as caught:
                plan(github)
            assert TOKEN not in str(caught.value)
            assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_other_credentials_of_the_environment_stay_there(
    hub: StandIn,
    asked: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv('GITHUB_JWT_TOKEN', 'other-token')
    monkeypatch.setenv('GITHUB_TOKEN', 'another-token')
    monkeypatch.setenv('GHAPI_DEBUG', '1')
    asked()
    assert hub.requests[0].headers['authorization'] == f'Bearer {TOKEN}'
    assert capfd.readouterr() == ('', '')


def test_this_machine_is_not_asked_through_a_proxy(
    asked: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ('no_proxy', 'NO_PROXY'):
        monkeypatch.delenv(name)
    assert asked() == 1


def address_at(base: str) -> Address:
    found = address_of(FETCH_URL, api_url=base, graphql_url=None)
    assert found is not None
    return found


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
            github.gist_files(GIST)
        with pytest.raises(LearnError, match='moved'):
            plan(github)
        assert stranger.seen == []


def test_a_get_is_followed_on_its_own_server(server: Server) -> None:
    server.answers = [
        (301, {'Location': '/one'}, b''),
        (307, {'Location': f'{server.url}/two'}, b''),
        (200, {}, FILES),
    ]
    assert GitHub(address_at(server.url), TOKEN).gist_files(GIST) == {'a.txt': 'hello'}
    token = f'Bearer {TOKEN}'
    assert server.seen == [(API_PATH, token), ('/one', token), ('/two', token)]


def test_a_circle_of_redirects_ends(server: Server) -> None:
    server.answers = [(301, {'Location': '/x'}, b'')] * 9
    with pytest.raises(LearnError, match='moved'):
        GitHub(address_at(server.url), TOKEN).gist_files(GIST)
    assert len(server.seen) == 4


def test_a_post_is_not_followed(server: Server, packed: Packed) -> None:
    server.answers = [(307, {'Location': '/x'}, b'')]
    with pytest.raises(LearnError, match='moved'):
        GitHub(address_at(server.url), TOKEN).put_gist(5, packed)
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
        GitHub(address_at(server.url), TOKEN, patience=hurried).gist_files(GIST)


def test_an_odd_proxy_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('HTTPS_PROXY', 'ftp://user:pass@proxy.example')
    monkeypatch.delenv('https_proxy')
    address = address_of(FETCH_URL, api_url=None, graphql_url=None)
    assert address is not None
    with pytest.raises(LearnError, match='check HTTPS_PROXY') as caught:
        plan(GitHub(address, TOKEN))
    assert 'pass' not in str(caught.value)


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
