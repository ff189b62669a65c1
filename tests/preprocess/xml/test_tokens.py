"""The tokenizer's vocabulary comes out of a package, and goes nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

COUNTS = (
    'import os; from learn_core.preprocess.xml.tokens import count_tokens; '
    'print(count_tokens("two words"), os.environ.get("TIKTOKEN_CACHE_DIR"))'
)


@pytest.mark.parametrize('folder', [None, '/nowhere/at/all'])
def test_the_vocabulary_is_copied_nowhere(tmp_path: Path, folder: str | None) -> None:
    environ = {**os.environ, 'TMPDIR': str(tmp_path)}
    environ |= {'TIKTOKEN_CACHE_DIR': folder} if folder else {}
    words = [sys.executable, '-I', '-c', COUNTS]
    said = subprocess.run(words, env=environ, capture_output=True, text=True, check=True).stdout
    assert said == f'2 {folder}\n'
    assert list(tmp_path.iterdir()) == []
