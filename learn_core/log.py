"""A run's log: redacted lines with their time, in the run's own folder."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def open_log(path: Path, redact: Callable[[str], str]) -> Callable[[str], None]:
    """A function that adds a line to the file. A log that can't be written is no trouble."""

    def say(line: str) -> None:
        stamp = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
        try:
            with path.open('a', encoding='utf-8', errors='replace') as file:
                file.write(f'{stamp} {redact(line)}\n')
        except OSError:
            return

    return say
