"""What the next hook has to know: when a waiting run is due, and what is to be said once.

`learn-hook/pending` in git's common folder says it, and is there only where there is something to
say: the installed hook looks for it before it starts Python. Its first line holds two times in
seconds since 1970, from which a sleeping worker and from which a hook may go on (empty: nothing
waits); every other line is for a person, and those of a notice begin with `!`.
"""

from __future__ import annotations

import os
import sys
import time

NOTICED = 'noticed'  # on a terminal
SAID = 'said'  # elsewhere, where perhaps nobody reads it
TOLD = 'told'  # how to switch it off
MOST_LINES = 20
LONGEST_SLEEP = 7200.0
SECONDS_BETWEEN_LOOKS = 5.0
SECONDS_AFTER_TROUBLE = 60.0


def due(common: str, now: float) -> bool:
    """May a hook go on with a run that waits?"""
    times = _times(_read(common))
    return times is not None and times[1] <= now


def is_soon(common: str, now: float) -> bool:
    """Is it worth it to sleep until a run is due?"""
    times = _times(_read(common))
    return times is not None and times[0] <= now + LONGEST_SLEEP


def put_due(common: str, wake: float | None, hook: float | None) -> None:
    """From when a sleeping worker, and from when a hook goes on; None: nothing waits."""
    first = '' if wake is None or hook is None else f'{wake:.3f} {hook:.3f}'
    lock = _lock(common)
    _write(common, [first, *_read(common)[1:]])
    _unlock(lock)


def add_lines(common: str, lines: list[str], *, is_notice: bool = False) -> None:
    """What the next hook says; nothing that it would say already."""
    mark = '!' if is_notice else ' '
    lock = _lock(common)
    first, *rest = _read(common) or ['']
    new = [f'{mark}{" ".join(line.split())}' for line in lines]
    _write(common, [first, *[*rest, *(line for line in new if line not in rest)][-MOST_LINES:]])
    _unlock(lock)


def take_lines(common: str) -> tuple[list[str], bool]:
    """What is to be said, which counts as said from now on, and whether a notice is in it."""
    if len(_read(common)) < 2:
        return [], False
    lock = _lock(common)
    first, *rest = _read(common) or ['']
    _write(common, [first])
    _unlock(lock)
    return [line[1:] for line in rest], any(line.startswith('!') for line in rest)


def mark(common: str, name: str) -> None:
    """Something happened, now."""
    try:
        os.makedirs(_path(common, ''), mode=0o700, exist_ok=True)
        os.close(os.open(_path(common, name), os.O_WRONLY | os.O_CREAT, 0o600))
        os.utime(_path(common, name))
    except OSError:
        return


def marked(common: str, name: str) -> float | None:
    """When it happened, in seconds since 1970."""
    try:
        return os.stat(_path(common, name)).st_mtime
    except OSError:
        return None


def stamp(common: str) -> str:
    """Changes whenever git's configuration does."""
    try:
        return str(os.stat(os.path.join(common, 'config')).st_mtime_ns)
    except OSError:
        return ''


def sleep(common: str, folder: str, seen: str, since: str) -> None:
    """In a process of its own, with little in memory: becomes the worker when it is time. `seen`
    was git's configuration's stamp when the worker read it, `since` the time when it began.
    """
    if _sleep_until_due(common, seen, float(since)):
        command = [sys.executable, '-I', '-m', 'learn_core.worker.loop', common, folder]
        os.execv(sys.executable, command)


def _sleep_until_due(common: str, seen: str, since: float) -> bool:
    """Waits, as the only process that does, until a run is due or git's configuration was changed
    (consent may have been given). False: another one sleeps, or nothing is due soon. What was due
    when the worker began is one that it could not do or write down, on a full disk: that lies for a
    while.
    """
    began = time.time()
    try:
        lock = os.open(_path(common, 'lock-sleep'), os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError:
        return False
    if not _is_mine(lock):
        os.close(lock)
        return False
    while True:
        times, now = _times(_read(common)), time.time()
        if times is None or not is_soon(common, now):
            return False
        wake = times[0] if times[0] > since else began + SECONDS_AFTER_TROUBLE
        if wake <= now or stamp(common) != seen:
            return True
        time.sleep(min(SECONDS_BETWEEN_LOOKS, wake - now))


def _times(lines: list[str]) -> tuple[float, float] | None:
    try:
        wake, hook = lines[0].split()
        return float(wake), float(hook)
    except (IndexError, ValueError):
        return None


def _read(common: str) -> list[str]:
    try:
        with open(_path(common, 'pending'), encoding='utf-8', errors='replace') as file:
            return file.read().split('\n')[:-1]
    except OSError:
        return []


def _write(common: str, lines: list[str]) -> None:
    """In one rename; without a line there is no file, nor what one who was killed left of it.
    Nothing in it can't be found out again.
    """
    path = _path(common, 'pending')
    aside = f'{path}.new'
    if not any(lines):
        _take_away(path)
        _take_away(aside)
        return
    try:
        with open(aside, 'w', encoding='utf-8', errors='replace') as file:
            file.write(''.join(f'{line}\n' for line in lines))
        os.replace(aside, path)
    except OSError:
        _take_away(aside)


def _take_away(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _lock(common: str) -> int:
    """The kernel's lock; -1 where it can't be had soon, for a push waits for it, and who holds it
    may have been stopped.
    """
    try:
        os.makedirs(_path(common, ''), mode=0o700, exist_ok=True)
        lock = os.open(_path(common, 'lock-pending'), os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError:
        return -1
    for _ in range(20):
        if _is_mine(lock):
            return lock
        time.sleep(0.01)
    os.close(lock)
    return -1


def _is_mine(lock: int) -> bool:
    try:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (OSError, ImportError):  # Windows has none
        return False
    return True


def _unlock(lock: int) -> None:
    if lock >= 0:
        os.close(lock)


def _path(common: str, name: str) -> str:
    return os.path.join(common, 'learn-hook', name)
