"""`learn-hook`, the command line: `main` is the index of all commands."""

from __future__ import annotations
