from __future__ import annotations

import http.client
import socket
import struct
import threading
from urllib.parse import urlsplit

import pytest

from learn_demo import StandIn
from tests.conftest import TOKEN
from tests.demo.asking import ask, until


def test_enterprise_paths_lead_to_the_same(widgets: StandIn) -> None:
    issue = ask(widgets, 'GET', '/api/v3/repos/acme/widgets/issues/123').json
    assert issue['url'] == f'{widgets.url}/api/v3/repos/acme/widgets/issues/123'
    asked = {'query': '{ viewer { login } }'}
    answer = ask(widgets, 'POST', '/api/graphql', asked).json
    assert answer == {'data': {'viewer': {'login': 'ann'}}}


def test_a_token_that_is_not_known_is_refused(widgets: StandIn) -> None:
    for method, path in (('GET', '/gists'), ('POST', '/graphql')):
        value = {'query': '{ viewer { login } }'} if method == 'POST' else None
        reply = ask(widgets, method, path, value, token='wrong')
        assert (reply.status, reply.json['message']) == (401, 'Bad credentials')
        assert ask(widgets, method, path, value, token=None).status == 401


def test_without_a_token_only_what_is_public_is_read(hub: StandIn) -> None:
    for name, private in (('acme/private', True), ('acme/public', False)):
        hub.add_repo(name, private=private)
        hub.add_issue(name, 1)
    assert ask(hub, 'GET', '/repos/acme/private/issues/1', token=None).status == 404
    reply = ask(hub, 'GET', '/repos/acme/public/issues/1', token=None)
    assert reply.status == 200
    assert 'X-OAuth-Scopes' not in reply.headers


def test_a_token_without_repo_sees_no_private_repository(widgets: StandIn) -> None:
    widgets.tokens['poor'] = {'login': 'ann', 'scopes': {'gist'}}
    assert ask(widgets, 'GET', '/repos/acme/widgets/issues/123', token='poor').status == 404
    text = '{ repository(owner: "acme", name: "widgets") { name } node(id: "I_1") { id } }'
    answer = ask(widgets, 'POST', '/graphql', {'query': text}, token='poor').json
    assert answer['data'] == {'repository': None, 'node': None}


def test_every_answer_tells_the_scopes_and_the_limits(hub: StandIn) -> None:
    reply = ask(hub, 'GET', '/gists')
    assert reply.headers['X-OAuth-Scopes'] == 'gist, repo, workflow'
    assert reply.headers['X-RateLimit-Remaining'] == '5000'


def test_a_connection_is_kept_and_everything_is_recorded(hub: StandIn) -> None:
    connection = _connected(hub)
    for _ in range(2):
        connection.request('GET', '/gists', headers={'A': 'b'})
        assert connection.getresponse().read()
    first, second = hub.requests
    assert (first.method, first.path, first.headers['a'], first.body) == ('GET', '/gists', 'b', b'')
    assert (second.status, second.answer['message']) == (401, 'Requires authentication')
    assert (first.json, first.fault) == (None, False)
    connection.close()


def test_a_client_that_stays_connected_does_not_keep_the_server_open() -> None:
    before = threading.active_count()
    with StandIn.started() as hub:
        connection = _connected(hub)
        connection.request('GET', '/gists')
        assert connection.getresponse().read()
    connection.close()
    assert threading.active_count() == before


def test_a_slow_answer_does_not_keep_the_server_open() -> None:
    before = threading.active_count()
    with StandIn.started() as hub:
        hub.misbehave(delay_seconds=600)
        connection = _connected(hub)
        connection.request('GET', '/gists')
    connection.close()
    assert threading.active_count() == before


def test_a_client_that_goes_away_is_no_bug() -> None:
    with StandIn.started() as hub:
        hub.misbehave(delay_seconds=0.1)
        gone = _connected(hub)
        gone.request('GET', '/gists')
        # To linger for no time at all is to hang up at once.
        gone.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        gone.close()
        until(lambda: bool(hub.requests))
    assert hub.crashes == []


def _connected(hub: StandIn) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(hub.url).netloc, timeout=30)


def test_a_fault_answers_in_place_of_the_effect(hub: StandIn) -> None:
    hub.misbehave(path_contains='gists', method='POST', status=502, body='<html>Bad Gateway</html>')
    files = {'files': {'a': {'content': 'a'}}}
    assert ask(hub, 'GET', '/gists').status == 200
    reply = ask(hub, 'POST', '/gists', files)
    assert (reply.status, reply.body, hub.gists) == (502, b'<html>Bad Gateway</html>', {})
    assert ask(hub, 'POST', '/gists', files).status == 201


