"""Step 1: a plan's sessions."""

from __future__ import annotations
