"""Redaction: text in, `Redacted` out. No other package makes one."""

from __future__ import annotations

from learn_core.redact.compression import compressed, decompressed
from learn_core.redact.engine.scanner import cache_folder, warm
from learn_core.redact.known.local import local_secrets, redactor_in
from learn_core.redact.known.values import Local, known_values
from learn_core.redact.redactor import Redacted, Redactor
from learn_core.redact.suspects import Suspect, suspects

__all__ = [
    'Local',
    'Redacted',
    'Redactor',
    'Suspect',
    'cache_folder',
    'compressed',
    'decompressed',
    'known_values',
    'local_secrets',
    'redactor_in',
    'suspects',
    'warm',
]
