"""Native hooks: put in, taken out, beside hook managers."""

from __future__ import annotations
