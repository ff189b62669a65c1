"""What hooks wrote down becomes runs, and nothing of it is lost or made twice."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from learn_core.plans import journal
from learn_core.plans.run import Trigger
from learn_core.push import spool
from learn_core.worker import intake

if TYPE_CHECKING:
    from pathlib import Path


def test_what_hooks_wrote_becomes_runs_in_its_order(tmp_path: Path) -> None:
    push = ('push', 'P5-x', 'P5-y', 'a' * 40, 'origin', 'url', '/w', '123')
    merge = ('merge', 'merge P6-x', 'b' * 40, 'c' * 40, '', '', '/w', '0')
    spool.write_down(str(tmp_path), [push, ('too', 'short'), ('push', *push[1:7], '0')])
    spool.write_down(str(tmp_path), [merge])
    intake.take_in(tmp_path)
    first, second, third = [run.trigger for run in journal.runs(tmp_path)]
    assert first == Trigger(
        kind='push',
        local_branch='P5-x',
        remote_branch='P5-y',
        sha='a' * 40,
        remote='origin',
        url='url',
        worktree='/w',
        git_pid=123,
    )
    assert second.git_pid == 0
    assert third == Trigger(
        kind='merge', action='merge P6-x', before='b' * 40, sha='c' * 40, worktree='/w'
    )
    intake.take_in(tmp_path)
    assert len(journal.runs(tmp_path)) == 3


def test_what_is_still_being_written_is_let_be(tmp_path: Path) -> None:
    spool.write_down(str(tmp_path), [])
    half = tmp_path / 'learn-hook' / 'spool' / f'.1-{os.getpid()}'
    half.write_bytes(b'push\tP5')
    intake.take_in(tmp_path)
    assert journal.runs(tmp_path) == []
    assert half.exists()


def test_what_a_hook_was_cut_off_in_is_taken_away(tmp_path: Path) -> None:
    spool.write_down(str(tmp_path), [])
    ended = os.posix_spawn('/bin/true', ['true'], {})
    os.waitpid(ended, 0)
    half = tmp_path / 'learn-hook' / 'spool' / f'.1-{ended}'
    half.write_bytes(b'push\tP5')
    intake.take_in(tmp_path)
    assert not half.exists()
