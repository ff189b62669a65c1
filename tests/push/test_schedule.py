"""What the next hook has to know: due or not, and each line once."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from learn_core.push import schedule


@pytest.fixture
def common(tmp_path: Path) -> str:
    (tmp_path / 'learn-hook').mkdir()
    return str(tmp_path)


def file_of(common: str) -> Path:
    return Path(common, 'learn-hook', 'schedule')


def test_where_nothing_is_to_be_known_there_is_no_file(common: str) -> None:
    schedule.put_due(common, None, None)
    schedule.add_lines(common, [])
    assert schedule.take_lines(common) == []
    assert not schedule.due(common, time.time())
    assert not file_of(common).exists()
    assert os.listdir(Path(common, 'learn-hook')) == ['lock-schedule']


def test_a_hook_and_a_sleeper_have_times_of_their_own(common: str) -> None:
    schedule.put_due(common, 2000.0, 1000.0)
    assert not schedule.due(common, 999.0)
    assert schedule.due(common, 1000.0)
    assert not schedule.is_soon(common, 2000.0 - schedule.LONGEST_SLEEP - 1)
    assert schedule.is_soon(common, 2000.0 - schedule.LONGEST_SLEEP)
    schedule.put_due(common, None, None)
    assert not schedule.is_soon(common, 5000.0)


def test_lines_are_said_once_and_the_times_stay(common: str) -> None:
    schedule.put_due(common, 2000.0, 1000.0)
    schedule.add_lines(common, ['one'])
    schedule.add_lines(common, ['one', 'two'])
    schedule.put_due(common, 2000.0, 1000.0)
    assert schedule.take_lines(common) == ['one', 'two']
    assert schedule.take_lines(common) == []
    assert schedule.due(common, 1000.0)


def test_what_waits_for_a_yes_is_known_beside_what_is_due(common: str) -> None:
    schedule.put_due(common, None, None, held=True)
    assert schedule.is_held(common)
    assert not schedule.due(common, time.time())
    schedule.put_due(common, 2000.0, 1000.0, held=True)
    assert schedule.is_held(common)
    assert schedule.due(common, 1000.0)
    schedule.put_due(common, 2000.0, 1000.0)
    assert not schedule.is_held(common)


def test_a_flood_of_lines_keeps_the_newest(common: str) -> None:
    schedule.add_lines(common, [str(number) for number in range(100)])
    lines = schedule.take_lines(common)
    assert lines == [str(number) for number in range(100 - schedule.MOST_LINES, 100)]


@example(lines=['\r', '\x85', 'a b', 'a\tb'])
@given(lines=st.lists(st.text(min_size=1, max_size=20), max_size=5, unique=True))
def test_any_line_is_one_line(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    common = str(tmp_path_factory.mktemp('common'))
    wanted = list(dict.fromkeys(' '.join(line.split()) for line in lines if line.split()))
    schedule.add_lines(common, lines)
    found = schedule.take_lines(common)
    assert [line.encode('utf-8', 'replace') for line in found] == [
        line.encode('utf-8', 'replace') for line in wanted
    ]


@pytest.mark.parametrize('content', [b'', b'\n', b'soon\n', b'\xff\xfe', b'nan\n'])
def test_a_damaged_file_says_nothing(common: str, content: bytes) -> None:
    file_of(common).write_bytes(content)
    assert not schedule.due(common, time.time())
    assert schedule.take_lines(common) == []


def test_a_folder_that_can_not_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / 'learn-hook').write_text('in the way')
    common = str(tmp_path)
    schedule.put_due(common, 1.0, 1.0)
    schedule.add_lines(common, ['one'])
    schedule.mark(common, schedule.NOTICED)
    assert schedule.take_lines(common) == []
    assert not schedule.is_marked(common, schedule.NOTICED)


def test_what_can_not_come_into_its_place_is_taken_away(common: str) -> None:
    home = Path(common) / 'learn-hook'
    (home / 'schedule').mkdir(parents=True)
    schedule.put_due(common, 1.0, 1.0)
    assert {path.name for path in home.iterdir()} == {'schedule', 'lock-schedule'}


def test_what_a_killed_process_left_goes_with_the_rest(common: str) -> None:
    schedule.put_due(common, 1.0, 1.0)
    left = Path(common) / 'learn-hook' / 'schedule.new'
    left.write_text('half a l')
    schedule.put_due(common, None, None)
    assert not left.exists()


def test_a_process_that_holds_the_lock_and_sleeps_stops_no_push(common: str) -> None:
    schedule.add_lines(common, ['one'])
    with Path(common, 'learn-hook', 'lock-schedule').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert schedule.take_lines(common) == ['one']


def test_what_happened_is_remembered(common: str) -> None:
    assert not schedule.is_marked(common, schedule.TOLD)
    schedule.mark(common, schedule.TOLD)
    assert schedule.is_marked(common, schedule.TOLD)
