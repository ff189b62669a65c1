"""When something is due, and what the next hook says: the file `learn-hook/schedule`.

It is there only where there is something to do or to say: the installed hook looks for it before it
starts Python. Its first line holds two times in seconds since 1970, from which a sleeping worker
and from which a hook goes on (`-`: nothing is due), and `held` where something waits for a yes.
Every other line is for a person.
"""

from __future__ import annotations

import os
import time

NOTICED = 'noticed'  # the notice was seen on a terminal
TOLD = 'told'  # how to switch it off was said
ELSEWHERE = 'elsewhere'  # that plans are not where pushes go was said
MOST_LINES = 20
LONGEST_SLEEP = 7200.0


def due(common: str, now: float) -> bool:
    """May a hook go on with what waits?"""
    times = read_times(common)
    return times is not None and times[1] <= now


def is_held(common: str) -> bool:
    """Does something wait for a yes?"""
    return (_read(common) or [''])[0].endswith(' held')


def read_times(common: str) -> tuple[float, float] | None:
    """When a sleeping worker, and when a hook goes on; None: nothing is due."""
    try:
        wake, hook = _read(common)[0].split()[:2]
        return float(wake), float(hook)
    except (IndexError, ValueError):
        return None


def is_soon(common: str, now: float) -> bool:
    """Is it worth it to sleep until something is due?"""
    times = read_times(common)
    return times is not None and times[0] <= now + LONGEST_SLEEP


def put_due(common: str, wake: float | None, hook: float | None, *, held: bool = False) -> None:
    """From when a sleeping worker, and from when a hook goes on; None: nothing is due."""
    is_due = wake is not None and hook is not None
    first = f'{wake:.3f} {hook:.3f}' if is_due else '- -' if held else ''
    lock = _lock(common)
    _write(common, [first + (' held' if held else ''), *_read(common)[1:]])
    _unlock(lock)


def add_lines(common: str, lines: list[str]) -> None:
    """What the next hook says; nothing that it would say already."""
    lock = _lock(common)
    first, *rest = _read(common) or ['']
    new = [' '.join(line.split()) for line in lines]
    _write(common, [first, *list(dict.fromkeys([*rest, *filter(None, new)]))[-MOST_LINES:]])
    _unlock(lock)


def take_lines(common: str) -> list[str]:
    """What is to be said, which counts as said from now on."""
    if len(_read(common)) < 2:
        return []
    lock = _lock(common)
    first, *rest = _read(common) or ['']
    _write(common, [first])
    _unlock(lock)
    return rest


def mark(common: str, name: str) -> None:
    """Remembers that something happened; trouble with that is no reason to stop."""
    try:
        os.makedirs(path_of(common, ''), mode=0o700, exist_ok=True)
        os.close(os.open(path_of(common, name), os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError:
        return


def is_marked(common: str, name: str) -> bool:
    """Did it happen?"""
    return os.path.exists(path_of(common, name))


def path_of(common: str, name: str) -> str:
    """A file of ours in git's common folder."""
    return os.path.join(common, 'learn-hook', name)


def is_mine(lock: int) -> bool:
    """Takes the kernel's lock on an open file; False if another process holds it."""
    try:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (OSError, ImportError):  # Windows has none
        return False
    return True


def _read(common: str) -> list[str]:
    try:
        with open(path_of(common, 'schedule'), encoding='utf-8', errors='replace') as file:
            return file.read().split('\n')[:-1]
    except OSError:
        return []


def _write(common: str, lines: list[str]) -> None:
    """Replaced in one rename; removed when empty. Everything in it can be computed again."""
    path = path_of(common, 'schedule')
    aside = f'{path}.new'
    if not any(lines):
        _delete(path)
        _delete(aside)
        return
    try:
        with open(aside, 'w', encoding='utf-8', errors='replace') as file:
            file.write(''.join(f'{line}\n' for line in lines))
        os.replace(aside, path)
    except OSError:
        _delete(aside)


def _delete(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _lock(common: str) -> int:
    """The kernel's lock; -1 where another process keeps it, for a push waits for it."""
    try:
        os.makedirs(path_of(common, ''), mode=0o700, exist_ok=True)
        lock = os.open(path_of(common, 'lock-schedule'), os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError:
        return -1
    for _ in range(20):
        if is_mine(lock):
            return lock
        time.sleep(0.01)
    os.close(lock)
    return -1


def _unlock(lock: int) -> None:
    if lock >= 0:
        os.close(lock)
