"""What is known of each coding agent's transcripts."""

from __future__ import annotations
