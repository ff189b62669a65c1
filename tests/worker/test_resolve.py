"""When a push counts as one, and into which plan's record it goes."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from learn_core.errors import LearnError
from learn_core.plans.record import change, records
from learn_core.plans.trigger import Trigger
from learn_core.push import schedule, spool
from learn_core.push.spawn import SECONDS_OF_A_PUSH
from learn_core.worker import resolve
from learn_core.worker.resolve import Occasion, take_in
from tests.conftest import commit, git

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.plans.fields import PlanRecord


@pytest.fixture
def folder(repository: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(resolve, 'SECONDS_TO_LAND', 0.2)
    found = repository()
    git('config', 'learn-hook.consent', 'yes', cwd=found)
    git('switch', '-q', '-c', 'P5-x', cwd=found)
    commit(found, 'more.txt')
    return found


def write(folder: Path, **given: Any) -> None:
    """What the hook of a push writes down."""
    entry = {
        'kind': 'push',
        'at': time.time(),
        'local_branch': 'P5-x',
        'remote_branch': 'P5-x',
        'sha': git('rev-parse', 'HEAD', cwd=folder),
        'remote': 'origin',
        'url': git('remote', 'get-url', '--push', 'origin', cwd=folder),
        'worktree': str(folder),
        'git_pid': 0,
        **given,
    }
    spool.write(str(folder / '.git'), [entry])


def settled(folder: Path, seconds: float = 10.0) -> None:
    """Looks as a worker does until nothing may land any more."""
    occasion = Occasion(common=folder / '.git', folder=folder)
    deadline = time.monotonic() + seconds
    while take_in(occasion) and time.monotonic() < deadline:
        time.sleep(0.05)


def known(folder: Path) -> list[PlanRecord]:
    return records(folder / '.git')


def left(folder: Path) -> list[str]:
    return spool.files(str(folder / '.git'))


def ended() -> int:
    """The pid of a process that has ended."""
    child = os.posix_spawn('/bin/true', ['true'], {})
    os.waitpid(child, 0)
    return child


def test_a_slow_push_is_waited_for(folder: Path) -> None:
    words = ('sh', '-c', 'sleep 1; git push -q --no-verify origin P5-x')
    with subprocess.Popen(words, cwd=folder, stderr=subprocess.DEVNULL) as push:
        write(folder, git_pid=push.pid)
        settled(folder)
    (record,) = known(folder)
    assert record.plan.full_name == 'acme/widgets#5'
    assert left(folder) == []


def test_a_push_that_was_refused_is_dropped_without_a_word(folder: Path) -> None:
    write(folder, git_pid=ended())
    settled(folder)
    assert (known(folder), left(folder)) == ([], [])
    assert schedule.take_lines(str(folder / '.git')) == []


def test_a_rejected_push_changes_nothing_of_a_landed_one_that_waits(folder: Path) -> None:
    git('push', '-q', '--no-verify', 'origin', 'P5-x', cwd=folder)
    write(folder)
    settled(folder)
    (before,) = known(folder)
    commit(folder, 'rejected.txt')
    write(folder, git_pid=ended())
    settled(folder)
    assert known(folder) == [before]


def test_without_a_tracking_ref_the_remote_is_asked(folder: Path) -> None:
    git('config', 'remote.origin.fetch', '+refs/heads/master:refs/remotes/origin/m', cwd=folder)
    git('push', '-q', '--no-verify', 'origin', 'P5-x', cwd=folder)
    git('update-ref', '-d', 'refs/remotes/origin/P5-x', cwd=folder)
    write(folder, git_pid=ended())
    settled(folder)
    assert [record.plan.number for record in known(folder)] == [5]


def test_a_remote_that_does_not_answer_keeps_the_push_for_a_day_then_a_line(folder: Path) -> None:
    git('remote', 'set-url', '--push', 'origin', '/nowhere/at/all.git', cwd=folder)
    write(folder, git_pid=ended())
    settled(folder)
    assert (known(folder), len(left(folder))) == ([], 1)
    assert schedule.take_lines(str(folder / '.git')) == []
    spool.replace(left(folder)[0], [])
    write(folder, git_pid=ended(), at=time.time() - resolve.SECONDS_UNANSWERED - 1)
    settled(folder)
    assert left(folder) == []
    (line,) = schedule.take_lines(str(folder / '.git'))
    assert line.startswith('origin did not answer for a day, so nobody knows')


def test_a_process_that_never_ends_is_waited_for_no_longer_than_a_push(folder: Path) -> None:
    write(folder, git_pid=os.getpid(), at=time.time() - SECONDS_OF_A_PUSH - 1)
    settled(folder)
    assert left(folder) == []


def test_the_same_file_taken_in_twice_enters_once(folder: Path) -> None:
    git('push', '-q', '--no-verify', 'origin', 'P5-x', cwd=folder)
    write(folder)
    (path,) = left(folder)
    entries = spool.read(path)
    settled(folder)
    (before,) = known(folder)
    spool.replace(path, entries)  # as after a kill between the two
    settled(folder)
    assert known(folder) == [before]


def test_a_file_that_nobody_can_read_goes(folder: Path) -> None:
    write(folder)
    (path,) = left(folder)
    for content in (b'\xff\x00\tnothing\n', b'{"kind": "sneeze"}\n', b'[1]\n', b''):
        Path(path).write_bytes(content)
        settled(folder)
        assert left(folder) == []
    assert known(folder) == []


def test_what_a_hook_announced_counts_also_when_the_branch_is_gone(folder: Path) -> None:
    url = 'https://github.com/acme/plans/issues/7'
    write(folder, local_branch='topic', remote_branch='topic', said=7, named=url)
    take_in(Occasion(common=folder / '.git', folder=folder, foreground=True))
    (record,) = known(folder)
    assert record.plan.full_name == 'acme/plans#7'


def test_a_fork_layout_waits_as_one_until_github_tells_which(folder: Path) -> None:
    git('remote', 'add', 'upstream', 'https://github.com/upstream/widgets.git', cwd=folder)
    for sha in 'ab':
        write(folder, sha=sha * 40)
        take_in(Occasion(common=folder / '.git', folder=folder, foreground=True))
    (record,) = known(folder)
    assert record.folder.name.startswith('new-')
    assert record.plan.full_name == '#5'


def test_a_branch_that_two_sources_give_two_numbers_is_said(folder: Path) -> None:
    commit(folder, '.impl/issue.json', '{"issue_number": 6}')
    write(folder)
    take_in(Occasion(common=folder / '.git', folder=folder, foreground=True))
    (line,) = schedule.take_lines(str(folder / '.git'))
    assert 'was left out: the plan reference says #6' in line


def test_a_plan_that_was_forgotten_is_not_begun_again_by_a_push(folder: Path) -> None:
    write(folder)
    take_in(Occasion(common=folder / '.git', folder=folder, foreground=True))
    (record,) = known(folder)
    change(record, wanted=None, stopped=True)
    commit(folder, 'later.txt')
    write(folder)
    take_in(Occasion(common=folder / '.git', folder=folder, foreground=True))
    (record,) = known(folder)
    assert not record.is_waiting
    (line,) = schedule.take_lines(str(folder / '.git'))
    assert 'learn-hook --issue 5 begins again' in line


def test_a_push_waits_where_the_remote_that_is_set_is_not_there(folder: Path) -> None:
    git('config', 'learn-hook.remote', 'nowhere', cwd=folder)
    write(folder)
    take_in(Occasion(common=folder / '.git', folder=folder, foreground=True))
    (record,) = known(folder)
    assert record.folder.name.startswith('new-')
    assert (record.plan.full_name, record.is_waiting) == ('#5', True)


def test_a_dry_run_before_a_yes_prepares_nothing(folder: Path) -> None:
    git('config', '--unset', 'learn-hook.consent', cwd=folder)
    git('config', 'learn-hook.mode', 'dry-run', cwd=folder)
    write(folder)
    take_in(Occasion(common=folder / '.git', folder=folder, foreground=True))
    assert (known(folder), left(folder)) == ([], [])


def test_where_the_worktree_of_a_push_is_gone_another_one_of_the_repository_is_taken(
    folder: Path, repository: Callable[..., Path]
) -> None:
    other = repository('other')
    trigger = Trigger(kind='push', worktree=str(folder.with_name('gone')))
    for standing in (folder, other, folder.with_name('gone too')):
        found = Occasion(common=folder / '.git', folder=standing).repository(trigger)
        assert found.worktree == folder


def test_where_no_worktree_is_left_a_person_is_told_what_to_do(tmp_path: Path) -> None:
    git('init', '-q', '--bare', 'bare.git', cwd=tmp_path)
    occasion = Occasion(common=tmp_path / 'bare.git', folder=tmp_path / 'gone')
    with pytest.raises(LearnError, match=r'no worktree of .*bare.git is left; go to one and use'):
        occasion.repository()


def merged(folder: Path) -> None:
    git('switch', '-q', 'master', cwd=folder)
    before = git('rev-parse', 'HEAD', cwd=folder)
    git('merge', '-q', '--no-ff', '--no-edit', 'P5-x', cwd=folder)
    after = git('rev-parse', 'HEAD', cwd=folder)
    entry: dict[str, object] = {'kind': 'merge', 'before': before, 'sha': after, 'onto': 'master'}
    spool.write(str(folder / '.git'), [{**entry, 'worktree': str(folder), 'at': time.time()}])


def test_a_merge_joins_the_push_that_waits_and_makes_it_urgent(folder: Path) -> None:
    write(folder)
    take_in(Occasion(common=folder / '.git', folder=folder, foreground=True))
    merged(folder)
    settled(folder)
    (record,) = known(folder)
    assert record.wanted is not None
    trigger = record.wanted.trigger
    assert (trigger.kind, trigger.is_urgent, trigger.needs_session) == ('merge', True, False)


def test_before_a_yes_a_merge_counts_only_where_somebody_pushed_the_plan(folder: Path) -> None:
    git('config', '--unset', 'learn-hook.consent', cwd=folder)
    merged(folder)
    settled(folder)
    assert (known(folder), left(folder)) == ([], [])


def test_a_no_clears_what_was_written_down(folder: Path) -> None:
    write(folder)
    git('config', 'learn-hook.consent', 'no', cwd=folder)
    settled(folder)
    assert (known(folder), left(folder)) == ([], [])


@pytest.mark.parametrize(('branch', 'glob'), [('plan/retry', 'built-in'), ('topic/x', 'own')])
def test_a_branch_of_a_glob_waits_for_its_pull_request_without_a_word(
    folder: Path, branch: str, glob: str
) -> None:
    git('config', 'learn-hook.branches', 'topic/*', cwd=folder)
    write(folder, local_branch=branch, remote_branch=branch)
    take_in(Occasion(common=folder / '.git', folder=folder, foreground=True))
    (record,) = known(folder)
    assert record.wanted is not None
    trigger = record.wanted.trigger
    assert (trigger.issue, trigger.glob, trigger.needs_mark) == (0, glob, glob == 'built-in')
    assert record.folder.name.startswith('new-')
    assert (record.plan.host, record.plan.owner) == ('github.com', 'acme')


def test_a_branch_of_no_glob_is_no_plan(folder: Path) -> None:
    write(folder, local_branch='topic', remote_branch='topic')
    take_in(Occasion(common=folder / '.git', folder=folder, foreground=True))
    assert known(folder) == []


@pytest.mark.parametrize('by', ['config', 'reference', 'leftover'])
def test_what_named_the_plan_may_be_gone_before_anybody_looks(folder: Path, by: str) -> None:
    git('switch', '-q', '-c', 'topic', cwd=folder)
    commit(folder, '.impl/plan-ref.json', '{"plan_id": 7}')
    for name in ('topic', 'master') if by == 'leftover' else ('topic',):
        git('push', '-q', '--no-verify', 'origin', f'topic:refs/heads/{name}', cwd=folder)
    write(
        folder,
        local_branch='topic',
        remote_branch='topic',
        named='7',
        named_by='config' if by == 'config' else 'reference',
        reference='.impl/plan-ref.json',
    )
    git('switch', '-q', 'master', cwd=folder)
    git('branch', '-q', '-D', 'topic', cwd=folder)
    settled(folder)
    assert [record.plan.number for record in known(folder)] == ([] if by == 'leftover' else [7])


def test_the_args_of_a_teams_hook_say_which_branches_are_plans(folder: Path) -> None:
    for branch in ('5-x', 'topic/6'):
        git('push', '-q', '--no-verify', 'origin', f'P5-x:{branch}', cwd=folder)
        write(
            folder,
            local_branch='',
            remote_branch=branch,
            team='\0'.join(['--plans', 'any', '--branches', 'topic/*']),
        )
    settled(folder)
    wanted = {
        record.wanted.trigger.branch: record.wanted.trigger
        for record in known(folder)
        if record.wanted
    }
    assert not wanted['5-x'].needs_mark
    assert wanted['topic/6'].glob == 'own'
