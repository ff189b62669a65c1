from __future__ import annotations

import pytest

from learn_core.redact import Redactor


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()
