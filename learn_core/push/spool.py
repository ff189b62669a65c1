"""What a hook writes down and the worker reads: `learn-hook/spool/`, JSON lines.

A file is one push or merge; a line of it is one branch, with the fields of a `Trigger`.
"""

from __future__ import annotations

import os
import time

from learn_core.push.schedule import delete, path_of
from learn_core.push.spawn import is_alive


def write(common: str, entries: list[dict[str, object]]) -> None:
    """Durable before it returns: written aside, flushed, renamed. Raises OSError."""
    folder = path_of(common, 'spool')
    os.makedirs(folder, mode=0o700, exist_ok=True)
    replace(os.path.join(folder, f'{time.time_ns()}-{os.getpid()}'), entries)


def files(common: str) -> list[str]:
    """The paths of all whole files, oldest first. Deletes temporary files of hooks that died."""
    folder = path_of(common, 'spool')
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    for name in names:
        pid = name.rpartition('-')[2]
        if name.startswith('.') and pid.isdigit() and not is_alive(int(pid)):
            delete(os.path.join(folder, name))
    whole = [os.path.join(folder, name) for name in names if not name.startswith('.')]
    return [path for path in whole if os.path.isfile(path)]


def read(path: str) -> list[dict[str, object]]:
    """The entries of a file; lines that are not JSON objects are left out."""
    import json

    try:
        with open(path, encoding='utf-8', errors='replace') as file:
            lines = file.read().split('\n')
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict):
            found.append(entry)
    return found


def replace(path: str, entries: list[dict[str, object]]) -> None:
    """The file holds these entries from now on; without any it is deleted. Raises OSError."""
    import json

    if not entries:
        delete(path)
        return
    folder, name = os.path.split(path)
    aside = os.path.join(folder, f'.{name.rpartition("-")[0]}-{os.getpid()}')
    make_durable(path, aside, ''.join(f'{json.dumps(entry)}\n' for entry in entries))


def make_durable(path: str, aside: str, text: str) -> None:
    """The file has this text, all of it, also after a crash of the machine. Raises OSError, and
    then leaves nothing aside.
    """
    try:
        with open(aside, 'w', encoding='utf-8') as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError:  # a full disk
        delete(aside)
        raise
    flush(os.path.dirname(path))


def flush(folder: str) -> None:
    """What was renamed in a folder survives a crash of the machine, where the system can do it."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folder
        return
    try:
        os.fsync(descriptor)
    except OSError:  # not every file system can
        pass
    finally:
        os.close(descriptor)


def split_password(url: str) -> tuple[str, str]:
    """A URL as it may be written down, and the `user:password` that stood in it, '' for none.

    Of what stands before the host only an ssh user stays.
    """
    scheme, mark, rest = url.partition('://')
    authority, slash, path = rest.partition('/')
    user, at, host = authority.rpartition('@')
    if not mark or not at:
        return url, ''
    kept = f'{user.partition(":")[0]}@' if scheme.endswith('ssh') else ''
    return f'{scheme}://{kept}{host}{slash}{path}', '' if kept else user
