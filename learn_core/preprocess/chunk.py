"""The files that a session becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learn_core.redact import compressed, decompressed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learn_core.redact import Redacted


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """One finished file: XML 1.0, redacted, `tokens` counted by `cl100k` over the whole text.

    The text is kept compressed: a session of 1 GB has some 100 MB of it.
    """

    name: str
    tokens: int
    compressed: bytes = field(repr=False)

    @property
    def text(self) -> Redacted:
        """The file's text."""
        return decompressed(self.compressed)


def chunk_of(name: str, text: Redacted, tokens: int) -> Chunk:
    """The chunk that holds a text."""
    return Chunk(name=name, tokens=tokens, compressed=compressed(text))


@dataclass(frozen=True, kw_only=True)
class Preprocessed:
    """The files of a session and its sub-agents; none if it is empty or a warm-up.

    `left_out` counts what each rule dropped, `redactions` what was redacted, by kind. `bytes_in`
    and `entries` are those of the session's transcript and its sub-agents' together. `secrets` are
    the values that were redacted, with their kinds: they stay in memory.
    """

    session_id: str
    chunks: tuple[Chunk, ...]
    left_out: Mapping[str, int]
    redactions: Mapping[str, int]
    unreadable: int
    bytes_in: int
    entries: int
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def tokens(self) -> int:
        """Of all files."""
        return sum(chunk.tokens for chunk in self.chunks)
