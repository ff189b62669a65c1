"""The ground on which a fault happens: a world all of whose processes can be found again."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.promises.world import learn_hook, plans, said, sent, with_python

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.inside import Said
    from tests.promises.world import World

MARK = 'FAULTS_MARK'
SECONDS = 120
LOOKS = 3
PAUSE = 0.02


@dataclass(kw_only=True)
class Ground:
    """`mark` is in the environment of every process of ours, `temp` is their folder for
    temporary files, `secret` is in the session's `log`, `words` is all that was printed so far.
    `git push` starts behind `prefix`; `stack` is undone in the end. `states` counts the tips of the
    plan branch that were pushed: each is learned from once.
    """

    world: World
    mark: str
    temp: Path
    home: Path
    python: Path
    secret: str
    log: Path
    number: int = 5
    states: int = 1
    words: list[str] = field(default_factory=list)
    prefix: tuple[str, ...] = ()
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def branch(self) -> str:
        """The plan's."""
        return f'P{self.number}-x'

    @property
    def journal(self) -> Path:
        """The folder of all that we write down."""
        return self.world.common / 'learn-hook'


def processes(ground: Ground) -> list[int]:
    """The pids of all that runs with the mark; one that has ended has no environment."""
    mark = f'{MARK}={ground.mark}\0'.encode()
    return [int(name) for name in os.listdir('/proc') if mark in _read(name, 'environ')]


def _read(pid: int | str, name: str) -> bytes:
    try:
        return Path(f'/proc/{pid}/{name}').read_bytes()
    except OSError:
        return b''


def words_of(pid: int) -> list[str]:
    """A process's command line."""
    return os.fsdecode(_read(pid, 'cmdline')).split('\0')


def kill(ground: Ground) -> None:
    """Ends all of ours at once, as on a machine that is switched off. A process that dies loses
    its environment before its locks: only a zombie, or none, holds nothing more.
    """
    killed: set[int] = set()
    for _ in range(LOOKS):
        while left := processes(ground):
            killed.update(left)
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(PAUSE)
    while any(_read(pid, 'stat').rpartition(b') ')[2][:1] not in (b'', b'Z') for pid in killed):
        time.sleep(PAUSE)


def have_ended(ground: Ground) -> bool:
    """Is no process of ours left?"""
    return not processes(ground)


def are_at_rest(ground: Ground) -> bool:
    """Is none of ours left but one that sleeps until a run is due again (and who traces it)?"""
    left = map(words_of, processes(ground))
    return all('import sleep' in ' '.join(words) or words[0] == 'strace' for words in left)


def wait_for(ground: Ground, is_so: Callable[[], bool]) -> None:
    """Waits for a condition, for two minutes at most. No run is done before GitHub has it.

    A process that becomes another program shows no environment for a moment, so that one look is
    none.
    """
    deadline = time.monotonic() + SECONDS
    seen = 0
    while seen < LOOKS:
        seen = seen + 1 if is_so() else 0
        assert_not_done_too_early(ground)
        if time.monotonic() > deadline:
            left = [words_of(pid) for pid in processes(ground)]
            raise AssertionError(f'timed out waiting for {is_so}; there is {left}')
        time.sleep(PAUSE)


def assert_not_done_too_early(ground: Ground) -> None:
    """Whoever says done has seen the dispatch."""
    done = {record.plan.number for record in plans(ground.world) if record.sent is not None}
    assert done <= set(sent(ground.world))


def push(ground: Ground, *words: str) -> Said:
    """`git push …`, and remembers what was said."""
    done = said(*ground.prefix, 'git', 'push', *words, cwd=ground.world.folder)
    return remembered(ground, done)


def command(ground: Ground, *words: str) -> Said:
    """`learn-hook …`, and remembers what was said."""
    return remembered(ground, learn_hook(ground.world, *words))


def remembered(ground: Ground, done: Said) -> Said:
    """Kept for the judgement, which looks for secrets in it."""
    ground.words.append(done.words)
    return done


def let_hooks_start(ground: Ground, python: Path | str) -> None:
    """The installed hooks start this Python from now on."""
    for name in ('pre-push', 'post-merge'):
        hook = ground.world.common / 'hooks' / name
        text = hook.read_text(encoding='utf-8')
        hook.write_text(with_python(text, str(python)), encoding='utf-8')


def wrap(ground: Ground, part: str, prefix: str) -> None:
    """From now on the `hook` or the `worker` starts behind a prefix: words of the shell."""
    hook, worker = (prefix if part == one else '' for one in ('hook', 'worker'))
    ground.python.write_text(
        '#!/bin/bash\n'
        'case " $* " in *" learn_core.worker.loop "*) '
        f"""exec {worker} {sys.executable} "$@" ;; esac\n"""
        f"""exec {hook} bash -c 'exec -a "$0" {sys.executable} "$@"' "$0" "$@"\n""",
        encoding='utf-8',
    )
    ground.python.chmod(0o755)
    let_hooks_start(ground, ground.python)
