"""Tool results that were too large for the log and are stored in a file beside it.

Newer clients write such a result to `<session-id>/tool-results/` and leave a preview with its path
in the log. The path is data from a log: only a plain file of the session's own folder is read.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from learn_core.agents.entry import ToolResult
from learn_core.agents.lines import open_log
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from learn_core.agents.entry import Entry

LONGEST_OUTPUT = 16_000_000  # bytes

_PERSISTED = '<persisted-output>'
_HEAD = 4_000  # characters of a result in which its path is named
_SAVED_TO = re.compile(
    r'[Ff]ull output saved to: {0,8}(?:[^\n]*[/\\])?(?P<session>[^/\\\n]+)'
    r'[/\\]tool-results[/\\](?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)[ \t]*(?:\r?\n|\Z)'
)


def with_outputs(entry: Entry, files: Sequence[Path], session_id: str) -> Entry:
    """The entry with each of its results in full, if it is in the session's own folder."""
    if not any(
        isinstance(block, ToolResult) and block.text.startswith(_PERSISTED)
        for block in entry.blocks
    ):
        return entry
    folders = dict.fromkeys(
        folder for log in files for folder in (log.with_name(session_id), log.with_suffix(''))
    )
    blocks = (
        _in_full(block, [*folders]) if isinstance(block, ToolResult) else block
        for block in entry.blocks
    )
    return entry._replace(blocks=tuple(blocks))


def _in_full(result: ToolResult, folders: list[Path]) -> ToolResult:
    if not result.text.startswith(_PERSISTED):
        return result
    saved = _SAVED_TO.search(result.text[:_HEAD])
    if saved is None:
        return result
    for folder in folders:
        path = folder / 'tool-results' / saved['name']
        with suppress(LearnError, OSError):
            if saved['session'] == folder.name and path.resolve().parent == _inside(folder):
                with open_log(path) as file:
                    return result._replace(text=_shown(file.read(LONGEST_OUTPUT + 1)))
    return result


def _inside(folder: Path) -> Path:
    """Where a session's results really are, if no link leads elsewhere."""
    return folder.resolve() / 'tool-results'


def _shown(data: bytes) -> str:
    text = data[:LONGEST_OUTPUT].decode('utf-8', 'replace')
    return text if len(data) <= LONGEST_OUTPUT else f'{text}\n... [the rest was not read] ...'
