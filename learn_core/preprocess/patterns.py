"""The tables of `patterns.txt`, which tell what programs print and what commands do."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files


def pattern(name: str, flags: int = 0) -> re.Pattern[str]:
    """A table as one regular expression."""
    return re.compile('|'.join(_tables()[name]), flags)


@cache
def _tables() -> dict[str, list[str]]:
    text = files('learn_core.preprocess').joinpath('patterns.txt').read_text('utf-8')
    tables = (table.split('\n') for table in text.strip().split('\n\n')[1:])
    return {heading.partition(':')[0]: lines for heading, *lines in tables}
