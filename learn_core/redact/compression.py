"""Redacted texts, compressed in memory; a decompressed text is still `Redacted`."""

from __future__ import annotations

import zlib

from learn_core.redact.redactor import Redacted


def compressed(text: Redacted) -> bytes:
    """The text as bytes; lone surrogates become `?`."""
    return zlib.compress(text.encode('utf-8', 'replace'), 1)


def decompressed(data: bytes) -> Redacted:
    """The text that was compressed."""
    return Redacted(zlib.decompress(data).decode())
