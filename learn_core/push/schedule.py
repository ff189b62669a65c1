"""When something is due, and what the next hook says: the file `learn-hook/schedule`.

It is there only where there is something to do or to say: the installed hook looks for it before it
starts Python. Its first line holds two times in seconds since 1970, from which a sleeping worker
and from which a hook goes on (`-`: nothing is due), and `held` where something waits for a yes.
Every other line is for a person.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False  # the module typing costs a push 8 ms
if TYPE_CHECKING:
    from collections.abc import Callable

NOTICED = 'noticed'  # the notice was seen on a terminal
TOLD = 'told'  # how to switch it off was said
MOST_LINES = 20
LONGEST_SLEEP = 7200.0


def due(common: str, now: float) -> bool:
    """May a hook go on with what waits?"""
    times = read_times(common)
    return times is not None and times[1] <= now


def is_held(common: str) -> bool:
    """Does something wait for a yes?"""
    return _read(common)[0].endswith(' held')


def read_times(common: str) -> tuple[float, float] | None:
    """When a sleeping worker, and when a hook goes on; None: nothing is due."""
    try:
        wake, hook = _read(common)[0].split()[:2]
        return float(wake), float(hook)
    except ValueError:
        return None


def is_soon(common: str, now: float) -> bool:
    """Is it worth it to sleep until something is due?"""
    times = read_times(common)
    return times is not None and times[0] <= now + LONGEST_SLEEP


def put_due(common: str, wake: float | None, hook: float | None, *, held: bool = False) -> None:
    """From when a sleeping worker, and from when a hook goes on; None: nothing is due."""
    is_due = wake is not None and hook is not None
    first = f'{wake:.3f} {hook:.3f}' if is_due else '- -' if held else ''
    first += ' held' if held else ''
    _change(common, lambda lines: [first, *lines[1:]])


def add_lines(common: str, lines: list[str]) -> None:
    """What the next hook says; nothing that it would say already."""
    new = [line for line in (' '.join(line.split()) for line in lines) if line]

    def with_new(old: list[str]) -> list[str]:
        return [old[0], *list(dict.fromkeys([*old[1:], *new]))[-MOST_LINES:]]

    _change(common, with_new)


def take_lines(common: str) -> list[str]:
    """What is to be said, which counts as said from now on."""
    taken: list[str] = []

    def without_lines(lines: list[str]) -> list[str]:
        taken.extend(lines[1:])
        return lines[:1]

    if len(_read(common)) > 1:
        _change(common, without_lines)
    return taken


def mark(common: str, name: str) -> None:
    """Remembers that something happened; trouble with that is no reason to stop."""
    try:
        os.close(_opened(common, name))
    except OSError:
        return


def is_marked(common: str, name: str) -> bool:
    """Did it happen?"""
    return os.path.exists(path_of(common, name))


def path_of(common: str, name: str) -> str:
    """A file of ours in git's common folder."""
    return os.path.join(common, 'learn-hook', name)


def lock_of(common: str, name: str, seconds: float = 0.0) -> int | None:
    """The kernel's lock on a file of ours, as the descriptor that holds it; None where another
    process keeps it for so long.
    """
    deadline = time.monotonic() + seconds
    try:
        import fcntl  # Windows has none

        lock = _opened(common, name)
    except (OSError, ImportError):
        return None
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # noqa: PERF203  (another process has it)
            if time.monotonic() >= deadline:
                os.close(lock)
                return None
            time.sleep(0.01)
        else:
            return lock


def _opened(common: str, name: str) -> int:
    os.makedirs(path_of(common, ''), mode=0o700, exist_ok=True)
    return os.open(path_of(common, name), os.O_WRONLY | os.O_CREAT, 0o600)


def _read(common: str) -> list[str]:
    """The lines, of which the first is always there."""
    try:
        with open(path_of(common, 'schedule'), encoding='utf-8', errors='replace') as file:
            return file.read().split('\n')[:-1] or ['']
    except OSError:
        return ['']


def _change(common: str, new: Callable[[list[str]], list[str]]) -> None:
    """One change, in one rename; the file is removed when empty. Everything in it can be computed
    again, and a push waits for it: so a lock that is kept and a full disk are no trouble.
    """
    lock = lock_of(common, 'lock-schedule', 0.2)
    lines = new(_read(common))
    path, aside = path_of(common, 'schedule'), path_of(common, 'schedule.new')
    try:
        with open(aside, 'w', encoding='utf-8', errors='replace') as file:
            file.writelines(f'{line}\n' for line in lines)
        os.replace(aside, path)
    except OSError:
        delete(aside)
    if not any(lines):
        delete(path)
    if lock is not None:
        os.close(lock)


def delete(path: str) -> None:
    """Deletes a file that may be gone already."""
    try:
        os.unlink(path)
    except OSError:
        return
