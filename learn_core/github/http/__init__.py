"""Requests to GitHub: the connection, retries, errors, answers."""

from __future__ import annotations
