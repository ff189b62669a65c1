"""The three ways in: a push, a merge, and by hand."""

from __future__ import annotations
