"""The worker's process: started by a hook, and asleep until something is due."""

from __future__ import annotations

import os
import sys
import time

from learn_core.push import schedule

SECONDS_OF_A_PUSH = 600
SECONDS_BETWEEN_LOOKS = 5.0
SECONDS_AFTER_TROUBLE = 60.0
CREDENTIALS = 'LEARN_HOOK_CREDENTIALS'  # `url user:password`, for the worker's environment alone
PROC = '/proc'  # Linux alone has it
_MOST_DESCRIPTORS = 65536


def start_worker(
    common: str, folder: str, git_pid: int, *, wait: bool, credentials: str = ''
) -> None:
    """The worker in a process of its own: no terminal, no descriptor of git's, a session apart.

    It sleeps until git has ended, at low priority, and only then imports anything. With `wait` it
    runs here and now instead (for tests). `folder` is the current worktree. Raises
    OSError where no process can be had.
    """
    command = [sys.executable, '-I', '-m', 'learn_core.worker.loop', common, folder]
    environ = {**os.environ, CREDENTIALS: credentials} if credentials else dict(os.environ)
    if wait:
        worker = os.posix_spawn(sys.executable, [*command, '--foreground'], environ)
        os.waitpid(worker, 0)
        return
    if os.fork():
        return
    try:
        os.setsid()
        _let_go_of_descriptors(schedule.path_of(common, 'worker.log'))
        os.chdir(common)
        os.nice(10)
        _sleep_until_ended(git_pid)
        os.execve(sys.executable, command, environ)
    finally:
        os._exit(1)


def pid_of_git(pid: int) -> int:
    """The pid if it is git's, so that its end is the push's; 0 for a script or a hook manager that
    called our hook, which end before the push does.
    """
    name = _name_of(pid)
    return pid if name.startswith('git') else 0


def is_dry_push(pid: int) -> bool:
    """Is it `git push --dry-run`, as far as can be seen from outside?"""
    try:
        with open(f'{PROC}/{pid}/cmdline', 'rb') as file:
            words = file.read().split(b'\0')
    except OSError:
        return False
    after = words[words.index(b'push') :] if b'push' in words else []
    return b'--dry-run' in after or b'-n' in after


def is_alive(pid: int) -> bool:
    """Is there a process of that pid?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def sleep(common: str, folder: str, seen: str, since: str) -> None:
    """In a process of its own, with little in memory: becomes the worker when it is time. `seen` is
    the stamp of git's configuration when the worker read it, `since` the time when it began.
    """
    if _sleep_until_due(common, seen, float(since)):
        command = [sys.executable, '-I', '-m', 'learn_core.worker.loop', common, folder]
        os.execv(sys.executable, command)


def stamp(common: str) -> str:
    """Changes whenever git's configuration does."""
    try:
        return str(os.stat(os.path.join(common, 'config')).st_mtime_ns)
    except OSError:
        return ''


def _sleep_until_due(common: str, seen: str, since: float) -> bool:
    """Waits, as the only process that does, until something is due or git's configuration was
    changed (consent may have been given). False: another one sleeps, or nothing is due soon. What
    was due when the worker began could not be done or written down: that lies for a while.
    """
    began = time.time()
    try:
        lock = os.open(schedule.path_of(common, 'lock-sleep'), os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError:
        return False
    if not schedule.is_mine(lock):
        os.close(lock)
        return False
    while True:
        times, now = schedule.read_times(common), time.time()
        if times is None or not schedule.is_soon(common, now):
            return False
        wake = times[0] if times[0] > since else began + SECONDS_AFTER_TROUBLE
        if wake <= now or stamp(common) != seen:
            return True
        time.sleep(min(SECONDS_BETWEEN_LOOKS, wake - now))


def _name_of(pid: int) -> str:
    """A process's program, by `/proc` or by `ps` where there is none; '' for unknown."""
    if pid <= 1:
        return ''
    try:
        with open(f'{PROC}/{pid}/comm', encoding='utf-8', errors='replace') as file:
            return file.read()
    except OSError:
        if os.path.isdir(f'{PROC}/self'):
            return ''
    import subprocess

    words = ['ps', '-o', 'comm=', '-p', str(pid)]
    try:
        said = subprocess.run(words, capture_output=True, text=True, check=False, timeout=2)
    except (OSError, subprocess.SubprocessError):
        return ''
    return os.path.basename(said.stdout.strip())


def _let_go_of_descriptors(log: str) -> None:
    """Standard error becomes the worker's log: a worker that cannot even start has to say why."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(2):
        os.dup2(nothing, descriptor)
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    for descriptor in range(3):  # one that was closed before is not inherited by itself
        os.set_inheritable(descriptor, True)
    most = os.sysconf('SC_OPEN_MAX')
    os.closerange(3, most if 0 < most < _MOST_DESCRIPTORS else _MOST_DESCRIPTORS)


def _sleep_until_ended(pid: int) -> None:
    deadline = time.monotonic() + SECONDS_OF_A_PUSH
    while pid > 1 and is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
