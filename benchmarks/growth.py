"""Time and memory of one session of 1, 10, 100 and 1,000 MB, each in a process of its own."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import logs
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
    for session in preprocess([Job(log, log.stem, 'impl', lambda _: None)], redactor=redactor):
        if isinstance(session, LearnError):
            raise session
    seconds = time.perf_counter() - began
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f'{seconds:.3f} {own} {_of_children()}'


def _of_children() -> int:
    """The peak memory of the forked counter in MB; pages that it shares are in it."""
    children = Path(f'/proc/self/task/{os.getpid()}/children')
    if not children.exists():
        return 0
    peaks = [
        int(line.split()[1]) // 1024
        for child in children.read_text().split()
        for line in Path(f'/proc/{child}/status').read_text().splitlines()
        if line.startswith('VmHWM')
    ]
    return max(peaks, default=0)


if __name__ == '__main__':
    main(sys.argv[1:])
