"""The engine: where secrets are, and what happens where it can not look."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from learn_core.redact import scanner
from tests.redact.secrets import secret, secrets

if TYPE_CHECKING:
    import pytest

_LOAD = 'from learn_core.redact import scanner; print(scanner.load().scan("no secret"))'


@given(st.text(st.characters(), max_size=20), secrets)
def test_a_finding_is_the_secret_and_nothing_else(before: str, hidden: str) -> None:
    text = f'{before}\n{hidden}\n'
    assert hidden in [text[start:end] for start, end, *_ in scanner.load().scan(text).findings]


def test_the_kind_is_the_name_of_the_rule() -> None:
    found = scanner.load().scan(secret('gitlab-pat')).findings
    assert (0, 26, 'gitlab-pat', False, False) in found
    assert (0, 26, 'form.gitlab-token', True, False) in found


def test_an_empty_text_holds_nothing() -> None:
    assert scanner.load().scan('').findings == []


def test_the_engine_is_loaded_once() -> None:
    scanner.load()
    loaded = scanner._engine.cache_info().misses
    scanner.load()
    assert scanner._engine.cache_info().misses == loaded


def test_compiled_rules_lie_in_the_cache_of_the_user() -> None:
    folder = scanner.cache_folder()
    assert folder == Path(os.environ['XDG_CACHE_HOME']) / 'learn-hook' / 'rules'
    scanner.load()
    assert list(folder.iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_without_a_named_cache_it_lies_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv('XDG_CACHE_HOME')
    assert scanner.cache_folder() == Path.home() / '.cache' / 'learn-hook' / 'rules'


def test_a_cache_that_can_not_be_made_is_done_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / 'file').write_text('in the way')
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'file'))
    assert scanner._usable_cache() is None


def test_an_engine_that_does_not_load_is_one_error(tmp_path: Path) -> None:
    broken = tmp_path / 'kingfisher_sdk.py'
    broken.write_text('raise OSError("no such library")\n')
    child = subprocess.run(
        (sys.executable, '-c', _LOAD),
        env={**os.environ, 'PYTHONPATH': str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert child.returncode == 1
    last = child.stderr.splitlines()[-1]
    assert last.startswith('learn_core.errors.RedactionError: the secret scanner does not load')
