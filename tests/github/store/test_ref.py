from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError
from learn_core.github.http.answers import UnsureError
from learn_core.github.http.client import Client
from learn_core.github.store.ref import RefStore
from learn_core.github.store.stored import MOST_BYTES
from learn_core.materials.packed import pack
from learn_core.materials.unpack import unpacked
from tests.conftest import TOKEN
from tests.github.conftest import IN_A_HURRY, REPO

if TYPE_CHECKING:
    from learn_core.github import Address
    from learn_core.materials.packed import Packed
    from learn_demo import Repo, StandIn

NAME = 'learn-materials-plan-5.txt'
OURS = 'refs/learn-hook/plans/5/abc1'


@pytest.fixture
def repo(hub: StandIn) -> Repo:
    return hub.add_repo(REPO)


@pytest.fixture
def store(repo: Repo, address: Address) -> RefStore:
    return RefStore(Client(address, TOKEN, patience=IN_A_HURRY), address, 'abc1')


def test_materials_are_one_commit_without_a_parent_and_come_back(
    store: RefStore, repo: Repo, packed: Packed
) -> None:
    put = store.put(5, packed)
    sha = repo.refs[OURS]
    assert (put.kind, put.id) == ('ref', f'{OURS}@{sha}')
    assert put.url == f'https://github.com/{REPO}/commit/{sha}'
    assert b'parent' not in repo.objects[sha].content
    assert store.fetch(put.id) == {NAME: packed.parts[0]}


def test_the_same_materials_are_the_same_commit(
    store: RefStore, hub: StandIn, packed: Packed
) -> None:
    first = store.put(5, packed)
    before = len(hub.requests)
    assert store.put(5, packed) == first
    assert [asked.method for asked in hub.requests[before:]] == ['POST', 'POST', 'GET']


def test_newer_materials_move_the_ref_and_the_older_commit_can_still_be_read(
    store: RefStore, repo: Repo, packed: Packed
) -> None:
    first = store.put(5, packed)
    second = store.put(5, pack({'impl-2.xml': '<session/>'}))
    assert repo.refs == {OURS: second.id.partition('@')[2]}
    assert store.fetch(first.id) == {NAME: packed.parts[0]}


def test_a_large_file_is_a_blob_of_its_own(store: RefStore, hub: StandIn) -> None:
    packed = pack({'impl-1.xml': f'<session>{"ä" * 700_000}</session>'})
    put = store.put(5, packed)
    assert ''.join(store.fetch(put.id).values()) == ''.join(packed.parts)
    paths = [asked.path for asked in hub.requests if asked.method == 'POST']
    assert any(path.endswith('/git/blobs') for path in paths)


@pytest.mark.parametrize('path', ['/git/trees', '/git/commits', '/git/refs'])
@pytest.mark.parametrize('after_effect', [True, False])
def test_an_upload_that_was_cut_off_is_found_or_made_again_once(
    store: RefStore, hub: StandIn, repo: Repo, packed: Packed, path: str, after_effect: bool
) -> None:
    hub.misbehave(method='POST', path_contains=path, status=502, after_effect=after_effect)
    with pytest.raises(UnsureError):
        store.put(5, packed)
    found = store.find(5, packed)
    assert (found is not None) == (path == '/git/refs' and after_effect)
    put = store.put(5, packed)
    assert found in (None, put)
    assert list(repo.refs) == [OURS]


def test_other_materials_are_not_found(store: RefStore, packed: Packed) -> None:
    assert store.find(5, packed) is None
    store.put(5, packed)
    assert store.find(5, pack({'impl-2.xml': '<session/>'})) is None


def test_a_ref_is_deleted_once(store: RefStore, repo: Repo, packed: Packed) -> None:
    put = store.put(5, packed)
    assert store.delete(put.place) is True
    assert store.delete(put.place) is False
    assert repo.refs == {}


def test_a_ref_that_goes_while_it_is_deleted_was_gone_already(
    store: RefStore, hub: StandIn, repo: Repo, packed: Packed
) -> None:
    put = store.put(5, packed)
    hub.misbehave(method='DELETE', status=422, meanwhile=repo.refs.clear)
    assert store.delete(put.place) is False


