"""The worker's process: whose end is waited for, and when one that sleeps wakes."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from functools import partial
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
    assert spawn.pid_of_git(999_999_999) == 0
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


class RanError(Exception):
    """In place of the program that a process becomes."""


def became(common: str, since: float = 0.0) -> list[str]:
    """The words of what a sleeping worker becomes, none where it ends."""
    try:
        spawn.sleep(common, '/tree', str(since))
    except RanError as ran:
        return list(ran.args[0])
    return []


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_: str, words: list[str], *__: object) -> None:
        raise RanError(words)

    monkeypatch.setattr(os, 'execv', run)
    monkeypatch.setattr(os, 'execve', run)
    monkeypatch.setattr(spawn, 'SECONDS_BETWEEN_LOOKS', 0.05)
    monkeypatch.setattr(spawn, 'SECONDS_AFTER_TROUBLE', 0.5)


@pytest.mark.usefixtures('ran')
def test_a_sleeper_becomes_the_worker_when_it_is_time(common: str) -> None:
    now = time.time()
    schedule.put_due(common, now + 0.2, now)
    assert became(common)[1:] == ['-I', '-m', 'learn_core.worker.loop', common, '/tree']
    assert time.time() >= now + 0.19


@pytest.mark.usefixtures('ran')
def test_what_a_worker_could_not_do_is_not_tried_again_at_once(common: str) -> None:
    now = time.time()
    schedule.put_due(common, now - 1, now - 1)
    assert became(common, since=now)
    assert time.time() >= now + 0.5


@pytest.mark.usefixtures('ran')
def test_a_sleeper_ends_where_nothing_is_due_soon(common: str) -> None:
    assert became(common) == []


@pytest.mark.usefixtures('ran')
def test_a_sleeper_ends_where_what_is_due_takes_hours(common: str) -> None:
    schedule.put_due(common, time.time() + 2 * schedule.LONGEST_SLEEP, 0.0)
    assert became(common) == []


@pytest.mark.usefixtures('ran')
def test_a_sleeper_ends_when_what_it_waits_for_is_gone(
    common: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule.put_due(common, time.time() + 600, 0.0)
    monkeypatch.setattr(time, 'sleep', lambda _: schedule.put_due(common, None, None))
    assert became(common) == []


@pytest.mark.usefixtures('ran')
def test_one_process_sleeps_for_all(common: str) -> None:
    schedule.put_due(common, time.time() - 1, 0.0)
    with Path(common, 'learn-hook', 'lock-sleep').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert became(common) == []
    assert became(common)


def test_a_sleeper_loads_no_more_of_python_than_it_needs(common: str) -> None:
    code = (
        'import sys; sys.path.insert(0, sys.argv[1]); from learn_core.push.spawn import sleep; '
        'sleep(*sys.argv[2:]); print(len(sys.modules))'
    )
    words = (sys.executable, '-I', '-S', '-c', code, HOME, common, '/tree', '0')
    loaded = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert int(loaded) < 50


_NOTED = ('fork', 'setsid', 'dup2', 'set_inheritable', 'closerange', 'chdir', 'nice', '_exit')


class System:
    """The system as the child of a fork sees it, where nothing happens that it asks for."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def __getattr__(self, name: str) -> object:
        return partial(self._note, name) if name in _NOTED else getattr(os, name)

    def _note(self, *asked: object) -> int:
        self.asked.append(asked)
        return 0


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch, ran: None) -> System:
    found = System()
    monkeypatch.setattr(spawn, 'os', found)
    return found


def test_a_worker_leaves_the_push_alone(
    common: str, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = [True, True, False]
    monkeypatch.setattr(spawn, 'is_alive', lambda _: looks.pop(0))
    with pytest.raises(RanError) as ran:
        spawn.start_worker(common, '/tree', 4711, wait=False, credentials='url ann:word')
    assert looks == []  # git had ended
    assert ran.value.args[0][1:] == ['-I', '-m', 'learn_core.worker.loop', common, '/tree']
    assert {('setsid',), ('chdir', common), ('nice', 10), ('_exit', 1)} <= set(system.asked)
    assert [one[2] for one in system.asked if one[0] == 'dup2'] == [0, 1, 2]


def test_no_limit_of_the_system_makes_a_worker_close_a_billion_descriptors(
    common: str, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, 'sysconf', lambda _: 1_000_000_000)  # what it says in a container
    with pytest.raises(RanError):
        spawn.start_worker(common, '/tree', 0, wait=False)
    ((first, last),) = [one[1:] for one in system.asked if one[0] == 'closerange']
    assert first == 3
    assert isinstance(last, int)
    assert 1024 <= last <= 100_000


def test_where_nothing_tells_a_process_name_no_end_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spawn, 'PROC', '/nowhere')
    monkeypatch.setenv('PATH', '/nowhere')
    assert spawn.pid_of_git(os.getpid()) == 0


def test_a_process_that_has_ended_is_not_alive() -> None:
    child = os.posix_spawn('/bin/true', ['true'], {})
    os.waitpid(child, 0)
    assert not spawn.is_alive(child)
    assert spawn.is_alive(os.getpid())
