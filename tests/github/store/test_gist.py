from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError, UnreachableError
from learn_core.github import GitHub, UnsureError, WorkflowFile, address_of
from learn_core.github.store.gist import gist_id_of
from learn_core.materials.packed import Packed, pack
from learn_core.materials.unpack import unpacked
from tests.conftest import TOKEN
from tests.github.conftest import IN_A_HURRY, REPO, WORKFLOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.github import Address
    from learn_demo import StandIn

NAME = 'learn-materials-plan-5.txt'
ID = '0123456789abcdef0123456789abcdef'


def three_parts() -> Packed:
    return pack({f'{name}.xml': name * 1000 for name in 'abc'}, part_bytes=1500)


def test_the_gist_is_secret_and_called_as_the_contract_says(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    gist = github.store().put(5, packed)
    made = hub.gists[gist.id]
    assert made.files == {NAME: packed.parts[0]}
    assert made.description == 'Learn materials for plan #5'
    assert not made.public
    assert gist.url == f'https://gist.github.com/ann/{gist.id}'
    assert len(github.exchanges) == 1


def test_large_materials_become_several_files_of_one_gist(hub: StandIn, github: GitHub) -> None:
    packed = three_parts()
    gist = github.store().put(5, packed)
    names = [NAME, 'learn-materials-plan-5-part2.txt', 'learn-materials-plan-5-part3.txt']
    assert list(hub.gists[gist.id].files) == names
    assert tuple(hub.gists[gist.id].files.values()) == packed.parts


def test_a_later_run_updates_the_gist(hub: StandIn, github: GitHub, packed: Packed) -> None:
    first = github.store().put(5, packed)
    newer = pack({'impl-1.xml': '<session>more</session>'})
    assert github.store().put(5, newer, first.id) == first
    assert hub.gists[first.id].files == {NAME: newer.parts[0]}
    assert len(hub.gists) == 1
    assert len(github.exchanges) == 2


def test_a_gist_that_is_gone_is_replaced_by_a_new_one(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    gist = github.store().put(5, packed, ID)
    assert list(hub.gists) == [gist.id]


def test_an_id_that_is_none_reaches_no_server(hub: StandIn, github: GitHub, packed: Packed) -> None:
    github.store().put(5, packed, '../user')
    assert [exchange.method for exchange in hub.requests] == ['POST']


def test_no_part_of_earlier_materials_is_left_behind(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    first = github.store().put(5, three_parts())
    again = github.store().put(5, packed, first.id)
    assert again == first
    assert hub.gists[again.id].files == {NAME: packed.parts[0]}


def test_a_gist_that_keeps_old_parts_is_replaced_by_a_new_one(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    first = github.store().put(5, three_parts())
    kept = {
        'id': first.id,
        'html_url': first.url,
        'files': {NAME: {}, f'{NAME[:-4]}-part2.txt': {}},
    }
    hub.misbehave(method='PATCH', times=2, status=200, body=json.dumps(kept))
    assert github.store().put(5, packed, first.id) != first


def test_a_token_without_the_scope_is_told_which(
    hub: StandIn, github: GitHub, packed: Packed, door: Callable[[str], GitHub]
) -> None:
    hub.tokens['poor-token'] = {'login': 'ann', 'scopes': {'repo'}}
    with pytest.raises(LearnError, match='scope `gist`'):
        door('poor-token').store().put(5, packed)
    assert hub.gists == {}


def test_a_404_to_a_new_gist_is_a_token_that_may_not_make_any(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    hub.misbehave(method='POST', status=404)
    with pytest.raises(LearnError, match='may not make gists'):
        github.store().put(5, packed)


@pytest.mark.parametrize('body', ['{}', '{"id": "a/b", "html_url": "x"}', '{"id": "ab"}', '[]'])
def test_an_answer_that_names_no_gist_is_no_success(
    hub: StandIn, github: GitHub, packed: Packed, body: str
) -> None:
    hub.misbehave(method='POST', status=201, body=body)
    with pytest.raises(UnreachableError, match='incomplete'):
        github.store().put(5, packed)


def test_a_gist_whose_answer_was_lost_is_found_and_not_made_twice(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    hub.misbehave(method='POST', path_contains='/gists', status=502, after_effect=True)
    gist = github.store().put(5, packed)
    assert list(hub.gists) == [gist.id]
    assert [exchange.method for exchange in hub.requests] == ['POST', 'GET', 'GET']


def test_a_gist_that_may_exist_and_does_not_show_up_is_said(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    hub.misbehave(method='POST', path_contains='/gists', cut_after_bytes=5, status=201)
    with pytest.raises(UnsureError, match='may have been carried out'):
        github.store().put(5, packed)
    assert [exchange.method for exchange in hub.requests] == ['POST', 'GET']


def test_the_newest_secret_gist_with_these_materials_is_found_on_any_page(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    older, newer = github.store().put(5, packed), github.store().put(5, packed)
    for number in range(6, 130):
        github.store().put(number, packed)
    github.store().put(5, packed)
    hub.gists[list(hub.gists)[-1]].public = True
    assert older != newer
    assert github.store().find(5, packed) == newer
    assert github.store().find(4, packed) is None


def test_a_plan_of_the_same_number_in_another_repository_keeps_its_gist(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    other = github.store().put(5, pack({'a.xml': 'of another repository'}))
    before = dict(hub.gists[other.id].files)
    hub.misbehave(method='POST', path_contains='/gists', cut_after_bytes=5, status=201)
    with pytest.raises(UnsureError):
        github.store().put(5, packed)
    assert hub.gists[other.id].files == before
    assert github.store().find(5, packed) is None


def test_a_gist_comes_back_as_it_was_put(github: GitHub) -> None:
    packed = three_parts()
    files = github.materials(github.store().put(5, packed).url)
    assert tuple(files.values()) == packed.parts


def test_what_github_cuts_is_read_from_its_raw_url(hub: StandIn, github: GitHub) -> None:
    packed = pack({'a.xml': 'é' * 600_000})
    gist = github.store().put(5, packed)
    assert github.materials(gist.url) == {NAME: packed.parts[0]}
    assert '/raw/' in hub.requests[-1].path


@pytest.mark.parametrize(
    ('files', 'part_bytes', 'why'),
    [
        ({'a.xml': 'x' * 10_000_000}, 900_000, 'no file of a gist beyond 10,000,000'),
        ({f'{n}.xml': 'x' * 9_000_000 for n in range(6)}, 900_000, 'in 6 files, and no more than'),
        ({f'{n}.xml': 'x' for n in range(301)}, 1, 'in 301 files, and no more than'),
    ],
)
def test_what_nobody_could_read_out_of_a_gist_is_not_sent(
    hub: StandIn, github: GitHub, files: dict[str, str], part_bytes: int, why: str
) -> None:
    packed = pack(files, part_bytes=part_bytes)
    for gist_id in (None, ID):
        with pytest.raises(LearnError, match=why):
            github.store().put(5, packed, gist_id)
    assert hub.requests == []


def test_materials_of_several_megabytes_come_back_byte_for_byte(github: GitHub) -> None:
    files = {f'{n}.txt': f'{n}é' * 100_000 for n in range(12)} | {'large.txt': 'ä\n' * 1_000_000}
    packed = pack(files)
    assert len(packed.parts) > 4
    read = github.materials(github.store().put(5, packed).url)
    assert unpacked(list(read.values())) == files


def test_a_gist_is_read_without_a_token(
    hub: StandIn, github: GitHub, packed: Packed, door: Callable[[None], GitHub]
) -> None:
    gist = github.store().put(5, packed)
    assert door(None).materials(gist.url) == {NAME: packed.parts[0]}
    assert 'authorization' not in hub.requests[-1].headers


def test_a_raw_url_of_a_strange_host_is_not_followed(
    hub: StandIn, github: GitHub, packed: Packed
) -> None:
    gist = github.store().put(5, packed)
    entry = '{"truncated": true, "raw_url": "https://evil.example/x"}'
    hub.misbehave(path_contains=gist.id, status=200, body=f'{{"files": {{"a.txt": {entry}}}}}')
    with pytest.raises(LearnError, match='strange host'):
        github.materials(gist.url)


@pytest.mark.parametrize(
    'body',
    ['{"truncated": true, "files": {}}', '{"files": {"a": {"truncated": true}}}'],
)
def test_a_gist_that_comes_in_part_is_refused(
    hub: StandIn, github: GitHub, packed: Packed, body: str
) -> None:
    gist = github.store().put(5, packed)
    hub.misbehave(path_contains=gist.id, status=200, body=body)
    with pytest.raises(LearnError, match='read the gist'):
        github.materials(gist.url)


def test_more_than_50_mb_are_refused(hub: StandIn, github: GitHub) -> None:
    gist = github.store().put(5, pack({'a.xml': 'x' * 1_100_000}))
    files = hub.gists[gist.id].files
    files.update({f'{n}.txt': 'x' * 9_000_000 for n in range(6)})
    with pytest.raises(LearnError, match='larger'):
        github.materials(gist.url)


def test_more_than_50_mb_in_one_answer_are_refused(hub: StandIn, github: GitHub) -> None:
    large = {f'{n}.txt': {'content': 'x' * 27_000_000} for n in range(2)}
    files = {'none.txt': None, **large}
    hub.misbehave(path_contains=ID, status=200, body=json.dumps({'files': files}))
    with pytest.raises(LearnError, match='more than 50 MB'):
        github.materials(f'https://gist.github.com/{ID}')


def test_an_answer_that_would_fill_the_memory_is_refused(hub: StandIn, github: GitHub) -> None:
    hub.misbehave(times=9, path_contains=ID, status=200, body='x' * 65 * 1024 * 1024)
    with pytest.raises(LearnError, match='larger'):
        github.materials(f'https://gist.github.com/{ID}')


@pytest.mark.parametrize(
    ('body', 'asked'),
    [('{"message": "a list was wanted"}', 1), (json.dumps([{'description': 'x'}] * 100), 30)],
)
def test_a_list_that_is_none_or_never_ends_is_left(
    hub: StandIn, github: GitHub, packed: Packed, body: str, asked: int
) -> None:
    hub.misbehave(path_contains='/gists', times=99, status=200, body=body)
    with suppress(UnreachableError):
        assert github.store().find(5, packed) is None
    assert len(hub.requests) == asked


def the_address(url: str, api_url: str | None = None) -> Address:
    found = address_of(url, api_url=api_url, graphql_url=None)
    assert found is not None
    return found


GITHUB = the_address('git@github.com:o/r')
ENTERPRISE = the_address('git@ghe.corp.example:o/r')
RESIDENCY = the_address('git@octo.ghe.com:o/r')


@pytest.mark.parametrize(
    ('address', 'url'),
    [
        (GITHUB, f'https://gist.github.com/{ID}'),
        (GITHUB, f'https://gist.github.com/ann/{ID}'),
        (GITHUB, f'https://gist.github.com/ann/{ID}/'),
        (GITHUB, f'https://gist.github.com/ann/{ID}#file-a-txt'),
        (GITHUB, f'https://gist.github.com/{ID}/{"ab" * 20}'),
        (GITHUB, f'https://gist.githubusercontent.com/ann/{ID}/raw/{"ab" * 20}/a%20b.txt'),
        (ENTERPRISE, f'https://gist.ghe.corp.example/ann/{ID}'),
        (ENTERPRISE, f'https://ghe.corp.example/gist/ann/{ID}'),
        (ENTERPRISE, f'https://ghe.corp.example/gist/{ID}'),
        (ENTERPRISE, f'https://ghe.corp.example/gist-raw/ann/{ID}/raw/{"ab" * 20}/a.txt'),
        (ENTERPRISE, f'https://gist-raw.ghe.corp.example/ann/{ID}/raw/{"ab" * 20}/a.txt'),
        (RESIDENCY, f'https://gist.octo.ghe.com/ann/{ID}'),
    ],
)
def test_every_form_of_a_gists_url_is_read(address: Address, url: str) -> None:
    assert gist_id_of(url, address) == ID


@pytest.mark.parametrize(
    ('address', 'url'),
    [
        (GITHUB, ''),
        (GITHUB, ID),
        (GITHUB, f'http://gist.github.com/ann/{ID}'),
        (GITHUB, f'https://gist.github.com.evil.example/ann/{ID}'),
        (GITHUB, f'https://evil.example/ann/{ID}'),
        (GITHUB, f'https://user@gist.github.com/ann/{ID}'),
        (GITHUB, f'https://gist.github.com:8443/ann/{ID}'),
        (GITHUB, f'https://gist.ghe.corp.example/ann/{ID}'),
        (GITHUB, f'http://127.0.0.1:80/ann/{ID}'),
        (GITHUB, 'https://gist.github.com/'),
        (GITHUB, 'https://gist.github.com/ann/../../user'),
        (GITHUB, f'https://gist.github.com/ann/%2e%2e/{ID}?x'),
        (GITHUB, f'file:///gist.github.com/ann/{ID}'),
        (GITHUB, 'https://[::1'),
        (ENTERPRISE, f'https://gist.github.com/ann/{ID}'),
        (RESIDENCY, f'https://gist.github.com/ann/{ID}'),
        (RESIDENCY, f'https://gist.other.ghe.com/ann/{ID}'),
    ],
)
def test_what_is_no_gist_of_this_server_is_refused(address: Address, url: str) -> None:
    with pytest.raises(LearnError, match='is not a gist of'):
        gist_id_of(url, address)


def test_a_stand_in_serves_its_own_urls(hub: StandIn, github: GitHub, packed: Packed) -> None:
    gist = github.store().put(5, packed)
    assert github.materials(f'{hub.url}/gist/ann/{gist.id}') == {NAME: packed.parts[0]}
    with pytest.raises(LearnError):
        github.materials(f'http://127.0.0.1:9/gist/ann/{gist.id}')


def test_an_enterprise_servers_paths_are_spoken(hub: StandIn, packed: Packed) -> None:
    hub.add_repo(REPO, workflow=WORKFLOW)
    hub.add_issue(REPO, 5)
    there = the_address('https://ghe.corp.example/acme/widgets', f'{hub.url}/api/v3')
    github = GitHub(there, TOKEN, patience=IN_A_HURRY)
    github.plan(5, workflow='learn.yml', ref='master')
    gist = github.store().put(5, packed)
    assert [exchange.path for exchange in hub.requests] == ['/api/graphql', '/api/v3/gists']
    assert github.materials(gist.url) == {NAME: packed.parts[0]}
    workflow = WorkflowFile(repo=REPO, name='learn.yml', ref='master', takes_mark=True)
    run = github.start(5, gist, workflow, 'mark')
    assert run is not None
    assert run.url == f'https://ghe.corp.example/{REPO}/actions/runs/{hub.runs[0].id}'
    assert github.cancel_run(run.url)
    assert github.store().delete(gist.id)
    assert all(exchange.path.startswith('/api/') for exchange in hub.requests)
