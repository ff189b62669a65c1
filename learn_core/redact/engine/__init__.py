"""The scanner, its rules and its time limits."""

from __future__ import annotations
