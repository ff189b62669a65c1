"""Characters that can't be seen, or that turn what is around them, found so that they are shown.

Also found are redactions. The page's script finds the same ones, from the same `RANGES`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# first and last: controls, soft hyphen, joiners, fillers, bidirectional controls, selectors, tags
RANGES = (
    (0x00, 0x08),
    (0x0B, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0E),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
PLACEHOLDER = r'\[REDACTED:([a-z0-9-]+):(\d+)\]'

_ODD = '[' + ''.join(f'{chr(first)}-{chr(last)}' for first, last in RANGES) + ']'
_FOUND = re.compile(f'(?P<odd>{_ODD})|{PLACEHOLDER}')


class Segment(NamedTuple):
    """A stretch of a text: `kind` is `odd` for one such character, `redacted`, or empty."""

    text: str
    kind: str = ''

    @property
    def name(self) -> str:
        """An odd character's name: `U+202E`."""
        return f'U+{ord(self.text):04X}'


def segments(text: str) -> Iterator[Segment]:
    """The text in stretches, nothing of it lost."""
    at = 0
    for found in _FOUND.finditer(text):
        if found.start() > at:
            yield Segment(text[at : found.start()])
        yield Segment(found[0], 'odd' if found['odd'] else 'redacted')
        at = found.end()
    if at < len(text):
        yield Segment(text[at:])


def plain(text: str) -> str:
    """The text for a terminal: odd characters by name, `<U+202E>`."""
    return ''.join(f'<{part.name}>' if part.kind == 'odd' else part.text for part in segments(text))
