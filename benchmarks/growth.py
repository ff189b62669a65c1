"""Time and memory of one session of 1, 10, 100 and 1,000 MB, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import logs
from learn_core.agents import transcript_of
from learn_core.errors import LearnError
from learn_core.preprocess import Job, count_tokens, preprocess
from learn_core.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = (1, 10, 100, 1000)  # MB


def main(words: Sequence[str]) -> None:
    """`growth`, or `growth one LOG` for one of its processes."""
    if words[:1] == ['one']:
        print(_one(Path(words[1])))
        return
    print(f'{"session":>10}{"seconds":>10}{"MB/s":>8}{"peak memory":>14}{"of the counter":>16}')
    for size in SIZES:
        with tempfile.TemporaryDirectory() as scratch:
            log = logs.one_session(Path(scratch), size * 1_000_000)
            command = (sys.executable, '-m', 'benchmarks.growth', 'one', str(log))
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        seconds, own, other = said.split()
        rate = size / float(seconds)
        print(f'{size:>7} MB{float(seconds):>10.2f}{rate:>8.1f}{own:>11} MB{other:>13} MB')


def _one(log: Path) -> str:
    redactor = Redactor()
    count_tokens('')
    began = time.perf_counter()
    for session in preprocess([Job(transcript_of(log), 'impl')], redactor=redactor):
        if isinstance(session, LearnError):
            raise session
    seconds = time.perf_counter() - began
    return f'{seconds:.3f} {peak("self")} {max(map(peak, _children()), default=0)}'


def _children() -> list[str]:
    """The forked counter, if there is one."""
    place = Path(f'/proc/self/task/{os.getpid()}/children')
    return place.read_text().split() if place.exists() else []


def peak(process: str) -> int:
    """A process's peak memory in MB; pages that are shared are in it. Linux knows it."""
    place = Path(f'/proc/{process}/status')
    lines = place.read_text().splitlines() if place.exists() else []
    return max((int(line.split()[1]) // 1024 for line in lines if 'VmHWM' in line), default=0)


if __name__ == '__main__':
    main(sys.argv[1:])
