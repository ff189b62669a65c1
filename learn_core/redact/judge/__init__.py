"""Decides whether a finding is a secret."""

from __future__ import annotations
