"""The six steps, from a plan to a workflow run."""

from __future__ import annotations
