"""Where materials go: one interface, a module per kind of place."""

from __future__ import annotations
