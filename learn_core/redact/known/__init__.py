"""Values known to be secret on this machine, in every form."""

from __future__ import annotations
