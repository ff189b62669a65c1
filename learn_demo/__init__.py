"""A stand-in for GitHub that the demo and the tests use. Door: StandIn."""

from __future__ import annotations

from learn_demo.server import Exchange, StandIn
from learn_demo.state import Gist, Repo, Run

__all__ = ['Exchange', 'Gist', 'Repo', 'Run', 'StandIn']
