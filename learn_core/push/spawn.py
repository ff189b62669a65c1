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
MOST_DESCRIPTORS = 65_536  # that are closed: the system's own limit may be a billion
PROC = '/proc'  # Linux alone has it
_WORKER = ('-I', '-m', 'learn_core.worker.loop')


def start_worker(
    common: str, folder: str, git_pid: int, *, wait: bool, credentials: str = ''
) -> None:
    """The worker in a process of its own: no terminal, no descriptor of git's, a session apart.

    It sleeps until git has ended, at low priority, and only then imports anything. With `wait` it
    runs here and now instead (for tests). `folder` is the current worktree. Raises
    OSError where no process can be had.
    """
    command = [sys.executable, *_WORKER, common, folder]
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
        deadline = time.monotonic() + SECONDS_OF_A_PUSH
        while git_pid > 1 and is_alive(git_pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        os.execve(sys.executable, command, environ)
    finally:
        os._exit(1)


def sleep(common: str, folder: str, since: str) -> None:
    """In a process of its own, with little in memory: becomes the worker when it is time. Ends
    where another one sleeps, or nothing is due soon. What was due when the worker began, at
    `since`, could not be done or written down: that lies for a while.
    """
    began = time.time()
    if schedule.lock_of(common, 'lock-sleep') is None:
        return
    while True:
        times, now = schedule.read_times(common), time.time()
        if times is None or times[0] > now + schedule.LONGEST_SLEEP:
            return
        wake = times[0] if times[0] > float(since) else began + SECONDS_AFTER_TROUBLE
        if wake <= now:
            break
        time.sleep(min(SECONDS_BETWEEN_LOOKS, wake - now))
    os.execv(sys.executable, [sys.executable, *_WORKER, common, folder])


def pid_of_git(pid: int) -> int:
    """The pid if it is git's, so that its end is the push's; 0 for a script or a hook manager that
    called our hook, which end before the push does.
    """
    return pid if _name_of(pid).startswith('git') else 0


def is_alive(pid: int) -> bool:
    """Is there a process of that pid?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


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
    errors = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor, place in enumerate((nothing, nothing, errors)):
        os.dup2(place, descriptor)
        os.set_inheritable(descriptor, True)  # one that was closed before is not by itself
    os.closerange(3, MOST_DESCRIPTORS)
