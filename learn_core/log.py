"""A plan's log: redacted lines with their time, in the folder of its record."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOST_BYTES = 40_000  # of a file; there are two of each log, so that 50 plans stay under 5 MB


def open_log(path: Path, redact: Callable[[str], str]) -> Callable[[str], None]:
    """A function that adds a line to the file. One that is full becomes `<name>.1`, in place of the
    one before. Write errors are ignored.
    """

    def say(line: str) -> None:
        stamp = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
        try:
            if path.exists() and path.stat().st_size > MOST_BYTES:
                path.replace(path.with_name(f'{path.name}.1'))
            with path.open('a', encoding='utf-8', errors='replace') as file:
                file.write(f'{stamp} {redact(line)}\n')
        except OSError:
            return

    return say
