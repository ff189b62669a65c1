"""The rows for a person, each as soon as it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.doctor.case import BROKEN, OK, UNKNOWN, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.doctor import Row

_STYLES = {OK: 'green', WARNING: 'yellow', BROKEN: 'bold red', UNKNOWN: 'dim'}
_WIDTHS = (9, 16)


def shown(rows: Iterable[Row]) -> Iterator[Row]:
    """Prints what goes through, in the width of the terminal, 80 where there is none."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    for row in rows:
        table = Table.grid(expand=True)
        for width in _WIDTHS:
            table.add_column(width=width)
        table.add_column(overflow='fold', ratio=1)
        said = Text(_plain(row.found))
        if row.mend:
            said.append(f'\n-> {_plain(row.mend)}', style='bold')
        table.add_row(Text(row.mark, style=_STYLES[row.mark]), row.name, said)
        console.print(table)
        yield row


def _plain(text: str) -> str:
    """What comes from GitHub or a config file moves no cursor."""
    return ''.join(sign if sign.isprintable() else '?' for sign in text)
