"""What is measured of sessions on their way, for who looks at what leaves. None of it is sent."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents.claude import Image, Note, ToolUse, Unknown

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Mapping

    from learn_core.agents.claude import Block, Entry


class Measures(NamedTuple):
    """Times, tokens and bytes.

    `times` has for each log, by the name of its files without part and end, when each of its
    pieces was said, in seconds since 1970, 0 where that is not known. `tokens` has for each file
    those of each tag. `steps` are the bytes of all texts behind each step: `outputs` of them were
    read beside the logs, `said` is what is left of entries that say something, `redacted`, `once`
    and `short` what is left behind that rule; `parameters` and `short parameters` are the share of
    tool uses in the last two.
    """

    times: dict[str, array[int]]
    tokens: dict[str, Mapping[str, int]]
    steps: Counter[str]

    def add(self, other: Measures) -> None:
        """What another session brought."""
        self.times.update(other.times)
        self.tokens.update(other.tokens)
        self.steps.update(other.steps)


def no_measures() -> Measures:
    """Nothing measured yet."""
    return Measures({}, {}, Counter())


def moment(time: str) -> int:
    """A log's time in seconds since 1970; 0 for none."""
    zone = '+00:00' if time.endswith(('Z', 'z')) else time[-6:]
    try:
        return int(datetime.fromisoformat(time[:19] + zone).timestamp())
    except (ValueError, OverflowError):
        return 0


def tag_of(piece: str) -> str:
    """The tag that a piece begins with, two spaces and a `<` before it."""
    return piece[3 : 3 + 24].replace('>', ' ', 1).split(' ', 1)[0]


def weight(entries: Iterable[Entry]) -> int:
    """Bytes of the texts of entries."""
    return sum(sum(weights(entry.blocks)) for entry in entries)


def weights(blocks: Iterable[Block]) -> tuple[int, int]:
    """Bytes of texts: of tool uses, and of everything else; of images nothing."""
    uses, others = 0, 0
    for block in blocks:
        if isinstance(block, ToolUse):
            uses += sum(size(key) + _value_size(given) for key, given in block.parameters.items())
        elif isinstance(block, Note):
            others += size(block.text) + sum(size(value) for _, value in block.facts)
        elif not isinstance(block, Image | Unknown):
            others += size(block.text)
    return uses, others


def size(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text) if text.isascii() else len(text.encode('utf-8', 'replace'))


def _value_size(value: object) -> int:
    return size(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
