"""What a push pays for the hook: pairs in one run, with ours and with a hook of two lines of sh.

Beside the time on the wall stands that of the processor, of all processes that the push waits for:
on a machine that others use as well it is the steadier one.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from learn_core.plans.record import records
from learn_core.push import spool
from learn_demo import StandIn, sample
from learn_demo.show import environment, git, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WORD = 'bench-token'
TWO_LINES = '#!/bin/sh\nexit 0\n'
REFS = 1000
SECONDS_OF_A_SLOW_GITHUB = 5.0
SECONDS_TO_REST = 60


class Cost(NamedTuple):
    """In milliseconds."""

    wall: float
    processor: float


class Pair(NamedTuple):
    """One without us, and one with us."""

    without: Cost
    ours: Cost


def main() -> None:
    """Prints a table."""
    # what still runs in the background at the end finds its folder gone, and ends
    scratch = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with scratch, StandIn.started() as hub:
        place = Path(scratch.name).resolve()
        hub.tokens = {WORD: {'login': 'ann', 'scopes': {'repo', 'gist', 'workflow'}}}
        world = environment(place, hub.url, WORD)
        ours, plain = place / 'ours' / 'widgets', place / 'plain' / 'widgets'
        for worktree in (ours, plain):
            worktree.parent.mkdir()
            prepare(worktree, world)
        hook = plain / '.git' / 'hooks' / 'pre-push'
        hook.write_text(TWO_LINES, encoding='utf-8')
        sample.populate(hub, ours, place / 'claude')
        git(['config', 'learn-hook.every', '0'], ours, world)

        print(f'{"medians of pairs":<42}{"without":>9}{"ours":>9}{"ratio":>7}{"added":>9}')
        line = f'refs/heads/topic {"a" * 40} refs/heads/topic {"0" * 40}\n'
        native = (str(ours / '.git' / 'hooks' / 'pre-push'), 'origin', 'url')
        python = (sys.executable, '-c', 'pass')
        calls = (_called(python, ours, world, ''), _called(native, ours, world, line))
        _tell('hook of an ordinary push / python -c pass', _pairs(60, *calls))
        pushes = (_pushed(plain, world), _pushed(ours, world))
        _tell('push of a plan branch', _pairs(20, *pushes, after=lambda: _rest(ours / '.git')))
        hub.misbehave(times=10**6, delay_seconds=SECONDS_OF_A_SLOW_GITHUB)
        _tell(f'the same, GitHub answers after {SECONDS_OF_A_SLOW_GITHUB:g} s', _pairs(20, *pushes))
        for worktree in (ours, plain):
            _make_refs(worktree, world)
        refs = (_all_pushed(plain, world), _all_pushed(ours, world))
        _tell(f'push of {REFS:,} refs, none a plan', _pairs(5, *refs))


def _pairs(
    count: int,
    without: Callable[[], Cost],
    ours: Callable[[], Cost],
    after: Callable[[], None] = lambda: None,
) -> list[Pair]:
    """Both, one after the other, in turns of who is first."""
    found: list[Pair] = []
    for number in range(count):
        if number % 2:
            mine, other = ours(), without()
        else:
            other, mine = without(), ours()
        found.append(Pair(other, mine))
        after()
    return found


def _tell(what: str, pairs: list[Pair]) -> None:
    print(what)
    for name in Cost._fields:
        both = [(getattr(pair.without, name), getattr(pair.ours, name)) for pair in pairs]
        other, mine = (median(pair[side] for pair in both) for side in (0, 1))
        ratio = median(mine / other for other, mine in both)
        added = median(mine - other for other, mine in both)
        numbers = f'{other:>9.1f}{mine:>9.1f}{ratio:>7.2f}{added:>9.1f}'
        print(f'{f"  {name}, ms":<42}{numbers}', flush=True)


def _measured(act: Callable[[], object]) -> Cost:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    act()
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall * 1000, spent * 1000)


def _called(
    words: tuple[str, ...], folder: Path, world: Mapping[str, str], stdin: str
) -> Callable[[], Cost]:
    given = stdin.encode()
    return lambda: _measured(
        lambda: subprocess.run(words, cwd=folder, env=world, input=given, check=True)
    )


def _pushed(worktree: Path, world: Mapping[str, str]) -> Callable[[], Cost]:
    """A commit more on the plan branch, which is then pushed."""

    def push() -> Cost:
        git(['commit', '--quiet', '--allow-empty', '--message', 'More'], worktree, world)
        return _measured(lambda: git(['push', '--quiet', 'origin', sample.BRANCH], worktree, world))

    return push


def _make_refs(worktree: Path, world: Mapping[str, str]) -> None:
    git(['switch', '--quiet', '--detach', 'master'], worktree, world)
    lines = ''.join(f'create refs/heads/topic/of-some-length-{n} master\n' for n in range(REFS))
    words = ('git', 'update-ref', '--stdin')
    subprocess.run(words, cwd=worktree, env=world, input=lines.encode(), check=True)


def _all_pushed(worktree: Path, world: Mapping[str, str]) -> Callable[[], Cost]:
    """To a new bare repository each time."""

    def push() -> Cost:
        with tempfile.TemporaryDirectory(dir=worktree.parent) as bare:
            git(['init', '--quiet', '--bare', bare], worktree, world)
            words = ['push', '--quiet', bare, 'refs/heads/topic/*:refs/heads/topic/*']
            return _measured(lambda: git(words, worktree, world))

    return push


def _rest(common: Path) -> None:
    """Until no run of before is at work beside the next pair."""
    deadline = time.monotonic() + SECONDS_TO_REST
    while time.monotonic() < deadline:
        known = records(common)
        waits = any(record.is_waiting for record in known)
        if known and not (spool.files(str(common)) or waits):
            return
        time.sleep(0.05)


if __name__ == '__main__':
    main()
