"""Redaction: text in, `Redacted` out. No other package makes one."""

from __future__ import annotations

from learn_core.redact.engine.scanner import cache_folder, warm
from learn_core.redact.known.local import redactor_in, redactor_of
from learn_core.redact.redactor import Redacted, Redactor, compressed, decompressed
from learn_core.redact.suspects import Suspect, suspects

__all__ = [
    'Redacted',
    'Redactor',
    'Suspect',
    'cache_folder',
    'compressed',
    'decompressed',
    'redactor_in',
    'redactor_of',
    'suspects',
    'warm',
]
