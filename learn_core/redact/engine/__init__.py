"""The scanner, its rules and its time limit."""

from __future__ import annotations
