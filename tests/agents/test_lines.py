from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents.lines import objects_at, read_first, read_objects
from learn_core.errors import LearnError


def read(log: Path, data: bytes) -> tuple[list[dict[str, object]], int]:
    log.write_bytes(data)
    found = [fields for _, fields in read_objects(log)]
    return [fields for fields in found if fields], found.count({})


@pytest.mark.parametrize(
    'line', [b'{"a":1}{"b":2}', b'{"a":1} {"b":2}', b'\xef\xbb\xbf{"a":1}{"b":2}']
)
def test_two_objects_on_one_line_are_both_read(tmp_path: Path, line: bytes) -> None:
    assert read(tmp_path / 'a.jsonl', line + b'\n') == ([{'a': 1}, {'b': 2}], 0)


def test_three_objects_on_one_line_are_all_read(tmp_path: Path) -> None:
    found, _ = read(tmp_path / 'a.jsonl', b'{"a":1}{"b":2}{"c":3}\n')
    assert [list(fields) for fields in found] == [['a'], ['b'], ['c']]


def test_an_object_before_a_broken_one_on_its_line_is_kept(tmp_path: Path) -> None:
    assert read(tmp_path / 'a.jsonl', b'{"a":1}{"b":\n') == ([{'a': 1}], 1)


def test_a_last_line_that_was_cut_off_costs_only_itself(tmp_path: Path) -> None:
    assert read(tmp_path / 'a.jsonl', b'{"a":1}\n{"b":"half of it') == ([{'a': 1}], 1)


def test_lines_that_are_no_objects_are_counted(tmp_path: Path) -> None:
    lines = b'[1]\n7\n"x"\nnull\nno json\n\x00\x00\n\n  \n{"a":1}\n'
    assert read(tmp_path / 'a.jsonl', lines) == ([{'a': 1}], 6)


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / 'a.jsonl', b'') == ([], 0)


def test_a_raw_line_separator_in_a_string_does_not_end_the_line(tmp_path: Path) -> None:
    assert read(tmp_path / 'a.jsonl', '{"a":"x\u2028y"}\n'.encode()) == ([{'a': 'x\u2028y'}], 0)


def test_raw_control_characters_in_a_string_are_read(tmp_path: Path) -> None:
    assert read(tmp_path / 'a.jsonl', b'{"a":"\x00\x1b"}\n') == ([{'a': '\x00\x1b'}], 0)


@pytest.mark.parametrize(
    ('escaped', 'text'),
    [
        (rb'\ud800', '\ufffd'),
        (rb'\udc00x', '\ufffdx'),
        (rb'\ud83d\ude00 \ud800', '\U0001f600 \ufffd'),
        (rb'\\ud800 \ud800', '\\ud800 \ufffd'),
    ],
)
def test_a_lone_surrogate_becomes_a_replacement_character(
    tmp_path: Path, escaped: bytes, text: str
) -> None:
    assert read(tmp_path / 'a.jsonl', b'{"a":"' + escaped + b'"}\n') == ([{'a': text}], 0)


def test_bytes_that_are_no_utf8_cost_a_character_and_not_the_line(tmp_path: Path) -> None:
    assert read(tmp_path / 'a.jsonl', b'{"a":"x\xffy"}\n') == ([{'a': 'x\ufffdy'}], 0)


def test_numbers_that_json_does_not_allow_are_read(tmp_path: Path) -> None:
    found, unreadable = read(tmp_path / 'a.jsonl', b'{"a":NaN,"b":' + b'9' * 5000 + b'}\n')
    assert (found[0]['b'], unreadable) == ('9' * 5000, 0)


def test_an_object_nested_without_end_costs_its_line_only(tmp_path: Path) -> None:
    deep = b'{"a":' * 100_000 + b'\n{"b":2}\n'
    assert read(tmp_path / 'a.jsonl', deep) == ([{'b': 2}], 1)


def test_a_folder_is_refused_in_one_sentence(tmp_path: Path) -> None:
    log = tmp_path / 'x.jsonl'
    log.mkdir()
    with pytest.raises(LearnError, match='not a regular file; '):
        list(read_objects(log))


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='there are no FIFOs here')
def test_a_fifo_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    log = tmp_path / 'x.jsonl'
    os.mkfifo(log)
    with pytest.raises(LearnError, match='not a regular file; '):
        list(read_objects(log))


