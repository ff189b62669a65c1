"""What both hooks do once they know what was pushed or merged."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from learn_core.push import entry, schedule, spool
from learn_core.push.entry import take_down

if TYPE_CHECKING:
    from learn_core.push.consent import Setting

PUSHED: list[dict[str, object]] = [{'kind': 'push', 'said': 5, 'remote': 'origin', 'url': ''}]


@pytest.fixture
def common(tmp_path: Path) -> str:
    (tmp_path / 'config').write_text('[core]\n')
    return str(tmp_path)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How a worker was started, in place of starting one."""
    found: list[str] = []

    def taken(way: str) -> int:
        found.append(way)
        return 1

    monkeypatch.setattr(os, 'fork', lambda: taken('fork'))
    monkeypatch.setattr(os, 'posix_spawn', lambda *_: taken('spawn'))
    monkeypatch.setattr(os, 'waitpid', lambda *_: (1, 0))
    return found


def settings(common: str, **given: str) -> list[Setting]:
    file = str(Path(common) / 'config')
    return [('local', file, f'learn-hook.{key}', value) for key, value in given.items()]


def take(common: str, entries: list[dict[str, object]], **given: str) -> None:
    assert take_down(common, '/tree', entries, settings(common, **given), git_pid=1) == 0


def test_a_push_is_on_disk_before_its_line_is_printed(
    common: str, ways: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    take(common, PUSHED, consent='yes')
    assert [spool.read(path) for path in spool.files(common)] == [PUSHED]
    assert 'learning from plan #5 in the background' in capfd.readouterr().err
    assert ways == ['fork']


def test_of_several_plans_all_are_named(
    common: str, ways: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    take(common, [{**PUSHED[0], 'said': number} for number in (5, 6, 5)], consent='yes')
    assert 'plans #5, #6 in' in capfd.readouterr().err
    assert ways == ['fork']


def test_an_ordinary_push_starts_a_worker_for_what_is_due_alone(
    common: str, ways: list[str]
) -> None:
    take(common, [], consent='yes')
    assert ways == []
    schedule.put_due(common, 2e9, 1.0)
    take(common, [], consent='yes')
    assert ways == ['fork']


def test_what_waits_for_a_yes_goes_at_the_next_hook_after_it(common: str, ways: list[str]) -> None:
    schedule.put_due(common, None, None, held=True)
    take(common, [])
    assert ways == []
    take(common, [], consent='yes')
    assert ways == ['fork']


def test_switched_off_nothing_is_written_down(common: str, ways: list[str]) -> None:
    take(common, PUSHED, consent='no')
    take(common, PUSHED, enabled='false')
    assert spool.files(common) == []
    assert ways == []


def no_process(*_: object, **__: object) -> None:
    raise OSError(errno.EAGAIN, 'Resource temporarily unavailable')


def test_where_no_process_is_to_be_had_it_is_said_who_goes_on(
    common: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, 'fork', no_process)
    take(common, PUSHED, consent='yes')
    said = capfd.readouterr().err
    assert 'no process could be started (Resource temporarily unavailable); the next push' in said


@pytest.mark.parametrize(
    ('environ', 'mode', 'way'),
    [
        (None, 'background', 'fork'),
        ('foreground', 'background', 'spawn'),
        (None, 'foreground', 'spawn'),
        ('background', 'foreground', 'fork'),
    ],
)
def test_the_mode_of_the_environment_beats_that_of_the_configuration(
    common: str,
    ways: list[str],
    monkeypatch: pytest.MonkeyPatch,
    environ: str | None,
    mode: str,
    way: str,
) -> None:
    if environ is not None:
        monkeypatch.setenv('LEARN_HOOK_MODE', environ)
    take(common, PUSHED, consent='yes', mode=mode)
    assert ways == [way]


def test_git_that_is_not_there_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('PATH', '/nowhere')
    assert entry.ask_git('version') == ''
