"""The other end: the workflow and what a runner gives it."""

from __future__ import annotations
