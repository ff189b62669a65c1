"""In the background: what hooks wrote down, carried out."""

from __future__ import annotations
