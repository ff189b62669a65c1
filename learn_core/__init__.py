"""What the hooks and the command share: from a plan's branch to a workflow run."""

from __future__ import annotations
