"""What runs while git waits: imports `os`, `sys`, `time` and `json` alone."""

from __future__ import annotations
