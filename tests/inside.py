"""Runs the product's ways in inside this process: the same words, exit code and output as in a
process of its own, without the second that Python, the scanner and the vocabulary take to start.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Said(NamedTuple):
    """The exit code of a command, and what it wrote to standard error and output."""

    code: int
    words: str


def called(main: Callable[[], object], words: tuple[str, ...], cwd: Path) -> Said:
    """Calls a console function with these arguments, without standard input."""
    with tempfile.TemporaryFile() as out, ExitStack() as stack:
        stack.enter_context(_process(out.fileno(), words, cwd))
        try:
            code = main()
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
        sys.stderr.flush()
        out.seek(0)
        said = out.read().decode('utf-8', 'replace')
    return Said(code if isinstance(code, int) else int(code is not None), said)


@contextmanager
def _process(out: int, words: tuple[str, ...], cwd: Path) -> Iterator[None]:
    """Standard streams, arguments, environment and working directory as of a new process."""
    kept = sys.stdin, sys.stdout, sys.stderr, sys.argv, dict(os.environ), Path.cwd()
    descriptors = [os.dup(descriptor) for descriptor in range(3)]
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        for source, target in ((nothing, 0), (out, 1), (out, 2)):
            os.dup2(source, target)
        with ExitStack() as stack:
            sys.stdin = stack.enter_context(open(0, encoding='utf-8', closefd=False))
            sys.stdout = stack.enter_context(open(1, 'w', encoding='utf-8', closefd=False))
            sys.stderr = stack.enter_context(
                open(2, 'w', encoding='utf-8', closefd=False, buffering=1)
            )
            sys.argv = ['learn-hook', *words]
            os.chdir(cwd)
            yield
    finally:
        sys.stdin, sys.stdout, sys.stderr, sys.argv = kept[:4]
        os.environ.clear()
        os.environ.update(kept[4])
        os.chdir(kept[5])
        for target, descriptor in enumerate(descriptors):
            os.dup2(descriptor, target)
            os.close(descriptor)
        os.close(nothing)
