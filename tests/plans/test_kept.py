"""Transcripts of plans that wait are kept: nothing else is, and little room is taken."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from learn_core import agents
from learn_core.plans import kept as keeping
from learn_core.plans.fields import PlanName, PlanRecord, folder_of
from learn_core.plans.record import enter
from learn_core.plans.trigger import Trigger

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from learn_core.agents import Transcript


def waiting(common: Path, number: int = 5) -> PlanRecord:
    folder = folder_of(common, 'github.com', 'acme/widgets', number)
    trigger = Trigger(kind='push', at=time.time(), issue=number)
    return enter(folder, trigger, str(number), PlanName(number=number))


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
    root = keeping.kept_logs(record.folder) / 'claude' / 'projects' / '-srv-app'
    return {str(file.relative_to(root)) for file in root.rglob('*') if not file.is_dir()}


def test_logs_are_kept_as_links_that_take_no_room_and_follow_no_link(tmp_path: Path) -> None:
    record, folder = waiting(tmp_path / 'common'), project(tmp_path)
    keeping.keep_logs(record.folder, logs(folder))
    keeping.keep_logs(record.folder, logs(folder))
    assert kept(record) == {'s.jsonl', 's/subagents/agent-1.jsonl'}
    copy = keeping.kept_logs(record.folder) / 'claude' / 'projects' / '-srv-app' / 's.jsonl'
    assert copy.samefile(folder / 's.jsonl')
    keeping.release_logs(record.folder)
    assert (folder / 's.jsonl').exists()
    assert kept(record) == set()


def test_where_links_cannot_be_made_logs_are_copied_the_newest_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, folder = waiting(tmp_path / 'common'), project(tmp_path)
    old = folder / 'old.jsonl'
    old.write_text('x' * 50)
    os.utime(old, (1000, 1000))
    monkeypatch.setattr(keeping, 'MOST_COPIED', 40)
    monkeypatch.setattr(os, 'link', refused)
    keeping.keep_logs(record.folder, logs(folder))
    assert kept(record) == {'s.jsonl', 's/subagents/agent-1.jsonl'}


def test_a_copy_of_a_log_that_grew_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, folder = waiting(tmp_path / 'common'), project(tmp_path)
    monkeypatch.setattr(os, 'link', refused)
    for content in ('{}\n', '{}\n{}\n'):
        (folder / 's.jsonl').write_text(content)
        keeping.keep_logs(record.folder, logs(folder))
    copy = keeping.kept_logs(record.folder) / 'claude' / 'projects' / '-srv-app' / 's.jsonl'
    assert copy.read_text() == '{}\n{}\n'


def test_a_link_that_a_killed_process_left_is_never_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, folder = waiting(tmp_path / 'common'), project(tmp_path)
    kept_in = keeping.kept_logs(record.folder) / 'claude' / 'projects' / '-srv-app'
    kept_in.mkdir(parents=True)
    other = tmp_path / 'other.jsonl'
    other.write_text('another log')
    os.link(other, kept_in / f'.{os.getpid()}')
    monkeypatch.setattr(os, 'link', refused)
    keeping.keep_logs(record.folder, logs(folder))
    assert other.read_text() == 'another log'
    assert kept(record) == {'s.jsonl', 's/subagents/agent-1.jsonl'}


def refused(*_: object, **__: object) -> None:
    raise PermissionError('another file system')


def test_a_record_that_becomes_part_of_another_hands_its_logs_on(tmp_path: Path) -> None:
    first, second = waiting(tmp_path / 'common'), waiting(tmp_path / 'common', 6)
    folder = project(tmp_path)
    keeping.keep_logs(first.folder, logs(folder))
    (folder / 's.jsonl').unlink()
    keeping.hand_on_logs(first.folder, second.folder)
    assert kept(second) == {'s.jsonl', 's/subagents/agent-1.jsonl'}
