"""What is left out or shortened: one rule, one function."""

from __future__ import annotations
