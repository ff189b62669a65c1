"""What is kept, and for how long: the oldest that ended go first, and nothing that waits unsaid."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from learn_core.plans import journal, retention
from learn_core.plans.run import Run, Trigger

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PUSH = Trigger(kind='push', issue=5)
DAY = 86_400


def ended(common: Path, count: int) -> list[Run]:
    made = [journal.begin(common, PUSH) for _ in range(count)]
    for run in made:
        run.book('done')
    return made


def test_the_oldest_are_forgotten_but_never_one_that_waits_or_is_held(tmp_path: Path) -> None:
    waiting, held = journal.begin(tmp_path, PUSH), journal.begin(tmp_path, PUSH)
    held.book('held')
    first, *rest = ended(tmp_path, retention.KEPT_RUNS + 1)
    assert retention.tidy(tmp_path, time.time()) == []
    assert not first.directory.exists()
    assert all(run.directory.exists() for run in [waiting, held, *rest])


def test_after_ninety_days_what_ended_goes_and_what_waits_is_given_up(tmp_path: Path) -> None:
    (done,) = ended(tmp_path, 1)
    waiting = journal.begin(tmp_path, PUSH)
    (retention.kept_logs(waiting) / 'projects').mkdir(parents=True)
    assert retention.tidy(tmp_path, waiting.began + 89 * DAY) == []
    (given_up,) = retention.tidy(tmp_path, waiting.began + 91 * DAY)
    assert not done.directory.exists()
    assert (given_up.state, given_up.note) == ('failed', 'given up after 90 days: ')
    assert not retention.kept_logs(waiting).exists()


def test_beyond_its_bytes_the_oldest_that_ended_go_before_what_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, 'MOST_BYTES', 25_000)
    waiting = journal.begin(tmp_path, PUSH)
    made = [waiting, *ended(tmp_path, 3)]
    for run in made:
        (run.directory / 'learn-materials-plan-5.txt').write_bytes(b'x' * 10_000)
    assert retention.tidy(tmp_path, time.time()) == []
    assert [run.directory.exists() for run in made] == [True, False, False, True]

    monkeypatch.setattr(retention, 'MOST_BYTES', 5_000)
    (given_up,) = retention.tidy(tmp_path, time.time())
    assert (given_up.state, given_up.note) == ('failed', 'given up for want of room')
    assert not (waiting.directory / 'learn-materials-plan-5.txt').exists()


def project(tmp_path: Path) -> Path:
    folder = tmp_path / 'claude' / 'projects' / '-srv-app'
    (folder / 's' / 'subagents').mkdir(parents=True)
    (folder / 's.jsonl').write_text('{}\n')
    (folder / 's' / 'subagents' / 'agent-1.jsonl').write_text('{}\n')
    (folder / 'link.jsonl').symlink_to(folder / 's.jsonl')
    os.mkfifo(folder / 'pipe.jsonl')
    return folder


def kept(run: Run) -> set[str]:
    root = retention.kept_logs(run) / 'projects' / '-srv-app'
    return {str(file.relative_to(root)) for file in root.rglob('*') if not file.is_dir()}


def test_logs_are_kept_as_links_that_take_no_room_and_follow_no_link(tmp_path: Path) -> None:
    run, folder = journal.begin(tmp_path / 'common', PUSH), project(tmp_path)
    retention.keep_logs(run, [folder])
    retention.keep_logs(run, [folder])
    assert kept(run) == {'s.jsonl', 's/subagents/agent-1.jsonl'}
    copy = retention.kept_logs(run) / 'projects' / '-srv-app' / 's.jsonl'
    assert copy.samefile(folder / 's.jsonl')
    retention.release_logs(run)
    assert (folder / 's.jsonl').exists()
    assert kept(run) == set()


def test_where_links_can_not_be_made_logs_are_copied_the_newest_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, folder = journal.begin(tmp_path / 'common', PUSH), project(tmp_path)
    old = folder / 'old.jsonl'
    old.write_text('x' * 50)
    os.utime(old, (1000, 1000))
    monkeypatch.setattr(retention, 'MOST_COPIED', 40)
    monkeypatch.setattr(os, 'link', refused)
    retention.keep_logs(run, [folder])
    assert kept(run) == {'s.jsonl', 's/subagents/agent-1.jsonl'}


def refused(*_: object, **__: object) -> None:
    raise PermissionError('another file system')


def test_a_run_that_goes_along_hands_its_logs_on(tmp_path: Path) -> None:
    first, second = (journal.begin(tmp_path / 'common', PUSH) for _ in range(2))
    folder = project(tmp_path)
    retention.keep_logs(first, [folder])
    (folder / 's.jsonl').unlink()
    retention.hand_on(first, second)
    assert not first.directory.exists()
    assert kept(second) == {'s.jsonl', 's/subagents/agent-1.jsonl'}


def test_what_a_process_was_cut_off_in_is_taken_away(tmp_path: Path) -> None:
    child = os.posix_spawn('/bin/true', ['true'], {})
    os.waitpid(child, 0)
    home = journal.home(tmp_path) / 'runs'
    for pid in (child, os.getpid()):
        (home / f'.20260105T090000-1-{pid}').mkdir(parents=True)
    retention.tidy(tmp_path, time.time())
    assert os.listdir(home) == [f'.20260105T090000-1-{os.getpid()}']


def test_a_run_is_cleared_of_all_but_what_tells_of_it(tmp_path: Path) -> None:
    run = journal.begin(tmp_path, PUSH)
    for name in ('log', 'learn-materials-plan-5.txt', 'show.html'):
        (run.directory / name).write_text('x')
    run.steps = {'packed': ['learn-materials-plan-5.txt'], 'digest': 'd'}
    retention.clear(run)
    assert sorted(path.name for path in run.directory.iterdir()) == ['log', 'run.json']
    assert run.steps == {'digest': 'd'}
