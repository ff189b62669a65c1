"""The worker's process: whose end is waited for, and when one that sleeps wakes."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import learn_core
from learn_core.push import schedule, spawn

HOME = str(Path(learn_core.__file__).parent.parent)


@pytest.fixture
def common(tmp_path: Path) -> str:
    (tmp_path / 'learn-hook').mkdir()
    return str(tmp_path)


def test_only_gits_own_end_is_the_end_of_a_push() -> None:
    assert spawn.pid_of_git(os.getpid()) == 0
    assert spawn.pid_of_git(0) == 0
    with subprocess.Popen(['git', 'cat-file', '--batch'], stdin=subprocess.PIPE) as process:
        found, deadline = 0, time.monotonic() + 10
        while not found and time.monotonic() < deadline:  # its name comes with its exec
            found = spawn.pid_of_git(process.pid)
        process.communicate()
    assert found == process.pid


def test_where_there_is_no_proc_ps_tells_a_process_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spawn, 'PROC', '/nowhere')
    with subprocess.Popen(['git', 'cat-file', '--batch'], stdin=subprocess.PIPE) as process:
        time.sleep(0.2)
        found = spawn.pid_of_git(process.pid)
        process.communicate()
    assert found == process.pid
    assert spawn.pid_of_git(os.getpid()) == 0


def test_the_stamp_of_no_configuration_is_empty(tmp_path: Path) -> None:
    assert spawn.stamp(str(tmp_path)) == ''


def sleeper(common: str, seen: str, since: float = 0.0) -> subprocess.Popen[str]:
    """A worker that sleeps; a python that only says so takes the place of the one it becomes."""
    code = (
        'import sys, os; sys.path.insert(0, sys.argv[1]); from learn_core.push '
        'import spawn\n'
        'sys.executable = "/bin/echo"; spawn.SECONDS_BETWEEN_LOOKS = 0.05\n'
        'spawn.SECONDS_AFTER_TROUBLE = 2\n'
        'spawn.sleep(*sys.argv[2:])'
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
