"""What the next hook has to know: due or not, and each line once."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import learn_core
from learn_core.push import schedule

HOME = str(Path(learn_core.__file__).parent.parent)


@pytest.fixture
def common(tmp_path: Path) -> str:
    (tmp_path / 'learn-hook').mkdir()
    return str(tmp_path)


def file_of(common: str) -> Path:
    return Path(common, 'learn-hook', 'pending')


def test_where_nothing_is_to_be_known_there_is_no_file(common: str) -> None:
    schedule.put_due(common, None, None)
    schedule.add_lines(common, [])
    assert schedule.take_lines(common) == ([], False)
    assert not schedule.due(common, time.time())
    assert not file_of(common).exists()
    assert os.listdir(Path(common, 'learn-hook')) == ['lock-pending']


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
    assert schedule.take_lines(common) == (['one', 'two'], False)
    assert schedule.take_lines(common) == ([], False)
    assert schedule.due(common, 1000.0)


def test_a_notice_is_known_among_the_lines(common: str) -> None:
    schedule.add_lines(common, ['one'])
    schedule.add_lines(common, ['a notice'], is_notice=True)
    assert schedule.take_lines(common) == (['one', 'a notice'], True)


def test_a_flood_of_lines_keeps_the_newest(common: str) -> None:
    schedule.add_lines(common, [str(number) for number in range(100)])
    lines, _ = schedule.take_lines(common)
    assert lines == [str(number) for number in range(100 - schedule.MOST_LINES, 100)]


@given(lines=st.lists(st.text(min_size=1, max_size=20), max_size=5, unique=True))
def test_any_line_is_one_line(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    common = str(tmp_path_factory.mktemp('common'))
    wanted = list(dict.fromkeys(' '.join(line.split()) for line in lines))
    schedule.add_lines(common, lines)
    found, _ = schedule.take_lines(common)
    assert [line.encode('utf-8', 'replace') for line in found] == [
        line.encode('utf-8', 'replace') for line in wanted
    ]


@pytest.mark.parametrize('content', [b'', b'\n', b'soon\n', b'1 2 3\n', b'\xff\xfe', b'nan\n'])
def test_a_damaged_file_says_nothing(common: str, content: bytes) -> None:
    file_of(common).write_bytes(content)
    assert not schedule.due(common, time.time())
    assert schedule.take_lines(common) == ([], False)


def test_a_folder_that_can_not_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / 'learn-hook').write_text('in the way')
    common = str(tmp_path)
    schedule.put_due(common, 1.0, 1.0)
    schedule.add_lines(common, ['one'])
    schedule.mark(common, schedule.NOTICED)
    assert schedule.take_lines(common) == ([], False)
    assert schedule.marked(common, schedule.NOTICED) is None
    assert schedule.stamp(common) == ''


def test_what_can_not_come_into_its_place_is_taken_away(common: str) -> None:
    home = Path(common) / 'learn-hook'
    (home / 'pending').mkdir(parents=True)
    schedule.put_due(common, 1.0, 1.0)
    assert {path.name for path in home.iterdir()} == {'pending', 'lock-pending'}


def test_what_a_killed_process_left_goes_with_the_rest(common: str) -> None:
    schedule.put_due(common, 1.0, 1.0)
    left = Path(common) / 'learn-hook' / 'pending.new'
    left.write_text('half a l')
    schedule.put_due(common, None, None)
    assert not left.exists()


def test_a_process_that_holds_the_lock_and_sleeps_stops_no_push(common: str) -> None:
    schedule.add_lines(common, ['one'])
    with Path(common, 'learn-hook', 'lock-pending').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert schedule.take_lines(common) == (['one'], False)


def test_what_happened_has_its_time(common: str) -> None:
    assert schedule.marked(common, schedule.TOLD) is None
    schedule.mark(common, schedule.TOLD)
    moment = schedule.marked(common, schedule.TOLD)
    assert moment == pytest.approx(time.time(), abs=60)


def sleeper(common: str, seen: str, since: float = 0.0) -> subprocess.Popen[str]:
    """A worker that sleeps; a python that only says so takes the place of the one it becomes."""
    code = (
        'import sys, os; sys.path.insert(0, sys.argv[1]); from learn_core.push '
        'import schedule\n'
        'sys.executable = "/bin/echo"; schedule.SECONDS_BETWEEN_LOOKS = 0.05\n'
        'schedule.SECONDS_AFTER_TROUBLE = 2\n'
        'schedule.sleep(*sys.argv[2:])'
    )
    words = (sys.executable, '-I', '-S', '-c', code, HOME, common, '/tree', seen, str(since))
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def said(child: subprocess.Popen[str]) -> str:
    out, _ = child.communicate(timeout=30)
    assert child.returncode == 0
    return out


def test_a_sleeper_becomes_the_worker_when_it_is_time(common: str) -> None:
    now = time.time()
    schedule.put_due(common, now + 0.5, now)
    assert said(sleeper(common, '')) == f'-I -m learn_core.worker.loop {common} /tree\n'
    assert time.time() >= now + 0.5


def test_what_a_worker_could_not_do_is_not_tried_again_at_once(common: str) -> None:
    now = time.time()
    schedule.put_due(common, now - 1, now - 1)
    assert 'learn_core.worker.loop' in said(sleeper(common, '', since=now))
    assert time.time() >= now + 2


def test_a_sleeper_wakes_when_the_configuration_changes(common: str) -> None:
    Path(common, 'config').write_text('[core]\n')
    schedule.put_due(common, time.time() + 600, 0.0)
    assert 'learn_core.worker.loop' in said(sleeper(common, 'another stamp'))


def test_a_sleeper_ends_where_nothing_is_due_soon(common: str) -> None:
    assert said(sleeper(common, '')) == ''
    schedule.put_due(common, time.time() + 2 * schedule.LONGEST_SLEEP, 0.0)
    assert said(sleeper(common, '')) == ''


def test_a_sleeper_ends_when_what_it_waits_for_is_gone(common: str) -> None:
    schedule.put_due(common, time.time() + 600, 0.0)
    child = sleeper(common, '')
    time.sleep(0.3)
    schedule.put_due(common, None, None)
    assert said(child) == ''


def test_one_process_sleeps_for_all(common: str) -> None:
    schedule.put_due(common, time.time() + 600, 0.0)
    with Path(common, 'learn-hook', 'lock-sleep').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert said(sleeper(common, '')) == ''
