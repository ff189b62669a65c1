"""How fast step 3 is, against the least that it could cost.

The floor is a bare `orjson.loads` loop over the same lines, and tiktoken over the text that came
out, both on one core: reading and counting can't be had for less. What is measured is everything:
reading, filtering, redaction, rendering, counting, proof. Loading the scanner's rules and the
vocabulary is not in it.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from benchmarks import logs
from learn_core.agents import transcript_of
from learn_core.errors import LearnError
from learn_core.preprocess import Chunk, Job, count_tokens, preprocess
from learn_core.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DEFAULT_BYTES = 50_000_000
ROUNDS = 7


def main(words: Sequence[str]) -> None:
    """`speed [FOLDER]`: the logs of a folder, else the sample plan over and over."""
    with tempfile.TemporaryDirectory() as scratch:
        if words:
            _tell('logs', logs.in_folder(Path(words[0])))
        else:
            _tell('many sessions', logs.many_sessions(Path(scratch), DEFAULT_BYTES))
            _tell('one session', [logs.one_session(Path(scratch), DEFAULT_BYTES)])
    own, other = (
        resource.getrusage(who).ru_maxrss // 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f'peak memory, with all lines held for the floor: {own} MB (children {other} MB)')


def _tell(name: str, paths: list[Path]) -> None:
    redactor = Redactor()
    lines = [line for path in paths for line in path.read_bytes().splitlines()]
    size = sum(map(len, lines))
    jobs = [Job(transcript_of(path), 'impl') for path in paths]

    def run() -> list[Chunk]:
        return [
            chunk
            for session in preprocess(jobs, redactor=redactor)
            for chunk in (() if isinstance(session, LearnError) else session.chunks)
        ]

    files = run()
    texts = [file.text for file in files]
    cores = _cores()

    measured: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for what, wanted, step in (
            ('loads', cores[:1], lambda: _loads(lines)),
            ('counts', cores[:1], lambda: _counts(texts)),
            ('one core', cores[:1], run),
            ('two cores', cores[:2], run),
        ):
            measured.setdefault(what, []).append(_timed(step, wanted))
    floor = [a + b for a, b in zip(measured['loads'], measured['counts'], strict=True)]
    print(
        f'{name}: {len(paths)} logs, {size / 1e6:.1f} MB, {sum(f.tokens for f in files):,} tokens'
    )
    _row('floor (loads and counts)', floor, size, floor, measured['loads'])
    _row('preprocess on one core', measured['one core'], size, floor, measured['loads'])
    _row('preprocess on two cores', measured['two cores'], size, floor, measured['loads'])


def _row(
    name: str, seconds: list[float], size: int, floor: list[float], loads: list[float]
) -> None:
    ratios = [mine / least for mine, least in zip(seconds, floor, strict=True)]
    print(
        f'  {name:<26}{size / statistics.median(seconds) / 1e6:7.1f} MB/s'
        f'   to the floor {statistics.median(ratios):5.2f} ({min(ratios):.2f} to {max(ratios):.2f})'
        f'   to loads {statistics.median(seconds) / statistics.median(loads):6.1f}'
    )


def _timed(step: Callable[[], object], cores: list[int]) -> float:
    if hasattr(os, 'sched_setaffinity'):
        os.sched_setaffinity(0, cores)
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else [0, 1]


def _loads(lines: list[bytes]) -> None:
    for line in lines:
        try:
            orjson.loads(line)
        except orjson.JSONDecodeError:
            continue


def _counts(texts: Sequence[str]) -> None:
    for text in texts:
        count_tokens(text)


if __name__ == '__main__':
    main(sys.argv[1:])
