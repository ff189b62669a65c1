"""The engine: where secrets are, and what happens where it can not look."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.errors import RedactionError
from learn_core.redact import Redactor
from learn_core.redact.engine import scanner
from learn_core.redact.engine.block import block_of
from tests.redact.secrets import private_key, secret, secrets

_LOAD = 'from learn_core.redact.engine import scanner; print(scanner.load().scan("no secret"))'


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
    assert scanner.load() is scanner.load()


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


class _Stuck:
    """An engine that never answers."""

    def scan(self, _: bytes, *, timeout: float) -> list[Any]:
        assert timeout > 0
        threading.Event().wait()
        return []


class _Broken:
    """An engine that breaks down, as a panic does."""

    def scan(self, _: bytes, *, timeout: float) -> list[Any]:
        raise SystemExit(timeout)


@pytest.mark.parametrize('engine', [_Stuck(), _Broken()])
def test_a_scan_that_hangs_or_breaks_ends_in_one_error(
    engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner, 'SECONDS_PER_SCAN', -0.9)
    with pytest.raises(RedactionError, match='nothing was written or sent'):
        scanner.Engine(engine).scan('text' * 1000)


def test_after_a_scan_that_hung_nothing_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck: Any = _Stuck()
    redactor = Redactor()
    monkeypatch.setattr(scanner, 'SECONDS_PER_SCAN', -0.9)
    monkeypatch.setattr(redactor._search, '_engine', scanner.Engine(stuck))
    for call in (redactor.text, redactor.markup, lambda text: redactor.texts([('', text)])):
        with pytest.raises(RedactionError):
            call('text' * 1000)
    assert redactor.line('text' * 1000) == '(a line that could not be searched for secrets)'


def test_what_is_found_across_texts_names_them() -> None:
    head, *body, tail = private_key()
    found = scanner.load().scan_many(block_of(['a', head, *body, tail, 'b']))
    assert found.across == [(1, 5)]


def test_a_lone_surrogate_among_many_texts_moves_nothing() -> None:
    hidden = secret('github-pat')
    found = scanner.load().scan_many(block_of(['\ud800', f'\ud800ü {hidden}']))
    assert [one.start for one in found.within[1].findings] == [3, 3]


def test_a_finding_that_ends_within_a_character_moves_nothing_after_it() -> None:
    hidden = secret('github-pat')
    text = f'the password 给数据库用的密码\n{hidden}'
    found = [text[one.start : one.end] for one in scanner.load().scan(text).findings]
    assert hidden in found