def test_a_ref_that_may_not_be_deleted_is_an_error(
    store: RefStore, hub: StandIn, repo: Repo, packed: Packed
) -> None:
    put = store.put(5, packed)
    hub.misbehave(method='DELETE', path_contains='/git/refs', status=403)
    with pytest.raises(LearnError, match=f'cannot delete {OURS} of {REPO}'):
        store.delete(put.place)
    assert list(repo.refs) == [OURS]


def test_a_token_that_may_not_write_is_told_what_it_needs(
    hub: StandIn, address: Address, repo: Repo, packed: Packed
) -> None:
    repo.visibility = 'public'
    hub.tokens['poor'] = {'login': 'ann', 'scopes': {'gist'}}
    store = RefStore(Client(address, 'poor', patience=IN_A_HURRY), address, 'abc1')
    with pytest.raises(LearnError, match='the token lacks the scope `repo`'):
        store.put(5, packed)


@pytest.mark.parametrize(
    'where',
    [
        '',
        OURS,
        f'{OURS}@main',
        f'refs/heads/main@{"a" * 40}',
        f'refs/learn-hook/plans/../5/abc@{"a" * 40}',
        f'{OURS}@{"a" * 40}\n',
    ],
)
def test_nothing_but_a_ref_of_ours_is_asked_for(store: RefStore, hub: StandIn, where: str) -> None:
    with pytest.raises(LearnError, match='check materials_ref'):
        store.fetch(where)
    assert hub.requests == []


def test_twenty_megabytes_and_a_large_file_come_back_byte_for_byte(
    store: RefStore, repo: Repo
) -> None:
    lines = 'ü\r\n' * 100_000
    files = {f'impl-{n:02}.xml': f'<session>{lines}{n}</session>' for n in range(51)}
    files['impl-large.xml'] = f'<session>{"x" * 1_500_000}</session>'
    packed = pack(files)
    assert packed.size > 20_000_000
    put = store.put(5, packed)
    assert store.find(5, packed) == put
    fetched = store.fetch(put.id)
    assert unpacked([fetched[name] for name in sorted(fetched)]) == files


def test_a_strangers_tree_is_read_by_its_blobs_alone(store: RefStore, repo: Repo) -> None:
    names = ['../../evil.txt', '/etc/passwd', 'a\nb', 'CON', '-rf', 'ä.txt']
    put = store.put(5, pack({'a.txt': 'x'}))
    sha = put.id.partition('@')[2]
    tree = repo.objects[str(repo.objects[sha].about['tree'])]
    (blob,) = tree.about.values()
    repo.objects[str(repo.objects[sha].about['tree'])] = replace(
        tree, about=dict.fromkeys(names, blob)
    )
    texts = store.fetch(put.id)
    assert sorted(texts) == sorted(names)
    assert set(texts.values()) == {'\n'.join(pack({'a.txt': 'x'}).parts)}


@pytest.mark.parametrize(
    ('tree', 'words'),
    [
        ({'truncated': True, 'tree': []}, 'more than 300 files'),
        ({'tree': [{'type': 'blob'}] * 301}, 'more than 300 files'),
        ({'tree': [{'type': 'blob', 'size': MOST_BYTES // 2 + 1}] * 2}, 'more than 52,428,800 b'),
    ],
)
def test_of_a_tree_that_is_too_large_no_file_is_asked_for(
    store: RefStore, hub: StandIn, packed: Packed, tree: object, words: str
) -> None:
    put = store.put(5, packed)
    hub.misbehave(path_contains='/git/trees/', status=200, body=json.dumps(tree))
    with pytest.raises(LearnError, match=words):
        store.fetch(put.id)
    assert not any('/git/blobs/' in asked.path for asked in hub.requests)


@pytest.mark.parametrize(
    ('path', 'answer'),
    [
        ('/git/commits/', {'tree': {}}),
        ('/git/commits/', {'tree': {'sha': '../../user'}}),
        ('/git/blobs/', {'content': 'a'}),
    ],
)
def test_an_answer_that_is_not_gits_is_an_error(
    store: RefStore, hub: StandIn, packed: Packed, path: str, answer: object
) -> None:
    put = store.put(5, packed)
    hub.misbehave(path_contains=path, status=200, body=json.dumps(answer))
    with pytest.raises(LearnError, match='is incomplete; check that the API base is GitHub'):
        store.fetch(put.id)
