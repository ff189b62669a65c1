"""Which plan a branch belongs to, and what became of it."""

from __future__ import annotations
