"""Means of injury: each is made around a push, and taken away after it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.faults.ground import kill, let_hooks_start, processes, words_of, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from tests.faults.ground import Ground
    from tests.faults.judgement import Injury


def behind(part: str, prefix: str) -> Injury:
    """The hook's or the worker's Python starts behind these words of the shell."""

    @contextmanager
    def injury(ground: Ground) -> Iterator[None]:
        wrap(ground, part, prefix)
        yield
        let_hooks_start(ground, sys.executable)

    return injury


def traced(part: str, calls: str, doing: str) -> Injury:
    """strace does something at a system call of the hook or the worker; where calls fail, of the
    worker's children as well.
    """

    @contextmanager
    def injury(ground: Ground) -> Iterator[None]:
        if shutil.which('strace') is None:
            pytest.skip('there is no strace')
        # the push waits for the hook, so that its tracer stands aside; behind a filter, which is
        # quicker, strace lets the first process live
        how = '-D' if part == 'hook' else '' if 'signal' in doing else '-f --seccomp-bpf'
        what = f'-e signal=none -e trace={calls} -e inject={calls}:{doing}'
        with behind(part, f'strace {how} -qq -o {_report(ground)} {what}')(ground):
            yield

    return injury


def was_hit(ground: Ground) -> bool:
    """Did strace get to do what it was told?"""
    report = _report(ground)
    said = report.read_text(encoding='utf-8', errors='replace') if report.exists() else ''
    report.unlink(missing_ok=True)
    return 'INJECTED' in said or '= ?' in said  # a call that did not come back


def _report(ground: Ground) -> Path:
    return ground.python.with_name('strace')


def pushed_behind(*words: str) -> Injury:
    """The whole `git push` starts behind these words."""

    @contextmanager
    def injury(ground: Ground) -> Iterator[None]:
        ground.prefix = words
        yield
        ground.prefix = ()

    return injury


def with_environment(**variables: str | None) -> Injury:
    """Variables have other values, or none."""

    @contextmanager
    def injury(_: Ground) -> Iterator[None]:
        before = {name: os.environ.get(name) for name in variables}
        _set(variables)
        yield
        _set(before)

    return injury


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def without_room(place: Callable[[Ground], Path], *, of: str, left: int = 0) -> Injury:
    """A folder lies on a small file system, whose bytes or inodes are used up but for a few."""

    @contextmanager
    def injury(ground: Ground) -> Iterator[None]:
        options = 'size=1m' if of == 'bytes' else 'nr_inodes=600'
        words = ('-t', 'tmpfs', '-o', options, 'none')
        ground.stack.enter_context(_mounted(place(ground), *words, is_new=True))
        fillers = place(ground) / 'fillers'
        fillers.mkdir()
        (_fill_bytes if of == 'bytes' else _fill_inodes)(fillers, left)
        yield
        shutil.rmtree(fillers)

    return injury


def read_only(place: Callable[[Ground], Path]) -> Injury:
    """A folder that can't be written to, by root neither."""

    @contextmanager
    def injury(ground: Ground) -> Iterator[None]:
        folder = str(place(ground))
        with _mounted(place(ground), '--bind', folder, is_new=False):
            subprocess.run(['mount', '-o', 'remount,ro,bind', folder], check=True)
            yield

    return injury


@contextmanager
def _mounted(folder: Path, *words: str, is_new: bool) -> Iterator[None]:
    """Something is mounted on a folder, with what lay there where it is a new file system."""
    kept = folder.with_name(f'{folder.name}.kept')
    if is_new:
        shutil.copytree(folder, kept, symlinks=True)
    done = subprocess.run(['mount', *words, str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip('nothing may be mounted here')
    try:
        if is_new:
            shutil.copytree(kept, folder, symlinks=True, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(['umount', '-l', str(folder)], check=True)
        shutil.rmtree(kept, ignore_errors=True)


def _fill_bytes(folder: Path, left: int) -> None:
    file = folder / 'bytes'
    with file.open('wb', buffering=0) as filling, suppress(OSError):
        while True:
            filling.write(bytes(4096))
    os.truncate(file, max(0, file.stat().st_size - left))


def _fill_inodes(folder: Path, left: int) -> None:
    with suppress(OSError):
        for number in count():
            (folder / str(number)).touch()
    for number in range(left):
        (folder / str(number)).unlink()


def badly_served(*, hangs: bool = False, **fault: Any) -> Injury:
    """The stand-in misbehaves. If it `hangs`, the run does not end by itself."""

    @contextmanager
    def injury(ground: Ground) -> Iterator[Callable[[], bool] | None]:
        hub = ground.world.hub
        is_reached: list[bool] = []
        hub.misbehave(meanwhile=lambda: is_reached.append(True), **fault)
        yield (lambda: bool(is_reached)) if hangs else None
        assert is_reached
        hub.behave()

    return injury


def meanwhile(do: Callable[[Ground], None], **fault: Any) -> Injury:
    """Something happens on the machine while a request is under way."""

    @contextmanager
    def injury(ground: Ground) -> Iterator[None]:
        hub = ground.world.hub
        hub.misbehave(meanwhile=lambda: do(ground), **fault)
        yield
        hub.behave()

    return injury


def killed_at(**fault: Any) -> Injury:
    """kill -9 while that request is under way."""
    return meanwhile(kill, **fault)


def workers(ground: Ground) -> list[int]:
    """The pids of what works in the background."""
    return [pid for pid in processes(ground) if 'learn_core.worker.loop' in words_of(pid)]


def stop(ground: Ground) -> None:
    """As Ctrl-Z does."""
    for pid in workers(ground):
        os.kill(pid, signal.SIGSTOP)


def go_on(ground: Ground) -> None:
    """As `fg` does."""
    for pid in workers(ground):
        os.kill(pid, signal.SIGCONT)
