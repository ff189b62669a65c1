"""What is prepared for a plan: directory, packed text, and back."""

from __future__ import annotations
