"""What is kept, and for how long: what ended goes first, and nothing that waits goes unsaid."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from learn_core import agents
from learn_core.plans import retention
from learn_core.plans.fields import Place, PlanName, PlanRecord, folder_of
from learn_core.plans.record import change, enter, finish, read
from learn_core.plans.trigger import Trigger

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from learn_core.agents import Transcript

DAY = 86_400
PACKED = 'learn-materials-plan-5.txt'


def waiting(common: Path, number: int = 5) -> PlanRecord:
    folder = folder_of(common, 'github.com', 'acme/widgets', number)
    trigger = Trigger(kind='push', at=time.time(), issue=number)
    return enter(folder, trigger, str(number), PlanName(number=number))


def ended(common: Path, number: int) -> PlanRecord:
    return finish(waiting(common, number), str(number), 'done')


def test_after_ninety_days_what_ended_goes_and_what_waits_is_given_up(tmp_path: Path) -> None:
    done, open_ = ended(tmp_path, 6), waiting(tmp_path)
    (retention.kept_logs(open_.folder) / 'projects').mkdir(parents=True)
    assert retention.tidy(tmp_path, time.time() + 89 * DAY) == []
    (given_up,) = retention.tidy(tmp_path, time.time() + 91 * DAY)
    assert not done.folder.exists()
    assert (given_up.history[-1].state, given_up.history[-1].note) == (
        'failed',
        'given up after 90 days: ',
    )
    assert not given_up.is_waiting
    assert not retention.kept_logs(open_.folder).exists()


def test_what_forget_needs_is_never_deleted(tmp_path: Path) -> None:
    sent = change(ended(tmp_path, 6), places=(Place(kind='gist', id='g'),))
    stopped = change(ended(tmp_path, 7), stopped=True)
    retention.tidy(tmp_path, time.time() + 400 * DAY)
    assert read(sent.folder)
    assert read(stopped.folder)


def project(tmp_path: Path) -> Path:
    folder = tmp_path / 'claude' / 'projects' / '-srv-app'
    (folder / 's' / 'subagents').mkdir(parents=True)
    (folder / 's.jsonl').write_text('{}\n')
    (folder / 's' / 'subagents' / 'agent-1.jsonl').write_text('{}\n')
    (folder / 'link.jsonl').symlink_to(folder / 's.jsonl')
    os.mkfifo(folder / 'pipe.jsonl')
    return folder


def logs(folder: Path) -> list[Transcript]:
    return list(agents.find({'claude': [folder.parents[1]]}))


def kept(record: PlanRecord) -> set[str]:
    root = retention.kept_logs(record.folder) / 'claude' / 'projects' / '-srv-app'
    return {str(file.relative_to(root)) for file in root.rglob('*') if not file.is_dir()}


def test_logs_are_kept_as_links_that_take_no_room_and_follow_no_link(tmp_path: Path) -> None:
    record, folder = waiting(tmp_path / 'common'), project(tmp_path)
    retention.keep_logs(record.folder, logs(folder))
    retention.keep_logs(record.folder, logs(folder))
    assert kept(record) == {'s.jsonl', 's/subagents/agent-1.jsonl'}
    copy = retention.kept_logs(record.folder) / 'claude' / 'projects' / '-srv-app' / 's.jsonl'
    assert copy.samefile(folder / 's.jsonl')
    retention.release_logs(record.folder)
    assert (folder / 's.jsonl').exists()
    assert kept(record) == set()


def test_where_links_cannot_be_made_logs_are_copied_the_newest_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, folder = waiting(tmp_path / 'common'), project(tmp_path)
    old = folder / 'old.jsonl'
    old.write_text('x' * 50)
    os.utime(old, (1000, 1000))
    monkeypatch.setattr(retention, 'MOST_COPIED', 40)
    monkeypatch.setattr(os, 'link', refused)
    retention.keep_logs(record.folder, logs(folder))
    assert kept(record) == {'s.jsonl', 's/subagents/agent-1.jsonl'}


def test_a_copy_of_a_log_that_grew_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, folder = waiting(tmp_path / 'common'), project(tmp_path)
    monkeypatch.setattr(os, 'link', refused)
    for content in ('{}\n', '{}\n{}\n'):
        (folder / 's.jsonl').write_text(content)
        retention.keep_logs(record.folder, logs(folder))
    copy = retention.kept_logs(record.folder) / 'claude' / 'projects' / '-srv-app' / 's.jsonl'
    assert copy.read_text() == '{}\n{}\n'


def test_a_link_that_a_killed_process_left_is_never_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, folder = waiting(tmp_path / 'common'), project(tmp_path)
    kept_in = retention.kept_logs(record.folder) / 'claude' / 'projects' / '-srv-app'
    kept_in.mkdir(parents=True)
    other = tmp_path / 'other.jsonl'
    other.write_text('another log')
    os.link(other, kept_in / f'.{os.getpid()}')
    monkeypatch.setattr(os, 'link', refused)
    retention.keep_logs(record.folder, logs(folder))
    assert other.read_text() == 'another log'
    assert kept(record) == {'s.jsonl', 's/subagents/agent-1.jsonl'}


def refused(*_: object, **__: object) -> None:
    raise PermissionError('another file system')


def test_a_record_that_becomes_part_of_another_hands_its_logs_on(tmp_path: Path) -> None:
    first, second = waiting(tmp_path / 'common'), waiting(tmp_path / 'common', 6)
    folder = project(tmp_path)
    retention.keep_logs(first.folder, logs(folder))
    (folder / 's.jsonl').unlink()
    retention.hand_on_logs(first.folder, second.folder)
    assert kept(second) == {'s.jsonl', 's/subagents/agent-1.jsonl'}


def test_a_delete_that_was_cut_off_is_finished(tmp_path: Path) -> None:
    child = os.posix_spawn('/bin/true', ['true'], {})
    os.waitpid(child, 0)
    top = waiting(tmp_path).folder.parent
    for pid in (child, os.getpid()):
        (top / f'.6-{pid}').mkdir()
    retention.tidy(tmp_path, time.time())
    assert sorted(os.listdir(top)) == [f'.6-{os.getpid()}', '5']


def test_a_record_is_cleared_of_all_but_what_tells_of_it(tmp_path: Path) -> None:
    folder = waiting(tmp_path).folder
    (folder / 'dry').mkdir()
    for name in ('log', PACKED, 'page.html', f'dry/{PACKED}'):
        (folder / name).write_text('x')
    retention.clear(folder)
    assert sorted(path.name for path in folder.iterdir()) == ['log', 'plan.json']
