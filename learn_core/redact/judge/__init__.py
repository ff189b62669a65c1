"""Is a finding really a secret?"""

from __future__ import annotations
