"""The directory of a plan's materials: what is written, and what is let in again."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError
from learn_core.materials.directory import (
    Materials,
    fresh_materials,
    pack_directory,
    read_file,
    save_packed,
    write_file,
)
from learn_core.materials.packed import pack
from learn_core.materials.unpack import files_of_gist, load_packed, unpacked, write_unpacked
from learn_core.preprocess import Preprocessed, chunk_of
from learn_core.redact import Redactor
from learn_core.sessions.source import SessionSource
from tests.conftest import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = 'gh' + 'p_' + 'BzJ9Kq3Xw7RtYp2Lm5Nv8Hs4Dc6Fg1Ua0EeQ'


@pytest.fixture(scope='module')
def redactor() -> Redactor:
    return Redactor()


@pytest.fixture
def materials(tmp_path: Path, redactor: Redactor) -> Materials:
    return fresh_materials(tmp_path, 5, redactor)


def add_session(materials: Materials, *texts: str, unreadable: int = 0) -> None:
    materials.add_session(
        SOURCE,
        Preprocessed(
            session_id='s',
            chunks=tuple(
                chunk_of(f'impl-s-part{n}.xml', materials.redactor.text(text), 7)
                for n, text in enumerate(texts, 1)
            ),
            left_out={'x': 2},
            redactions={},
            unreadable=unreadable,
            bytes_in=9,
            entries=3,
        ),
    )


SOURCE = SessionSource(source_type='local', session_id='s', kind='impl', why='header')


def packed_with(manifest: object, **files: str) -> str:
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    return ''.join(pack({**files, 'manifest.json': text}).parts)


def entry(name: str, text: str) -> dict[str, str]:
    return {'name': name, 'sha256': hashlib.sha256(text.encode()).hexdigest()}


def test_the_files_of_an_earlier_run_are_removed(tmp_path: Path, redactor: Redactor) -> None:
    first = fresh_materials(tmp_path, 5, redactor)
    (first.directory / 'stale.xml').write_text('old')
    (first.directory / 'folder').mkdir()
    other = fresh_materials(tmp_path, 6, redactor)
    (other.directory / 'kept.xml').write_text('of another plan')
    second = fresh_materials(tmp_path, 5, redactor)
    assert second.directory == first.directory == tmp_path / '.erk' / 'scratch' / 'learn-5'
    assert list(second.directory.iterdir()) == []
    assert (other.directory / 'kept.xml').exists()


def test_git_sees_nothing_of_it(repository: Callable[..., Path], redactor: Redactor) -> None:
    folder = repository()
    materials = fresh_materials(folder, 5, redactor)
    materials.write('a.xml', redactor.text('<session/>'))
    assert git('status', '--porcelain', '--untracked-files=all', cwd=folder) == ''


@pytest.mark.parametrize('link', ['.erk', '.erk/scratch', '.erk/scratch/learn-5'])
def test_a_link_is_never_followed(tmp_path: Path, redactor: Redactor, link: str) -> None:
    elsewhere = tmp_path / 'elsewhere'
    for inside in ('', 'scratch', 'learn-5', 'scratch/learn-5'):
        (elsewhere / inside).mkdir(parents=True, exist_ok=True)
        (elsewhere / inside / 'precious').write_text('mine')
    root = tmp_path / 'repo'
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(elsewhere)
    with pytest.raises(LearnError, match='is a link'):
        fresh_materials(root, 5, redactor)
    assert len(list(elsewhere.rglob('precious'))) == 4


def test_a_linked_gitignore_is_refused(tmp_path: Path, redactor: Redactor) -> None:
    ignore = tmp_path / '.erk' / 'scratch' / '.gitignore'
    ignore.parent.mkdir(parents=True)
    ignore.symlink_to(tmp_path / 'made-by-a-branch')
    with pytest.raises(LearnError, match='is a link'):
        fresh_materials(tmp_path, 5, redactor)
    assert not (tmp_path / 'made-by-a-branch').exists()


def test_a_file_in_the_way_is_an_error(tmp_path: Path, redactor: Redactor) -> None:
    (tmp_path / '.erk').write_text('a file')
    with pytest.raises(LearnError, match='cannot be created again'):
        fresh_materials(tmp_path, 5, redactor)


def test_the_manifest_lists_each_file_and_why_it_is_there(
    materials: Materials, redactor: Redactor
) -> None:
    text = '<session><meta agent="codex" />ü</session>'
    add_session(materials, text)
    materials.report_missing('gone', 'not on this machine')
    materials.add_json('pr.json', {'body': 'fine'}, 'review comments')
    (part,) = materials.pack().parts
    files = unpacked([part])
    manifest = json.loads(files['manifest.json'])
    assert manifest['format'] == 1
    assert manifest['issue'] == 5
    assert manifest['left_out'] == {'x': 2}
    assert manifest['missing'] == [{'session_id': 'gone', 'reason': 'not on this machine'}]
    first, second = manifest['files']
    assert first == {
        **entry('impl-s-part1.xml', text),
        'bytes': 43,
        'agent': 'codex',
        'tokens': 7,
        'session_id': 's',
        'kind': 'impl',
        'why': 'header',
    }
    assert second['name'] == 'pr.json'
    assert {path.name for path in materials.directory.iterdir()} == set(files)


def test_a_manifest_names_no_secret_and_keeps_its_hashes(
    materials: Materials, redactor: Redactor
) -> None:
    add_session(materials, 'text')
    materials.report_missing(SECRET, f'lost {SECRET}')
    (part,) = materials.pack().parts
    assert SECRET not in part
    assert entry('impl-s-part1.xml', 'text')['sha256'] in part


def test_the_same_materials_have_the_same_bytes(tmp_path: Path) -> None:
    def packed() -> tuple[str, ...]:
        redactor = Redactor()
        materials = fresh_materials(tmp_path, 5, redactor)
        add_session(materials, f'one {SECRET}', 'two')
        return materials.pack().parts

    assert packed() == packed()


def test_an_empty_session_is_named_as_filtered(materials: Materials, redactor: Redactor) -> None:
    add_session(materials)
    assert materials.sessions == 0
    assert materials.missing == [
        {'session_id': 's', 'reason': 'empty, a warm-up, or nothing new in it'}
    ]
    with pytest.raises(LearnError, match='plan #5 has neither a session'):
        materials.pack()


def test_a_summary_has_counts_and_no_content(materials: Materials, redactor: Redactor) -> None:
    add_session(materials, 'one', 'two')
    packed = materials.pack()
    summary = materials.summary(packed)
    assert (summary['sessions'], summary['files'], summary['tokens']) == (1, 3, 14)
    assert (summary['bytes_in'], summary['bytes']) == (9, packed.size)


def test_half_a_character_becomes_a_question_mark(materials: Materials, redactor: Redactor) -> None:
    add_session(materials, 'a\ud800b')
    assert unpacked(materials.pack().parts)['impl-s-part1.xml'] == 'a?b'


def test_a_session_of_which_one_file_is_refused_leaves_nothing_behind(
    materials: Materials,
) -> None:
    materials.write('IMPL-S-part2.xml', materials.redactor.text('of another session'))
    with pytest.raises(LearnError, match='two files would be called'):
        add_session(materials, 'one', 'two', unreadable=1)
    assert [path.name for path in materials.directory.iterdir()] == ['IMPL-S-part2.xml']
    assert (materials.sessions, materials.bytes_in, materials.left_out) == (0, 0, {})
    assert not materials.holds('one')


def test_a_session_that_the_disk_takes_only_in_part_leaves_no_file(materials: Materials) -> None:
    (materials.directory / 'impl-s-part2.xml').symlink_to('/dev/full')  # `No space left on device`
    with pytest.raises(OSError, match='No space left'):
        add_session(materials, 'one', 'two')
    assert list(materials.directory.iterdir()) == []
    assert not materials.holds('one')


def test_packed_parts_are_read_back_and_a_missing_one_is_an_error(tmp_path: Path) -> None:
    packed = pack({f'{n}.txt': 'x' * 500_000 for n in range(3)})
    names = save_packed(packed, tmp_path, 5)
    assert len(names) == 3
    assert load_packed(tmp_path, names) == packed
    (tmp_path / names[1]).unlink()
    with pytest.raises(LearnError, match='is gone'):
        load_packed(tmp_path, names)


def test_read_and_write_of_named_files_speak_plainly(tmp_path: Path) -> None:
    path = write_file(tmp_path / 'new' / 'a.txt', 'one\r\ntwo')
    assert path.read_bytes() == b'one\r\ntwo'
    assert read_file(path) == 'one\r\ntwo'
    with pytest.raises(LearnError, match='cannot be written'):
        write_file(path / 'b.txt', '')
    path.write_bytes(b'\xff')
    for unreadable in (path, tmp_path, tmp_path / 'gone'):
        with pytest.raises(LearnError, match='name a text file'):
            read_file(unreadable)


def test_a_directory_is_packed_as_it_is(tmp_path: Path) -> None:
    (tmp_path / 'b.txt').write_bytes(b'two\r\n')
    (tmp_path / 'a.txt').write_bytes(b'one')
    assert unpacked([pack_directory(tmp_path)]) == {'a.txt': 'one', 'b.txt': 'two\r\n'}
    (tmp_path / 'c').mkdir()
    with pytest.raises(LearnError, match='name a text file'):
        pack_directory(tmp_path)
    with pytest.raises(LearnError, match='name a directory'):
        pack_directory(tmp_path / 'gone')


def test_a_gist_gives_the_files_of_a_session_alone(tmp_path: Path) -> None:
    packed = ''.join(pack({'impl-s1.xml': '<a/>', 'impl-t.xml': '<b/>', 'pr.json': '{}'}).parts)
    assert files_of_gist({'m.txt': packed}, 's1') == {'impl-s1.xml': '<a/>'}
    assert files_of_gist({'s1.jsonl': 'raw', 't.jsonl': 'other'}, 's1') == {'s1.jsonl': 'raw'}
    assert files_of_gist({'log.jsonl': 'raw', 'x.json': '{}'}, 's1') == {'log.jsonl': 'raw'}
    with pytest.raises(LearnError, match='nothing of session s1'):
        files_of_gist({'x.json': '{}'}, 's1')


def test_files_appear_in_a_new_or_empty_directory(tmp_path: Path) -> None:
    for output in (tmp_path / 'deep' / 'new', tmp_path / 'empty'):
        (tmp_path / 'empty').mkdir(exist_ok=True)
        write_unpacked({'a.txt': 'one\r\n', 'b': 'ü'}, output)
        assert {path.name: path.read_bytes() for path in output.iterdir()} == {
            'a.txt': b'one\r\n',
            'b': 'ü'.encode(),
        }
        assert [path.name for path in output.parent.iterdir() if path.name[0] == '.'] == []


def test_a_directory_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / 'mine').write_text('mine')
    for output in (tmp_path, tmp_path / 'mine'):
        with pytest.raises(LearnError, match='is not empty'):
            write_unpacked({'a': ''}, output)
    with pytest.raises(LearnError, match='cannot be written'):
        write_unpacked({'a': ''}, tmp_path / 'mine' / 'below')
    assert [path.name for path in tmp_path.iterdir()] == ['mine']


def test_the_files_are_those_that_the_manifest_names() -> None:
    whole = packed_with({'format': 1, 'files': [entry('a', 'x')]}, a='x')
    assert sorted(unpacked([whole])) == ['a', 'manifest.json']


@pytest.mark.parametrize(
    ('manifest', 'why'),
    [
        ({'format': 1, 'files': [entry('a', 'y')]}, "'a' first"),
        ({'format': 1, 'files': []}, "'a' first"),
        ({'format': 1, 'files': [entry('a', 'x'), entry('b', '')]}, "'b' first"),
        ({'format': 1, 'files': [{'name': 5, 'sha256': None}]}, 'not what the manifest says'),
        ({'format': 3, 'files': [entry('a', 'x')]}, 'update learn-hook'),
        ({'format': 'new', 'files': []}, 'update learn-hook'),
        ({'files': []}, 'manifest is damaged'),
        ({'format': 1, 'files': [{}]}, 'manifest is damaged'),
        ({'format': 1, 'files': [{'name': []}]}, 'manifest is damaged'),
        ({'format': 1, 'files': 'ab'}, 'manifest is damaged'),
        ([], 'manifest is damaged'),
        ('{', 'manifest is damaged'),
        ('[' * 9999, 'manifest is damaged'),
    ],
)
def test_what_the_manifest_does_not_know_is_refused(manifest: object, why: str) -> None:
    with pytest.raises(LearnError, match=why):
        unpacked([packed_with(manifest, a='x')])


def test_parts_are_one_set_of_files() -> None:
    one, two = ''.join(pack({'a': 'x'}).parts), ''.join(pack({'b': 'y'}).parts)
    assert unpacked([one, two]) == {'a': 'x', 'b': 'y'}
    for texts, why in (([one, one], 'two files of one name'), ([], 'no packed file')):
        with pytest.raises(LearnError, match=why):
            unpacked(texts)


def test_two_files_of_one_name_are_refused(materials: Materials) -> None:
    text = materials.redactor.text('one')
    materials.write('a.xml', text)
    with pytest.raises(LearnError, match=r"two files would be called 'A\.xml'"):
        materials.write('A.xml', text)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'pipe')
    with pytest.raises(LearnError, match='not a regular file'):
        read_file(tmp_path / 'pipe')
    with pytest.raises(LearnError, match='not a regular file'):
        pack_directory(tmp_path)
