"""Time and memory of one session of 1, 10, 100 and 1,000 MB, each in a process of its own, and of
two sessions of 500 MB side by side.
"""

from __future__ import annotations

import resource
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

RUNS = ((1, 1), (10, 1), (100, 1), (1000, 1), (500, 2))  # MB of a session, sessions


def main(words: Sequence[str]) -> None:
    """`growth`, or `growth one LOG…` for one of its processes."""
    if words[:1] == ['one']:
        print(_one([Path(word) for word in words[1:]]))
        return
    print(f'{"sessions":>16}{"seconds":>10}{"MB/s":>8}{"peak memory":>14}{"of a child":>14}')
    for size, count in RUNS:
        with tempfile.TemporaryDirectory() as scratch:
            folders = [Path(scratch, str(number)) for number in range(count)]
            made = [str(logs.one_session(folder, size * 1_000_000)) for folder in folders]
            command = (sys.executable, '-m', 'benchmarks.growth', 'one', *made)
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        seconds, own, child = said.split()
        rate = size * count / float(seconds)
        what = f'{count} of {size:,} MB'
        print(f'{what:>16}{float(seconds):>10.2f}{rate:>8.1f}{own:>11} MB{child:>11} MB')


def _one(paths: Sequence[Path]) -> str:
    redactor = Redactor()
    count_tokens('')
    jobs = [Job(transcript_of(path), 'impl') for path in paths]
    began = time.perf_counter()
    for session in preprocess(jobs, redactor=redactor):
        if isinstance(session, LearnError):
            raise session
    seconds = time.perf_counter() - began
    peaks = (
        resource.getrusage(who).ru_maxrss // 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return ' '.join(map(str, (seconds, *peaks)))


if __name__ == '__main__':
    main(sys.argv[1:])
