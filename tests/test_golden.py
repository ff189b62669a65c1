from __future__ import annotations

from tests.golden import FOLDER, rendered


def test_the_sample_plan_gives_the_very_files_that_were_last_looked_at() -> None:
    kept = {file.name: file.read_bytes().decode() for file in FOLDER.iterdir()}
    assert rendered() == kept
