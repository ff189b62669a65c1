"""What a hook writes down comes back word for word, and no password is among it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.push import spool

if TYPE_CHECKING:
    from collections.abc import Sequence

words = st.binary(max_size=20).map(os.fsdecode) | st.sampled_from(
    ['', 'a\tb', 'a\r\nb', 'P5-ü', '\x85', '\u2028', '\udcff', '\x00']
)


@given(entries=st.lists(st.dictionaries(words, words | st.integers(), min_size=1), max_size=4))
def test_any_entry_comes_back(
    entries: Sequence[dict[str, object]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    common = str(tmp_path_factory.mktemp('common'))
    spool.write(common, list(entries))
    found = [entry for path in spool.files(common) for entry in spool.read(path)]
    assert found == entries


@given(data=st.binary())
def test_any_file_is_read(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp('spool') / '1-1'
    path.write_bytes(data)
    assert all(isinstance(entry, dict) for entry in spool.read(str(path)))


def test_one_push_is_one_file_that_only_its_owner_may_list(tmp_path: Path) -> None:
    common = str(tmp_path)
    spool.write(common, [{'sha': 'a'}, {'sha': 'b'}])
    spool.write(common, [{'action': 'merge P5-x'}])
    first, second = spool.files(common)
    assert [len(spool.read(path)) for path in (first, second)] == [2, 1]
    assert stat.S_IMODE(Path(first).parent.stat().st_mode) & 0o077 == 0


def test_entries_that_are_settled_go_and_the_last_takes_the_file_along(tmp_path: Path) -> None:
    spool.write(str(tmp_path), [{'sha': 'a'}, {'sha': 'b'}])
    (path,) = spool.files(str(tmp_path))
    spool.replace(path, [{'sha': 'b'}])
    assert spool.read(path) == [{'sha': 'b'}]
    spool.replace(path, [])
    assert spool.files(str(tmp_path)) == []


def test_a_temporary_file_of_a_hook_that_died_is_deleted(tmp_path: Path) -> None:
    child = os.posix_spawn('/bin/true', ['true'], {})
    os.waitpid(child, 0)
    folder = tmp_path / 'learn-hook' / 'spool'
    folder.mkdir(parents=True)
    for pid in (child, os.getpid()):
        (folder / f'.1-{pid}').write_text('half a li')
    assert spool.files(str(tmp_path)) == []
    assert os.listdir(folder) == [f'.1-{os.getpid()}']


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / 'learn-hook').write_text('in the way')
    with pytest.raises(OSError, match='learn-hook'):
        spool.write(str(tmp_path), [{}])


def test_a_system_that_opens_no_folder_is_no_error(tmp_path: Path) -> None:
    spool.flush(str(tmp_path / 'nowhere'))


@pytest.mark.parametrize(
    ('url', 'kept', 'password'),
    [
        ('https://ann:pw@github.com/a/b.git', 'https://github.com/a/b.git', 'ann:pw'),
        ('https://token@github.com/a/b@c', 'https://github.com/a/b@c', 'token'),
        ('ssh://git:pw@github.com/a/b', 'ssh://git@github.com/a/b', ''),
        ('git@github.com:a/b.git', 'git@github.com:a/b.git', ''),
        ('https://github.com/a/b', 'https://github.com/a/b', ''),
        ('/srv/a@b', '/srv/a@b', ''),
        ('origin', 'origin', ''),
    ],
)
def test_a_url_is_written_down_without_its_password(url: str, kept: str, password: str) -> None:
    assert spool.split_password(url) == (kept, password)
