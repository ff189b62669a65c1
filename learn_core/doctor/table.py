"""The rows for a person, each as soon as it is known."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING

from learn_core.doctor.case import BROKEN, OK, UNKNOWN, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.doctor import Row

_STYLES = {OK: 'green', WARNING: 'yellow', BROKEN: 'bold red', UNKNOWN: 'dim'}
_WIDTHS = (9, 16)


def shown(rows: Iterable[Row]) -> Iterator[Row]:
    """Prints what goes through, in the width of the terminal, 80 where there is none. A word is
    never broken: it may be a path.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console()
    width = shutil.get_terminal_size().columns - sum(_WIDTHS)
    for row in rows:
        said = [(line, '') for line in _wrapped(row.found, width)]
        said += [(line, 'bold') for line in _wrapped(f'-> {row.fix}' if row.fix else '', width)]
        mark, name = row.mark, row.name
        for line, style in said:
            text = Text(mark.ljust(_WIDTHS[0]), style=_STYLES[row.mark])
            text.append(name.ljust(_WIDTHS[1]), style='default')
            text.append(line, style=style or 'default')
            console.print(text, soft_wrap=True)
            mark = name = ''
        yield row


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of a text, in which what comes from GitHub or a config file moves no cursor."""
    plain = ''.join(sign if sign.isprintable() else '?' for sign in text)
    return textwrap.wrap(plain, width, break_long_words=False, break_on_hyphens=False)
