"""Sessions as XML files within a token budget."""

from __future__ import annotations
