"""A stand-in GitHub that the demo and the tests talk to. Door: StandIn."""

from __future__ import annotations

from learn_demo.server import Exchange, StandIn
from learn_demo.state import Gist, Repo, Run

__all__ = ['Exchange', 'Gist', 'Repo', 'Run', 'StandIn']
