"""The person at the keyboard, if there is one: not a program, and not an agent."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.push.agent import agent_in

if TYPE_CHECKING:
    import argparse


def is_there() -> bool:
    """Can a person be asked?"""
    ends = (sys.stdin, sys.stderr)  # None where it was closed
    return all(end is not None and end.isatty() for end in ends)


def agreed(question: str) -> bool:
    """Asks the person; anything but a yes is a no, and so is a missing terminal."""
    if not is_there():
        return False
    sys.stderr.write(f'learn-hook: {question} [y/N] ')
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ('y', 'yes')


def refuse_agent(doing: str) -> None:
    """Raises LearnError where an agent runs the command: it is not the person."""
    agent = agent_in(dict(os.environ))
    if agent:
        raise LearnError(
            f'{agent} runs this, and only a person may {doing}; a person can run the same command '
            'in a terminal of their own'
        )


def wants_json(arguments: argparse.Namespace) -> bool:
    """Does a program read the result?"""
    return bool(arguments.json) or sys.stdout is None or not sys.stdout.isatty()
