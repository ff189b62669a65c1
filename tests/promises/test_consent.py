"""Where nobody agreed yet: a notice, time to look and to object; what was shown is what goes."""

from __future__ import annotations

import os
import pty
import subprocess
from typing import TYPE_CHECKING

import pytest

from learn_core.push import schedule
from tests.conftest import commit, git
from tests.promises.world import (
    REPO,
    add_entries,
    at_rest,
    branch,
    landed,
    learn_hook,
    materials,
    notes,
    push,
    runs,
    said,
    sent,
    session,
    small_plan,
    wait_until,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.plans.run import Run
    from tests.promises.world import World


@pytest.fixture
def unasked(world: World) -> World:
    """A teammate's config brought the hook; this person has said nothing of it."""
    git('config', '--unset', 'learn-hook.consent', cwd=world.folder)
    small_plan(world, 5)
    return world


def on_terminal(world: World, *words: str) -> str:
    """A command with a terminal of its own; gives what was seen there."""
    ours, its = pty.openpty()
    child = subprocess.Popen(
        words, cwd=world.folder, stdin=its, stdout=its, stderr=its, start_new_session=True
    )
    os.close(its)
    seen = b''
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed
            piece = b''
        if not piece:
            break
        seen += piece
    os.close(ours)
    assert child.wait() == 0
    return seen.decode().replace('\r\n', '\n')


def nothing_sent(world: World) -> bool:
    return (world.hub.gists, world.hub.runs) == ({}, [])


def times_pass(world: World, seconds: float) -> None:
    """As if all had happened that much earlier."""
    for run in runs(world):
        run.began -= seconds
        run.ended -= seconds
        run.not_before = max(0.0, run.not_before - seconds)
        moment = run.steps.get('packed_at')
        if isinstance(moment, float):
            run.steps['packed_at'] = moment - seconds
        run.save()
    for name in (schedule.NOTICED, schedule.SAID):
        marker = world.common / 'learn-hook' / name
        if marker.exists():
            moment = marker.stat().st_mtime - seconds
            os.utime(marker, (moment, moment))


def another_push(world: World) -> str:
    """Of an ordinary branch, whose hook goes on with what is due."""
    git('switch', '-q', 'master', cwd=world.folder)
    commit(world.folder, f'ordinary-{len(list(world.folder.iterdir()))}.txt')
    pushed = push(world, 'origin', 'master')
    assert pushed.code == 0
    return pushed.words


def test_the_first_push_gives_four_lines_and_prepares_everything(unasked: World) -> None:
    branch(unasked, 'P5-x')
    lines = [line for line in push(unasked, 'origin', 'P5-x').words.splitlines() if 'learn' in line]
    assert len(lines) == 4
    assert nothing_sent(unasked)
    (run,) = runs(unasked)
    assert (run.state, run.issue) == ('held', 5)
    assert run.not_before == pytest.approx(run.ended + 600, abs=30)
    assert (unasked.folder / '.erk/scratch/learn-5/impl-session-5.xml').exists()
    status = learn_hook(unasked, 'status').words
    assert 'goes at' in status
    assert 'anyone who has its link can read it' in status


def test_it_goes_when_the_grace_is_over(unasked: World) -> None:
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    another_push(unasked)
    assert nothing_sent(unasked)
    times_pass(unasked, 601)
    learn_hook(unasked, 'retry')
    assert sent(unasked) == [5]


def test_a_process_that_sleeps_sends_it_by_itself(
    unasked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv('LEARN_HOOK_MODE')
    for key, value in (('quiet', '0'), ('grace', '2')):
        git('config', f'learn-hook.{key}', value, cwd=unasked.folder)
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    wait_until(unasked, lambda: sent(unasked) == [5])
    at_rest(unasked)


def test_a_yes_sends_it_before_the_grace_is_over(
    unasked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv('LEARN_HOOK_MODE')
    git('config', 'learn-hook.quiet', '0', cwd=unasked.folder)
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    wait_until(unasked, lambda: [state for state, _ in notes(unasked)] == ['held'])
    git('config', 'learn-hook.consent', 'yes', cwd=unasked.folder)
    wait_until(unasked, lambda: sent(unasked) == [5])
    at_rest(unasked)


def test_a_no_takes_away_what_was_prepared(unasked: World) -> None:
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    git('config', 'learn-hook.consent', 'no', cwd=unasked.folder)
    learn_hook(unasked, 'retry')
    assert runs(unasked) == []
    assert nothing_sent(unasked)


def test_a_notice_on_a_terminal_is_enough_for_later_runs(unasked: World) -> None:
    small_plan(unasked, 6)
    branch(unasked, 'P5-x')
    seen = on_terminal(unasked, 'git', 'push', 'origin', 'P5-x')
    assert 'anyone who has its link can read it' in seen
    times_pass(unasked, 601)
    branch(unasked, 'P6-x')
    assert 'learning from plan #6' in on_terminal(unasked, 'git', 'push', 'origin', 'P6-x')
    assert sorted(sent(unasked)) == [5, 6]


def test_a_notice_that_perhaps_nobody_saw_comes_again_with_its_grace(unasked: World) -> None:
    small_plan(unasked, 6)
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    times_pass(unasked, 601)
    branch(unasked, 'P6-x')
    assert 'anyone who has its link can read it' in push(unasked, 'origin', 'P6-x').words
    assert sent(unasked) == [5]
    assert notes(unasked)[-1][0] == 'held'


def test_a_newer_push_prepares_anew_and_starts_the_grace_again(unasked: World) -> None:
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    times_pass(unasked, 300)
    session(unasked, 'session-5', said_by_person='And one thing more')
    commit(unasked.folder, 'more.txt')
    push(unasked, 'origin', 'P5-x')
    (run,) = runs(unasked)
    assert run.not_before == pytest.approx(run.ended + 600, abs=30)
    learn_hook(unasked, 'send')
    assert 'And one thing more' in materials(unasked)['impl-session-5.xml']
    assert len(sent(unasked)) == 1


def test_what_was_shown_is_what_goes_whatever_is_pushed_since(unasked: World) -> None:
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    (shown,) = runs(unasked)
    shown.steps['shown'] = True
    shown.save()
    session(unasked, 'session-5', said_by_person='And one thing more')
    commit(unasked.folder, 'more.txt')
    push(unasked, 'origin', 'P5-x')
    assert [run.state for run in runs(unasked)] == ['held', 'held']
    assert learn_hook(unasked, 'send', shown.directory.name).code == 0
    assert 'And one thing more' not in materials(unasked)['impl-session-5.xml']


def test_send_needs_no_wait_and_no_consent(unasked: World) -> None:
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    assert '"workflow_triggered": true' in learn_hook(unasked, 'send').words
    assert sent(unasked) == [5]
    assert [state for state, _ in notes(unasked)] == ['done']
    assert 'nothing waits to be sent' in learn_hook(unasked, 'send').words


def test_drop_sends_nothing_and_deletes_what_was_packed(unasked: World) -> None:
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    assert 'dropped plan #5' in learn_hook(unasked, 'drop').words
    ((state, note),) = notes(unasked)
    assert (state, note) == ('dropped', 'by hand; nothing was sent')
    (run,) = runs(unasked)
    assert {path.name for path in run.directory.iterdir()} <= {'run.json', 'log', 'lock'}
    times_pass(unasked, 601)
    learn_hook(unasked, 'retry')
    assert nothing_sent(unasked)


def test_send_says_it_when_github_is_away_and_the_next_hook_goes_on(unasked: World) -> None:
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    unasked.hub.misbehave(status=429, headers={'Retry-After': '3600'})
    failed = learn_hook(unasked, 'send')
    assert (failed.code, '"success": false' in failed.words) == (1, True)
    assert [state for state, _ in notes(unasked)] == ['waiting']
    learn_hook(unasked, 'retry')
    assert sent(unasked) == [5]


def merged(world: World, name: str) -> None:
    branch(world, name)
    git('switch', '-q', 'master', cwd=world.folder)
    assert said('git', 'merge', '-q', '--no-ff', '--no-edit', name, cwd=world.folder).code == 0


def test_a_merge_is_prepared_and_waits_for_the_notice_of_the_next_hook(unasked: World) -> None:
    merged(unasked, 'P5-x')
    assert nothing_sent(unasked)
    (run,) = runs(unasked)
    assert (run.state, run.not_before) == ('held', 0.0)
    words = another_push(unasked)
    assert "plan #5: its sessions here and its PR's comments" in words
    (run,) = runs(unasked)
    assert run.not_before > run.ended
    assert 'learn-hook' not in another_push(unasked)
    times_pass(unasked, 601)
    learn_hook(unasked, 'retry')
    assert sent(unasked) == [5]


def test_a_merge_of_what_others_did_leaves_nothing_behind(unasked: World) -> None:
    for path in unasked.claude.rglob('*.jsonl'):
        path.unlink()
    merged(unasked, 'P5-x')
    assert nothing_sent(unasked)
    assert runs(unasked) == []
    assert 'learn-hook' not in another_push(unasked)


def test_a_name_that_only_looks_like_a_plans_gets_no_notice_of_its_own(unasked: World) -> None:
    unasked.hub.add_issue(REPO, 2024, title='Numbers of the year')
    branch(unasked, '2024-q1-report')
    assert 'learn-hook' not in push(unasked, 'origin', '2024-q1-report').words
    assert 'learn-hook' not in another_push(unasked)


def test_with_review_every_run_stops_when_it_is_packed(world: World) -> None:
    git('config', 'learn-hook.review', 'true', cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert nothing_sent(world)
    assert 'plan #5 is prepared and waits for you' in another_push(world)
    assert nothing_sent(world)
    by_hand = learn_hook(world, '--issue', '5')
    assert (by_hand.code, '"workflow_triggered": false' in by_hand.words) == (0, True)
    assert nothing_sent(world)


def test_what_send_sends_are_the_very_bytes_that_were_packed(world: World) -> None:
    git('config', 'learn-hook.review', 'true', cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    (run,) = runs(world)
    packed = (run.directory / 'learn-materials-plan-5.txt').read_text(encoding='utf-8')
    (log,) = world.claude.rglob('session-5.jsonl')
    add_entries(log, str(world.folder), 'P5-x', ('user', 'And now the docs'), ('assistant', 'Yes.'))
    learn_hook(world, 'send')
    (gist,) = world.hub.gists.values()
    assert gist.files == {'learn-materials-plan-5.txt': packed}
    assert digest_of(runs(world)[0]) == digest_of(run)


def digest_of(run: Run) -> object:
    return run.steps['sha256']


def changed(text: bytes) -> bytes:
    return text.replace(b'Carry out', b'Carry 0ut')


def cut(text: bytes) -> bytes:
    return text[:-100]


@pytest.mark.parametrize('damage', [changed, cut])
def test_what_was_shown_and_changed_since_does_not_go(
    world: World, damage: Callable[[bytes], bytes]
) -> None:
    git('config', 'learn-hook.review', 'true', cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    (run,) = runs(world)
    run.steps['shown'] = True
    run.save()
    packed = run.directory / 'learn-materials-plan-5.txt'
    packed.write_bytes(damage(packed.read_bytes()))
    assert learn_hook(world, 'send').code == 1
    assert nothing_sent(world)


def test_a_switched_off_hook_gives_no_notice_and_makes_no_request(
    unasked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('LEARN_HOOK', '0')
    branch(unasked, 'P5-x')
    assert 'learn-hook' not in push(unasked, 'origin', 'P5-x').words
    assert landed(unasked, 'P5-x')
    assert unasked.hub.requests == []
