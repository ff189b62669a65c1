"""What a worker does with a plan that fails, waits, or is held; whole pushes are in promises."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from learn_core.config import Settings
from learn_core.errors import LearnError, NotAPlanError, NotFoundError, UnreachableError
from learn_core.plans.fields import PlanName, PlanRecord, folder_of
from learn_core.plans.record import change, claimed, enter, read, records
from learn_core.plans.trigger import Trigger
from learn_core.push import schedule
from learn_core.worker import loop
from learn_core.worker.outcome import MOST_ATTEMPTS, MOST_CALLS, note_error, put_off
from learn_core.worker.resolve import Occasion
from tests.conftest import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLAN = PlanName(number=5, host='github.com', owner='acme', repo='widgets')
PUSH = Trigger(kind='push', issue=5, local_branch='P5-x', remote_branch='P5-x')


def waiting(common: Path, trigger: Trigger = PUSH) -> PlanRecord:
    folder = folder_of(common, 'github.com', 'acme/widgets', 5)
    return enter(folder, trigger, '1', PLAN)


def after(record: PlanRecord) -> PlanRecord:
    found = read(record.folder)
    assert found is not None
    return found


@pytest.fixture
def folder(repository: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    found = repository()
    monkeypatch.setenv('GITHUB_API_URL', 'http://127.0.0.1:9')
    git('config', 'learn-hook.consent', 'yes', cwd=found)
    return found


def work(folder: Path) -> None:
    loop.work(Occasion(common=folder / '.git', folder=folder, foreground=True))


def test_a_plan_waits_for_a_network_however_often_it_was_tried(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('GH_TOKEN', 'x')
    record = change(waiting(folder / '.git'), attempts=MOST_ATTEMPTS)
    work(folder)
    assert after(record).due is not None
    assert 'cannot reach' in after(record).error


def test_a_plan_is_given_up_after_many_attempts_and_continues_by_retry(folder: Path) -> None:
    common = folder / '.git'  # there is no token for that API
    record = change(waiting(common), attempts=MOST_ATTEMPTS)
    work(folder)
    assert after(record).is_stuck
    (line,) = schedule.take_lines(str(common))
    assert line.startswith('plan #5 is stuck: ')
    assert line.endswith('; then learn-hook retry')
    assert loop.retry(common, folder) == 1
    assert (after(record).is_stuck, after(record).attempts) == (False, 1)


@pytest.fixture
def logged(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, float], Path]:
    """Writes a transcript of the repository that changed so many days ago."""
    claude = tmp_path / 'claude'
    monkeypatch.setenv('CLAUDE_CONFIG_DIR', str(claude))
    name = ''.join(sign if sign.isascii() and sign.isalnum() else '-' for sign in str(folder))

    def write(session: str, days: float) -> Path:
        log = claude / 'projects' / name / f'{session}.jsonl'
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(json.dumps({'cwd': str(folder)}, ensure_ascii=False))
        os.utime(log, (time.time() - days * 86_400,) * 2)
        return log

    return write


def test_before_a_yes_logs_are_linked_and_github_is_asked_nothing(
    folder: Path, logged: Callable[[str, float], Path]
) -> None:
    git('config', '--unset', 'learn-hook.consent', cwd=folder)
    log = logged('s', 0)
    record = waiting(folder / '.git')
    work(folder)
    assert after(record).error.startswith('waits for your yes')
    (kept,) = (record.folder / 'logs').rglob('s.jsonl')
    assert kept.samefile(log)
    assert not (folder / '.erk').exists()
    assert schedule.is_held(str(folder / '.git'))
    assert not schedule.due(str(folder / '.git'), time.time())


def test_a_waiting_plan_keeps_no_transcript_that_changed_over_90_days_ago(
    folder: Path, logged: Callable[[str, float], Path]
) -> None:
    git('config', '--unset', 'learn-hook.consent', cwd=folder)
    logged('old', 91)
    logged('yesterday', 1)
    record = waiting(folder / '.git')
    work(folder)
    kept = (record.folder / 'logs').rglob('*.jsonl')
    assert [file.name for file in kept] == ['yesterday.jsonl']


def test_a_plan_that_waited_for_90_days_is_given_up_and_the_next_hook_says_so(
    folder: Path,
) -> None:
    git('config', '--unset', 'learn-hook.consent', cwd=folder)
    record = waiting(folder / '.git', replace(PUSH, at=time.time() - 91 * 86_400))
    work(folder)
    assert not after(record).is_waiting
    (line,) = schedule.take_lines(str(folder / '.git'))
    assert line.startswith('plan #5 is stuck: given up after 90 days: waits for your yes')


def test_retry_fails_while_another_process_works_on_a_plan(folder: Path) -> None:
    record = waiting(folder / '.git')
    with claimed(record):
        assert loop.retry(folder / '.git', folder) == 1
    assert after(record) == record


def test_refusing_consent_drops_what_waits(folder: Path) -> None:
    record = waiting(folder / '.git')
    (record.folder / 'learn-materials-plan-5.txt').write_text('x')
    git('config', 'learn-hook.consent', 'no', cwd=folder)
    work(folder)
    assert not after(record).is_waiting
    assert not (record.folder / 'learn-materials-plan-5.txt').exists()


@pytest.mark.parametrize('branch', ['P5-x', 'topic', 'feature/x', ''])
def test_a_plan_that_somebody_named_is_never_dropped_in_silence(
    tmp_path: Path, branch: str
) -> None:
    trigger = Trigger(kind='push', issue=5, local_branch=branch, remote_branch=branch)
    record = waiting(tmp_path, trigger)
    note_error(record, NotFoundError('acme/widgets has no issue #5'))
    assert after(record).is_stuck
    (line,) = schedule.take_lines(str(tmp_path))
    assert line == 'plan #5 is stuck: acme/widgets has no issue #5; then learn-hook retry'


@pytest.mark.parametrize('error', [NotFoundError('no'), NotAPlanError('no plan')])
def test_of_a_number_that_only_a_name_gave_nothing_is_said(
    tmp_path: Path, error: LearnError
) -> None:
    trigger = Trigger(kind='push', issue=2024, remote_branch='2024-q1', is_guess=True)
    record = waiting(tmp_path, trigger)
    note_error(record, error)
    assert [outcome.state for outcome in after(record).history] == ['dropped']
    assert schedule.take_lines(str(tmp_path)) == []


def test_pushes_that_follow_each_other_are_one_try(tmp_path: Path) -> None:
    record = waiting(tmp_path)
    for _ in range(3):
        put_off(after(record), 'x')
    assert after(record).attempts == 1
    change(record, tried=time.time() - 61)
    put_off(after(record), 'x')
    assert after(record).attempts == 2


def test_what_the_server_asks_for_is_waited_for_and_a_sleeper_takes_longer_pauses(
    tmp_path: Path,
) -> None:
    record, error = waiting(tmp_path), UnreachableError('busy')
    error.wait = 30.0
    put_off(record, 'busy', error)
    found = after(record)
    assert found.due == pytest.approx(time.time() + 30, abs=10)
    assert loop.wake_time(found) == found.tried + loop.PAUSES[0]
    change(record, attempts=MOST_CALLS - 1, tried=0.0)
    put_off(after(record), 'busy', error)
    assert after(record).is_stuck


def test_the_schedule_says_when_a_hook_and_when_a_sleeper_continues(tmp_path: Path) -> None:
    change(waiting(tmp_path), due=1000.0, attempts=2, tried=900.0)
    loop.put_due(tmp_path, Settings(consents=('yes',)))
    assert schedule.read_times(str(tmp_path)) == (900.0 + loop.PAUSES[1], 1000.0)
    loop.put_due(tmp_path, Settings(consents=('yes',), review=True))
    assert schedule.read_times(str(tmp_path)) is not None
    loop.put_due(tmp_path, Settings())
    assert schedule.read_times(str(tmp_path)) is None
    assert schedule.is_held(str(tmp_path))


def test_a_defect_puts_one_plan_off_and_the_next_is_done(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    common = folder / '.git'
    waiting(common)
    other = folder_of(common, 'github.com', 'acme/widgets', 6)
    enter(other, PUSH, '2', PLAN)
    tried: list[int] = []

    def broken(record: PlanRecord, *_: object, **__: object) -> None:
        tried.append(1)
        raise ZeroDivisionError(str(record.folder))

    monkeypatch.setattr('learn_core.worker.execute.run.carry_out', broken)
    work(folder)
    assert len(tried) == 2
    assert all('a bug in learn-hook' in record.error for record in records(common))
