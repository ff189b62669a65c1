"""Runs on disk: a step happens once, and nothing that waits is forgotten."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError
from learn_core.plans import journal
from learn_core.plans.run import VERSION, Run, Trigger

if TYPE_CHECKING:
    from pathlib import Path

BY_HAND = Trigger(kind='manual', issue=5)


@dataclass(frozen=True, kw_only=True)
class Made:
    id: str
    url: str


def reloaded(common: Path) -> Run:
    (run,) = journal.runs(common)
    return run


def test_a_step_is_done_once_over_a_reload(tmp_path: Path) -> None:
    run = journal.begin(tmp_path, BY_HAND)
    made = [run.once('gist', Made, lambda: Made(id='1', url='u')) for _ in range(2)]
    made.append(reloaded(tmp_path).once('gist', Made, lambda: pytest.fail('made again')))
    assert made == [Made(id='1', url='u')] * 3
    assert run.once('mark', str, lambda: 'abc') == 'abc'
    assert reloaded(tmp_path).result('mark', str) == 'abc'


def test_a_step_that_fails_is_not_done(tmp_path: Path) -> None:
    run = journal.begin(tmp_path, BY_HAND)

    def fail() -> str:
        raise LearnError('not now')

    with pytest.raises(LearnError):
        run.once('mark', str, fail)
    assert reloaded(tmp_path).once('mark', str, lambda: 'abc') == 'abc'


def test_a_run_comes_back_as_it_was(tmp_path: Path) -> None:
    trigger = Trigger(kind='push', local_branch='P5-ü\udcff', sha='a' * 40, git_pid=7)
    run = journal.begin(tmp_path, trigger)
    run.issue, run.attempts = 5, 3
    run.book('failed', 'it broke')
    found = reloaded(tmp_path)
    assert (found.trigger, found.issue, found.attempts) == (trigger, 5, 3)
    assert (found.state, found.note, found.ended) == ('failed', 'it broke', run.ended)
    again = journal.read_again(run)
    assert again is not None
    assert vars(again) == vars(found)


def test_only_its_owner_may_look_into_a_run(tmp_path: Path) -> None:
    run = journal.begin(tmp_path, BY_HAND)
    assert stat.S_IMODE(run.directory.stat().st_mode) == 0o700


def test_what_waits_is_due_oldest_first(tmp_path: Path) -> None:
    made = [journal.begin(tmp_path, Trigger(kind='push', issue=n)) for n in range(1, 5)]
    made[1].book('done')
    made[2].book('dropped')
    made[3].book('held', not_before=2000.0)
    now = made[3].ended
    assert [run.issue for run in journal.runs(tmp_path) if run.is_due(now)] == [1, 4]
    assert [run.issue for run in journal.runs(tmp_path)] == [1, 2, 3, 4]


def test_what_is_put_off_is_due_at_its_time_or_when_the_clock_was_set_back(tmp_path: Path) -> None:
    run = journal.begin(tmp_path, BY_HAND)
    run.book('waiting', 'later', not_before=run.began + 100)
    found = reloaded(tmp_path)
    assert not found.is_due(found.ended + 50)
    assert found.is_due(found.began + 100)
    assert found.is_due(found.ended - 3600)


def test_the_last_run_that_was_sent_is_known(tmp_path: Path) -> None:
    for issue, step in ((5, 'workflow'), (5, 'packed'), (6, 'workflow')):
        run = journal.begin(tmp_path, Trigger(kind='push', issue=issue))
        run.steps |= {step: {'id': str(issue), 'url': 'u'}, 'plan': f'https://x/issues/{issue}'}
        run.book('done')
    last = journal.last_done(tmp_path, 'https://x/issues/5')
    assert last is not None
    assert 'workflow' in last.steps
    assert (last.url_of('workflow'), last.url_of('gist')) == ('u', '')
    assert journal.last_done(tmp_path, 'https://x/issues/7') is None
    assert journal.started(tmp_path) == {'5', '6'}


@pytest.mark.parametrize(
    'content',
    ['', '{', '[]', 'null', '{}', '{"version": 1}', '{"version": 1, "trigger": {"x": 1}}', '\x00'],
)
def test_a_run_that_can_not_be_read_is_skipped(tmp_path: Path, content: str) -> None:
    journal.begin(tmp_path, BY_HAND)
    damaged = journal.begin(tmp_path, BY_HAND)
    (damaged.directory / 'run.json').write_text(content)
    assert len(journal.runs(tmp_path)) == 1
    assert journal.read_again(damaged) is None
    assert journal.left_alone(tmp_path) == [f'{damaged.directory} can not be read']


def test_a_run_whose_forgetting_is_cut_off_is_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = journal.begin(tmp_path, BY_HAND)
    with monkeypatch.context() as cut_off:
        cut_off.setattr(shutil, 'rmtree', lambda *_, **__: None)
        run.forget()
    assert journal.runs(tmp_path) == []
    assert journal.left_alone(tmp_path) == []


def test_a_run_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = journal.begin(tmp_path, BY_HAND).directory / 'run.json'
    newer = {**json.loads(path.read_text()), 'version': VERSION + 1}
    path.write_text(json.dumps(newer))
    journal.begin(tmp_path, BY_HAND)
    assert len(journal.runs(tmp_path)) == 1
    assert journal.left_alone(tmp_path) == [
        f'{path.parent} is of a newer learn-hook; update this one'
    ]
    assert json.loads(path.read_text()) == newer


def test_a_forgotten_run_leaves_no_trace(tmp_path: Path) -> None:
    run = journal.begin(tmp_path, BY_HAND)
    run.forget()
    run.forget()
    assert journal.runs(tmp_path) == []
    assert not run.directory.exists()


def test_a_change_is_one_rename_that_leaves_nothing_beside(tmp_path: Path) -> None:
    run = journal.begin(tmp_path, BY_HAND)
    run.book('done')
    assert [path.name for path in run.directory.iterdir()] == ['run.json']


def test_a_journal_that_can_not_be_written_is_an_error(tmp_path: Path) -> None:
    run = journal.begin(tmp_path, BY_HAND)
    run.forget()
    with pytest.raises(LearnError, match='make room there'):
        run.book('done')


def test_a_log_says_what_the_run_said(tmp_path: Path) -> None:
    run = journal.begin(tmp_path, BY_HAND)
    assert journal.log_of(run) == 'the run is waiting'
    run.book('dropped', 'no plan')
    assert journal.log_of(run) == 'no plan'
    (run.directory / 'log').write_text('one\ntwo\n')
    assert journal.log_of(run) == 'one\ntwo'


def test_a_repository_without_runs_has_none(tmp_path: Path) -> None:
    assert journal.runs(tmp_path) == []


def test_a_lock_holds_against_other_processes(tmp_path: Path) -> None:
    lock = tmp_path / 'folder' / 'lock'
    code = (
        'import sys; from pathlib import Path; from learn_core.plans.journal import locked\n'
        'with locked(Path(sys.argv[1]), wait=False) as mine: print(mine)'
    )
    ask = (sys.executable, '-c', code, str(lock))
    with journal.locked(lock) as mine:
        assert mine
        other = subprocess.run(ask, capture_output=True, text=True, check=True)
    assert other.stdout == 'False\n'
    assert subprocess.run(ask, capture_output=True, text=True, check=True).stdout == 'True\n'
