from __future__ import annotations

from tests.golden import FOLDER, rendered


def test_what_is_made_is_what_was_last_looked_at() -> None:
    kept = {file.name: file.read_bytes().decode() for file in FOLDER.iterdir()}
    assert rendered() == kept
