"""Where nobody agreed yet nothing is read; what was shown is what goes."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from learn_core.plans.record import change
from tests.conftest import commit, git
from tests.promises.world import (
    REPO,
    WORKFLOW,
    add_entries,
    branch,
    landed,
    learn_hook,
    materials,
    notes,
    plans,
    push,
    said,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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


def another_push(world: World) -> str:
    """Of an ordinary branch, whose hook goes on with what is due."""
    git('switch', '-q', 'master', cwd=world.folder)
    commit(world.folder, f'ordinary-{len(list(world.folder.iterdir()))}.txt')
    pushed = push(world, 'origin', 'master')
    assert pushed.code == 0
    return pushed.words


def nothing_read(world: World) -> bool:
    """GitHub was asked nothing, and nothing was prepared."""
    return world.hub.requests == [] and not (world.folder / '.erk').exists()


def test_the_first_push_says_what_would_be_sent_and_reads_nothing(unasked: World) -> None:
    branch(unasked, 'P5-x')
    lines = [line for line in push(unasked, 'origin', 'P5-x').words.splitlines() if 'learn' in line]
    assert len(lines) == 4
    assert 'git config learn-hook.consent yes (or no)' in lines[2]
    assert nothing_read(unasked)
    (record,) = plans(unasked)
    assert (record.is_held, record.plan.number) == (True, 5)
    assert list((record.folder / 'logs').rglob('session-5.jsonl'))
    status = learn_hook(unasked, 'status').words
    assert 'waits for your yes' in status
    assert 'nothing is read or sent before you agree' in status


def test_time_alone_never_counts_as_consent(unasked: World) -> None:
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    another_push(unasked)
    learn_hook(unasked, 'retry')
    assert nothing_read(unasked)


def test_after_consent_the_next_hook_sends_everything_that_waits(unasked: World) -> None:
    small_plan(unasked, 6)
    for number in (5, 6):
        branch(unasked, f'P{number}-x')
        push(unasked, 'origin', f'P{number}-x')
    assert nothing_read(unasked)
    git('config', 'learn-hook.consent', 'yes', cwd=unasked.folder)
    for words in (('status',), ('doctor',), ('show', '--text')):
        said = ' '.join(learn_hook(unasked, *words).words.split())
        is_told = 'oes at the next push or merge, or now by learn-hook retry' in said
        assert (is_told, 'aits for your yes' in said) == (words != ('doctor',), False)
    another_push(unasked)
    assert sorted(sent(unasked)) == [5, 6]


def test_a_yes_for_an_owner_counts_in_all_repositories_but_public_ones(
    unasked: World, repository: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('GIT_CONFIG_GLOBAL', str(tmp_path / 'global'))
    words = ('config', '--global', '--add', 'learn-hook.consent', 'github.com/acme')
    git(*words, cwd=unasked.folder)
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    assert sent(unasked) == [5]

    other = replace(unasked, folder=repository('other'))
    url = 'https://github.com/acme/gears.git'
    git('remote', 'set-url', 'origin', url, cwd=other.folder)
    bare = other.folder.with_name(f'{other.folder.name}.git')
    git('remote', 'set-url', '--push', 'origin', str(bare), cwd=other.folder)
    gears = unasked.hub.add_repo('acme/gears', workflow=WORKFLOW)
    small_plan(other, 6)
    gears.issues[6] = unasked.hub.repos[REPO].issues.pop(6)
    for name in ('pre-push', 'post-merge'):
        shutil.copy(unasked.common / 'hooks' / name, other.common / 'hooks' / name)
    branch(other, 'P6-x')
    gears.visibility = 'public'
    push(other, 'origin', 'P6-x')
    assert sent(unasked) == [5]
    assert [record.is_held for record in plans(other)] == [True]
    assert 'waits for your yes' in learn_hook(other, 'status').words
    git('config', 'learn-hook.consent', 'yes', cwd=other.folder)
    learn_hook(other, 'retry')
    assert sent(unasked) == [5, 6]


def test_a_push_that_only_a_plan_reference_names_is_announced(unasked: World) -> None:
    for number, name in ((5, 'topic'), (6, 'other')):
        branch(unasked, name, 'master')
        commit(unasked.folder, '.impl/plan-ref.json', f'{{"plan_id": {number}}}')
        said_at_push = push(unasked, 'origin', name).words
        assert f'plan #{number}' in said_at_push
        git('config', 'learn-hook.consent', 'yes', cwd=unasked.folder)
        assert nothing_read(unasked) or number == 6
    assert 'learning from plan #6 in the background' in said_at_push


def test_a_number_of_a_team_whose_issues_are_all_plans_is_asked_about(unasked: World) -> None:
    git('config', 'learn-hook.plans', 'any', cwd=unasked.folder)
    branch(unasked, '5-retry')
    assert 'plan #5: your conversations' in push(unasked, 'origin', '5-retry').words
    git('config', 'learn-hook.consent', 'yes', cwd=unasked.folder)
    commit(unasked.folder, 'more.txt')
    assert 'plan #5: ' not in push(unasked, 'origin', '5-retry').words
    assert sent(unasked) == [5]


def test_refusing_consent_drops_what_waits(unasked: World) -> None:
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    git('config', 'learn-hook.consent', 'no', cwd=unasked.folder)
    learn_hook(unasked, 'retry')
    (record,) = plans(unasked)
    assert not record.is_waiting
    assert not (record.folder / 'logs').exists()
    assert nothing_read(unasked)


@pytest.mark.parametrize('how', ['status', 'push'])
def test_after_a_no_status_and_the_next_plan_push_clear_what_waits(
    unasked: World, how: str
) -> None:
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    git('config', 'learn-hook.consent', 'no', cwd=unasked.folder)
    if how == 'status':
        assert 'you said no' in learn_hook(unasked, 'status').words
    else:
        commit(unasked.folder, 'more.txt')
        assert 'learn-hook' not in push(unasked, 'origin', 'P5-x').words
    (record,) = plans(unasked)
    assert not record.is_waiting
    assert not (record.folder / 'logs').exists()
    assert nothing_read(unasked)


def test_a_notice_that_was_seen_on_a_terminal_is_a_line_from_then_on(unasked: World) -> None:
    branch(unasked, 'P5-x')
    assert 'anyone who has its link' in on_terminal(unasked, 'git', 'push', 'origin', 'P5-x')
    branch(unasked, 'P6-x')
    said_next = on_terminal(unasked, 'git', 'push', 'origin', 'P6-x')
    assert 'plan #6: waits for your yes' in said_next
    assert 'anyone who has its link' not in said_next


def test_an_agent_is_not_the_person(unasked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('CLAUDECODE', '1')
    branch(unasked, 'P5-x')
    seen = on_terminal(unasked, 'git', 'push', 'origin', 'P5-x')
    assert 'a person has to agree' in seen
    assert 'consent' not in seen
    monkeypatch.delenv('CLAUDECODE')
    branch(unasked, 'P6-x')
    assert 'anyone who has its link' in on_terminal(unasked, 'git', 'push', 'origin', 'P6-x')


def test_what_was_shown_is_what_goes_and_a_later_push_waits_behind_it(world: World) -> None:
    git('config', 'learn-hook.review', 'true', cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert learn_hook(world, 'show', '--text').code == 0
    session(world, 'session-5', said_by_person='And one thing more')
    commit(world.folder, 'more.txt')
    push(world, 'origin', 'P5-x')
    assert learn_hook(world, 'send').code == 0
    assert 'And one thing more' not in materials(world)['impl-session-5.xml']
    (record,) = plans(world)
    assert record.is_waiting
    learn_hook(world, 'retry')
    assert 'is prepared and waits for you' in learn_hook(world, 'status').words
    assert learn_hook(world, 'send').code == 0
    assert 'And one thing more' in materials(world)['impl-session-5.xml']


def test_what_is_prepared_without_a_session_is_seen_before_it_is_sent(world: World) -> None:
    git('config', 'learn-hook.review', 'true', cwd=world.folder)
    small_plan(world, 5)
    session(world, 'second', branch='P5-x')
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert 'is left out' in learn_hook(world, 'drop', '--session', 'second').words
    assert '"skipped": "is prepared and waits for you' in learn_hook(world, 'send').words
    assert sent(world) == []
    assert '"workflow_triggered": true' in learn_hook(world, 'send').words


def test_a_plan_that_waits_for_a_person_is_no_failure_of_retry(unasked: World) -> None:
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    tried = learn_hook(unasked, 'retry')
    assert (tried.code, 'waits for your yes' in tried.words) == (0, True)


def test_send_says_yes_for_what_waits_of_one_plan(unasked: World) -> None:
    small_plan(unasked, 6)
    for number in (5, 6):
        branch(unasked, f'P{number}-x')
        push(unasked, 'origin', f'P{number}-x')
    several = learn_hook(unasked, 'send')
    assert several.code == 1
    assert 'several plans wait: acme/widgets#5, acme/widgets#6' in several.words
    left_out = learn_hook(unasked, 'drop', '6', '--session', 'other').words
    assert 'nothing of the plan is prepared yet' in left_out
    assert '"workflow_triggered": true' in learn_hook(unasked, 'send', '6').words
    assert sent(unasked) == [6]
    learn_hook(unasked, 'send', '5')
    assert sent(unasked) == [6, 5]
    assert 'nothing waits to be sent' in learn_hook(unasked, 'send').words


def test_drop_sends_nothing_and_deletes_what_was_packed(world: World) -> None:
    git('config', 'learn-hook.review', 'true', cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert 'dropped plan acme/widgets#5' in learn_hook(world, 'drop').words
    assert notes(world) == [('dropped', 'by hand; nothing was sent')]
    (record,) = plans(world)
    assert {path.name for path in record.folder.iterdir()} <= {'plan.json', 'log', 'lock'}
    learn_hook(world, 'retry')
    assert nothing_sent(world)


def test_send_says_it_when_github_is_away_and_the_next_hook_goes_on(unasked: World) -> None:
    branch(unasked, 'P5-x')
    push(unasked, 'origin', 'P5-x')
    unasked.hub.misbehave(status=429, headers={'Retry-After': '3600'})
    failed = learn_hook(unasked, 'send')
    assert (failed.code, '"success": false' in failed.words) == (1, True)
    assert [state for state, _ in notes(unasked)] == ['waiting']
    learn_hook(unasked, 'retry')
    assert sent(unasked) == [5]


def test_before_a_yes_a_merge_of_what_others_did_leaves_nothing_behind(unasked: World) -> None:
    branch(unasked, 'P5-x')
    git('switch', '-q', 'master', cwd=unasked.folder)
    words = ('git', 'merge', '-q', '--no-ff', '--no-edit', 'P5-x')
    assert said(*words, cwd=unasked.folder).code == 0
    assert plans(unasked) == []
    assert nothing_read(unasked)
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
    (record,) = plans(world)
    packed = (record.folder / 'learn-materials-plan-5.txt').read_text(encoding='utf-8')
    (log,) = world.claude.rglob('session-5.jsonl')
    add_entries(log, str(world.folder), 'P5-x', ('user', 'And now the docs'), ('assistant', 'Yes.'))
    learn_hook(world, 'send')
    (gist,) = world.hub.gists.values()
    assert gist.files == {'learn-materials-plan-5.txt': packed}


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
    (record,) = plans(world)
    assert record.prepared is not None
    change(record, prepared=replace(record.prepared, shown=True))
    packed = record.folder / 'learn-materials-plan-5.txt'
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
