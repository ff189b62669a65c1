"""The person at the keyboard, if there is one."""

from __future__ import annotations

import sys


def is_there() -> bool:
    """Can a person be asked?"""
    ends = (sys.stdin, sys.stderr)  # None where it was closed
    return all(end is not None and end.isatty() for end in ends)


def agreed(question: str) -> bool:
    """What the person says; anything but a yes is a no."""
    sys.stderr.write(f'learn-hook: {question} [y/N] ')
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ('y', 'yes')
