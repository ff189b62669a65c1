"""What runs while git waits: imports `os`, `sys` and `time` alone."""

from __future__ import annotations