def test_a_missing_file_is_an_error_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LearnError, match=r'cannot be read \(No such file or directory\); '):
        list(read_objects(tmp_path / 'x.jsonl'))


@pytest.mark.skipif(not hasattr(os, 'geteuid') or os.geteuid() == 0, reason='root reads anything')
def test_a_file_without_permission_is_an_error_in_one_sentence(tmp_path: Path) -> None:
    log = tmp_path / 'x.jsonl'
    log.touch(mode=0)
    with pytest.raises(LearnError, match=r'cannot be read \(Permission denied\); '):
        list(read_objects(log))


def test_a_name_that_no_file_can_have_is_an_error_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LearnError, match='cannot be read'):
        list(read_objects(tmp_path / 'a\0b.jsonl'))


@pytest.mark.parametrize(
    'whole',
    [
        {'type': 'user', 'sessionId': 's'},
        {'timestamp': '2026', 'type': 'event_msg', 'payload': {}},
        {'type': 'abort', 'data': {}, 'parentId': 'e1'},
    ],
)
def test_an_entry_behind_half_of_one_is_read(tmp_path: Path, whole: dict[str, object]) -> None:
    half = b'{"type":"user","message":{"text":"cut o'
    found, unreadable = read(tmp_path / 'a.jsonl', half + json.dumps(whole).encode() + b'\n')
    assert (found, unreadable) == ([whole], 1)


def test_behind_half_of_an_entry_what_is_nested_in_a_whole_one_comes_once(tmp_path: Path) -> None:
    inner = {'type': 'event_msg', 'payload': {}}
    whole: dict[str, object] = {'type': 'user', 'data': inner, 'sessionId': 's'}
    line = b'{"type":"user","message":{"text":"cut o' + json.dumps(whole).encode()
    assert read(tmp_path / 'a.jsonl', line) == ([whole], 1)


def test_an_entry_behind_the_halves_of_two_is_read(tmp_path: Path) -> None:
    whole = {'type': 'abort', 'data': {}, 'parentId': 'e1'}
    halves = b'{"type":"user","message":{"text":"cut o' * 2
    assert read(tmp_path / 'a.jsonl', halves + json.dumps(whole).encode()) == ([whole], 1)


def test_what_is_nested_in_half_of_an_entry_is_no_entry(tmp_path: Path) -> None:
    line = b'{"type":"user","message":{"content":[{"type":"text","text":"x"}]},"cut o\n'
    assert read(tmp_path / 'a.jsonl', line) == ([], 1)


def test_a_line_behind_nuls_is_read(tmp_path: Path) -> None:
    """A machine that lost power leaves them where a line should be."""
    assert read(tmp_path / 'a.jsonl', b'\0\0\0{"a":1}\n') == ([{'a': 1}], 0)


def test_objects_are_read_again_from_where_their_lines_begin(tmp_path: Path) -> None:
    log = tmp_path / 'a.jsonl'
    log.write_bytes(b'{"a":1}\n{"b":2}{"c":3}\n{"d":4}\n')
    places = [at for at, _ in read_objects(log)]
    assert places == [0, 8, 8, 23]
    assert list(objects_at(log, [8, 0])) == [{'b': 2}, {'c': 3}, {'a': 1}]


def test_the_first_object_of_a_log_that_cannot_be_read_is_empty(tmp_path: Path) -> None:
    log = tmp_path / 'a.jsonl'
    assert read_first(log) == {}
    log.write_bytes(b'{"id":"s"}\n{"id":"t"}\n')
    assert read_first(log, 's') == {'id': 's'}
    assert read_first(log, 't') == {}


@pytest.mark.skipif(not Path('/proc/self/mem').exists(), reason='no file that fails when read')
def test_a_disk_that_fails_half_way_ends_the_log(tmp_path: Path) -> None:
    assert list(read_objects(Path('/proc/self/mem'))) == [(0, {})]


@given(st.binary())
def test_no_bytes_make_the_reader_raise(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    read(tmp_path_factory.getbasetemp() / 'any.jsonl', data)