def test_a_fault_may_come_after_the_effect(hub: StandIn) -> None:
    hub.misbehave(times=2, status=500, after_effect=True)
    for number in (1, 2):
        assert ask(hub, 'POST', '/gists', {'files': {'a': {'content': 'a'}}}).status == 500
        assert len(hub.gists) == number


def test_a_rate_limit_tells_when_to_come_back(hub: StandIn) -> None:
    hub.misbehave(body_contains='viewer', status=403, headers={'Retry-After': '2'})
    reply = ask(hub, 'POST', '/graphql', {'query': '{ viewer { login } }'})
    assert (reply.status, reply.headers['Retry-After']) == (403, '2')
    assert reply.json['message'] == 'Something went wrong'


def test_an_answer_may_be_cut_off(hub: StandIn) -> None:
    hub.misbehave(cut_after_bytes=1)
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(hub, 'GET', '/gists')
    assert len(caught.value.partial) == 1


@pytest.mark.parametrize('after', [0, 20, -1])
def test_a_connection_may_be_torn_after_some_bytes(hub: StandIn, after: int) -> None:
    hub.misbehave(reset_after_bytes=after)
    with pytest.raises(ConnectionResetError):
        ask(hub, 'GET', '/gists')
    assert ask(hub, 'GET', '/gists').status == 200


def test_an_answer_may_come_byte_by_byte(hub: StandIn) -> None:
    hub.misbehave(drip_seconds=0.0001)
    assert ask(hub, 'GET', '/gists').json == []
    with StandIn.started() as other:
        other.misbehave(drip_seconds=600)
        connection = _connected(other)
        connection.request('GET', '/gists')
    connection.close()


@pytest.mark.parametrize('after_effect', [False, True])
def test_something_may_happen_meanwhile(hub: StandIn, after_effect: bool) -> None:
    seen: list[int] = []
    hub.misbehave(after_effect=after_effect, meanwhile=lambda: seen.append(len(hub.gists)))
    assert ask(hub, 'POST', '/gists', {'files': {'a': {'content': 'a'}}}).status == 201
    assert seen == [int(after_effect)]


def test_half_a_request_has_no_effect(hub: StandIn) -> None:
    connection = _connected(hub)
    connection.putrequest('POST', '/gists')
    connection.putheader('Content-Length', '100')
    connection.endheaders(b'{"files"')
    connection.sock.shutdown(socket.SHUT_WR)
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    connection.close()
    assert (hub.requests, hub.gists) == ([], {})


def test_a_stand_in_may_be_told_to_behave(hub: StandIn) -> None:
    hub.misbehave(times=99, status=500)
    hub.behave()
    assert ask(hub, 'GET', '/gists').status == 200


def test_a_slow_answer_is_the_right_one(hub: StandIn) -> None:
    hub.misbehave(delay_seconds=0.01)
    assert ask(hub, 'GET', '/gists').json == []
    assert hub.requests[0].fault is False


@pytest.mark.parametrize('body', [b'{', b'[]'])
def test_a_body_that_is_no_object_is_400(unchecked: StandIn, body: bytes) -> None:
    connection = _connected(unchecked)
    connection.request('POST', '/gists', body, {'Authorization': f'token {TOKEN}'})
    assert connection.getresponse().status == 400
    connection.close()


def test_a_gist_without_files_is_422(unchecked: StandIn) -> None:
    reply = ask(unchecked, 'POST', '/gists', {'description': 'nothing'})
    assert (reply.status, reply.json['errors'][0]['field']) == (422, 'files')


def test_a_comment_without_a_body_is_422(unchecked: StandIn) -> None:
    path = '/repos/acme/widgets/issues/123/comments'
    assert ask(unchecked, 'POST', path, {}).status == 422


@pytest.mark.parametrize('path', ['/none', '/gists', '/repos/acme/widgets/issues/x'])
def test_what_is_no_endpoint_is_404(unchecked: StandIn, path: str) -> None:
    assert ask(unchecked, 'PUT' if path == '/gists' else 'GET', path).status == 404


def test_a_bug_of_the_stand_in_is_kept_for_the_test_to_see(unchecked: StandIn) -> None:
    unchecked.add_repo('acme/broken', workflow='on: [')
    path = '/repos/acme/broken/actions/workflows/learn.yml/dispatches'
    with pytest.raises(http.client.RemoteDisconnected):
        ask(unchecked, 'POST', path, {'ref': 'master'})
    until(lambda: bool(unchecked.crashes))
    assert [type(crash).__name__ for crash in unchecked.crashes] == ['ParserError']
