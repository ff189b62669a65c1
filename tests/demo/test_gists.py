from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.demo.asking import ask

if TYPE_CHECKING:
    from learn_demo import StandIn

MATERIALS: dict[str, Any] = {
    'description': 'Learn materials for plan #123',
    'public': False,
    'files': {'learn-materials-plan-123.txt': {'content': 'text'}},
}


def test_a_gist_is_made_secret_and_found_again(hub: StandIn) -> None:
    made = ask(hub, 'POST', '/gists', MATERIALS)
    assert (made.status, made.json['public'], len(made.json['id'])) == (201, False, 32)
    read = ask(hub, 'GET', f'/gists/{made.json["id"]}').json
    assert read['files']['learn-materials-plan-123.txt']['content'] == 'text'
    assert read == made.json
    assert hub.gists[made.json['id']].files == {'learn-materials-plan-123.txt': 'text'}


def test_an_update_adds_a_revision_and_keeps_the_other_files(hub: StandIn) -> None:
    gist = ask(hub, 'POST', '/gists', MATERIALS).json
    path = f'/gists/{gist["id"]}'
    change = {'description': 'New', 'files': {'b.txt': {'content': 'b'}}}
    changed = ask(hub, 'PATCH', path, change).json
    assert sorted(changed['files']) == ['b.txt', 'learn-materials-plan-123.txt']
    assert changed['description'] == 'New'
    assert len({each['version'] for each in changed['history']}) == 2
    old = gist['files']['learn-materials-plan-123.txt']['raw_url']
    assert ask(hub, 'GET', old, token=None).body == b'text'


def test_files_are_renamed_and_deleted(hub: StandIn) -> None:
    files = {'a': {'content': 'a'}, 'b': {'content': 'b'}}
    path = f'/gists/{ask(hub, "POST", "/gists", {"files": files}).json["id"]}'
    renamed = ask(hub, 'PATCH', path, {'files': {'a': {'filename': 'c'}}}).json
    assert {name: file['content'] for name, file in renamed['files'].items()} == {
        'b': 'b',
        'c': 'a',
    }
    assert len(ask(hub, 'PATCH', path, {'description': 'same files'}).json['history']) == 2
    assert sorted(ask(hub, 'PATCH', path, {'files': {'b': {}}}).json['files']) == ['c']


@pytest.mark.parametrize('files', [{}, {'a': {'content': ''}}, {'a': {'content': ' \n'}}])
def test_a_gist_of_nothing_is_refused(hub: StandIn, files: object) -> None:
    reply = ask(hub, 'POST', '/gists', {'files': files})
    assert (reply.status, reply.json['message']) == (422, 'Validation Failed')
    assert hub.gists == {}


def test_the_last_file_cannot_be_deleted(hub: StandIn) -> None:
    path = f'/gists/{ask(hub, "POST", "/gists", MATERIALS).json["id"]}'
    reply = ask(hub, 'PATCH', path, {'files': {'learn-materials-plan-123.txt': {}}})
    assert reply.status == 422


def test_a_deleted_gist_is_gone(hub: StandIn) -> None:
    path = f'/gists/{ask(hub, "POST", "/gists", MATERIALS).json["id"]}'
    assert ask(hub, 'DELETE', path).status == 204
    assert ask(hub, 'GET', path).status == 404
    assert hub.gists == {}


def test_gists_are_listed_the_newest_first(hub: StandIn) -> None:
    ids = [ask(hub, 'POST', '/gists', MATERIALS).json['id'] for _ in range(3)]
    listed = ask(hub, 'GET', '/gists').json
    assert [gist['id'] for gist in listed] == ids[::-1]
    assert 'content' not in listed[0]['files']['learn-materials-plan-123.txt']


def test_a_large_file_is_cut_and_whole_under_its_raw_url(hub: StandIn) -> None:
    text = 'ä' * 600_000
    made = ask(hub, 'POST', '/gists', {'files': {'big ä.txt': {'content': text}}}).json
    file = made['files']['big ä.txt']
    assert (file['truncated'], file['size'], len(file['content'])) == (True, 1_200_000, 500_000)
    raw = ask(hub, 'GET', file['raw_url'], token=None)
    assert raw.body.decode() == text
    assert raw.headers['Content-Type'] == 'text/plain; charset=utf-8'
    assert ask(hub, 'GET', file['raw_url'] + 'x', token=None).status == 404


def test_a_token_without_the_scope_is_told_not_found(hub: StandIn) -> None:
    hub.tokens['poor'] = {'login': 'ann', 'scopes': {'repo'}}
    reply = ask(hub, 'POST', '/gists', MATERIALS, token='poor')
    assert (reply.status, reply.json['message']) == (404, 'Not Found')
    assert reply.headers['X-OAuth-Scopes'] == 'repo'
    assert reply.headers['X-Accepted-OAuth-Scopes'] == 'gist'
    assert hub.gists == {}


def test_anyone_reads_a_secret_gist_and_its_owner_alone_changes_it(hub: StandIn) -> None:
    hub.tokens['ben-token'] = {'login': 'ben', 'scopes': {'gist'}}
    path = f'/gists/{ask(hub, "POST", "/gists", MATERIALS).json["id"]}'
    assert ask(hub, 'GET', path, token=None).status == 200
    assert ask(hub, 'DELETE', path, token='ben-token').status == 404
    assert ask(hub, 'DELETE', path, token=None).status == 401
