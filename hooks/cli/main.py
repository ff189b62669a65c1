"""`learn-hook`, the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hooks.cli import terminal, use, waiting
from hooks.cli.parser import parser
from learn_core.errors import guarded, say_on_stderr
from learn_core.status import error_line

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_WITH_RESULT = (use.run, use.bare, waiting.send)


def console() -> None:
    """The console script `learn-hook`."""
    sys.exit(main(sys.argv[1:]))


def main(words: Sequence[str]) -> int:
    """0, or 1 for an error and 2 for wrong usage, each with one line on standard error. A program
    that reads the result of a run gets the error as JSON too.
    """
    arguments: list[argparse.Namespace] = []

    def body() -> int:
        try:
            arguments.append(parser().parse_args(words))
            return int(arguments[0].command(arguments[0]))
        except SystemExit:  # of --help and --version
            return 0

    def say(line: str) -> None:
        say_on_stderr(line)
        if any(one.command in _WITH_RESULT and terminal.wants_json(one) for one in arguments):
            print(error_line(line))

    return guarded(body, say=say, always_zero=False)


if __name__ == '__main__':
    console()
