"""`learn-hook forget`: what was sent is taken back, and nothing else."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from learn_core.plans import record as plan_record
from learn_core.plans.record import change
from tests.conftest import TOKEN, git
from tests.promises.world import (
    REPO,
    World,
    add_entries,
    plan,
    plans,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.plans.fields import PlanRecord
    from tests.hooks.cli.conftest import Said

    Command = Callable[..., Said]


def only(world: World) -> PlanRecord:
    (record,) = plans(world)
    return record


def packed(world: World) -> list[str]:
    """The packed files that lie beside records."""
    return [file.name for file in (world.common / 'learn-hook' / 'plans').rglob('learn-mat*')]


def more(world: World, number: int = 5) -> None:
    """The plan's session goes on."""
    log = session(world, f'session-{number}')
    add_entries(log, str(world.folder), '', ('user', f'And {len(world.hub.runs)} more.'))


def test_forget_deletes_the_gist_and_cancels_what_was_started(
    world: World, learn_hook: Command
) -> None:
    session(world, 's', said_by_person=f'The token is ghp_{"aB3dE5fG7h" * 3}kL1mN2')
    plan(world, 5, last_local_impl_session='s')
    url = json.loads(learn_hook('--issue', 5).out)['gist_url']
    said = learn_hook('forget', '--yes')
    assert said.code == 0, said.error
    assert world.hub.gists == {}
    assert world.hub.runs[0].conclusion == 'cancelled'
    assert (only(world).stopped, only(world).places, packed(world)) == (True, (), [])
    assert f'deleted with all its revisions: {url}' in said.out
    assert '1 session;' in said.out
    assert '  redacted   1 github' in said.out
    assert 'aB3dE5fG7h' not in said.out
    assert f'cancelled: https://github.com/{REPO}/actions/runs/' in said.out


def test_without_a_terminal_nothing_is_deleted_unasked(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    said = learn_hook('forget')
    assert said.code == 1
    assert 'this deletes what was sent of plan #5 (https://gist.github.com/' in said.error
    assert said.error.endswith('add --yes where there is no terminal to ask on')
    assert len(world.hub.gists) == 1


def test_a_second_forget_is_harmless(world: World, learn_hook: Command) -> None:
    for number in (4, 5):
        small_plan(world, number)
        learn_hook('--issue', number)
    assert learn_hook('forget', '--yes').code == 0
    again = learn_hook('forget', '--yes')
    assert (again.code, again.out) == (
        0,
        'nothing of plan #5 is at GitHub, nor is it packed here\n',
    )
    assert len(world.hub.gists) == 1


def test_every_run_of_the_plan_is_undone(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    more(world)
    learn_hook('--issue', 5)
    world.hub.runs[1].status = 'completed'
    said = learn_hook('forget', '5', '--yes')
    assert world.hub.gists == {}
    assert 'cancelled: ' in said.out
    assert 'had ended, and what it made is still there: ' in said.out
    assert packed(world) == []


def test_the_gists_of_every_account_are_named_and_tried(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    world.hub.tokens[TOKEN]['login'] = 'ben'
    more(world)
    learn_hook('--issue', 5)
    assert len(world.hub.gists) == 2
    said = learn_hook('forget', '--yes')
    assert said.code == 1
    assert '(it is of ann)' in said.out
    assert [gist.owner for gist in world.hub.gists.values()] == ['ann']
    world.hub.tokens[TOKEN]['login'] = 'ann'
    assert learn_hook('forget', '5', '--yes').code == 0
    assert world.hub.gists == {}


def test_what_was_forgotten_can_be_sent_again_by_hand(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    learn_hook('forget', '--yes')
    assert json.loads(learn_hook('--issue', 5).out)['workflow_triggered'] is True
    assert len(world.hub.gists) == 1
    assert sent(world) == [5, 5]
    assert not only(world).stopped


@pytest.mark.parametrize('word', ['4', '#4', 'acme/widgets#4'])
def test_a_plan_is_named_by_its_number_or_in_full(
    world: World, learn_hook: Command, word: str
) -> None:
    for number in (4, 5):
        small_plan(world, number)
        learn_hook('--issue', number)
    assert learn_hook('forget', word, '--yes').code == 0
    assert {record.plan.number: record.stopped for record in plans(world)} == {4: True, 5: False}


def test_a_plan_that_is_not_there_is_said(world: World, learn_hook: Command) -> None:
    assert 'nothing was sent from here' in learn_hook('forget', '--yes').error
    assert 'nothing is known here of plan' in learn_hook('forget', '7', '--yes').error
    assert learn_hook('forget', '7', '--closed').code == 2


def test_a_gist_that_is_gone_already_is_said(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    world.hub.gists.clear()
    assert 'was gone already' in learn_hook('forget', '--yes').out
    assert only(world).places == ()


def test_a_gist_that_cannot_be_deleted_is_remembered(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    world.hub.tokens['poor-token'] = {'login': 'ann', 'scopes': {'repo'}}
    with monkeypatch.context() as poor:
        poor.setenv('GH_TOKEN', 'poor-token')
        said = learn_hook('forget', '--yes')
    assert said.code == 1
    assert 'lacks the scope `gist`' in said.out
    assert (len(world.hub.gists), len(only(world).places)) == (1, 1)
    assert 'learn-hook forget 5 tries again what could not' in learn_hook('status').out
    assert learn_hook('forget', '--yes').code == 0
    assert world.hub.gists == {}


def test_a_run_that_could_not_be_cancelled_is_said_and_tried_again(
    world: World, learn_hook: Command
) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    world.hub.misbehave(path_contains='/cancel', status=403, body='{"message": "No."}')
    said = learn_hook('forget', '--yes')
    assert said.code == 1
    assert 'left       cannot cancel the workflow run' in said.out
    assert world.hub.gists == {}
    assert 'workflow   cancelled' in learn_hook('forget', '--yes').out
    assert world.hub.runs[0].conclusion == 'cancelled'


def test_an_upload_whose_answer_was_lost_is_found_and_deleted(
    world: World, learn_hook: Command
) -> None:
    small_plan(world, 5)
    world.hub.misbehave(method='POST', path_contains='/gists', status=502, after_effect=True)
    world.hub.misbehave(method='GET', path_contains='/gists', status=404)
    learn_hook('--issue', 5)
    assert len(world.hub.gists) == 1
    assert 'deleted with all its revisions' in learn_hook('forget', '--yes').out
    assert world.hub.gists == {}


def test_an_upload_that_cannot_be_looked_for_is_said(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    world.hub.misbehave(method='POST', path_contains='/gists', status=502, times=9)
    learn_hook('--issue', 5)
    for file in (world.common / 'learn-hook' / 'plans').rglob('learn-mat*'):
        file.unlink()
    said = learn_hook('forget', '--yes')
    assert said.code == 1
    assert 'cannot be told any more; look at your gists' in said.out


def test_a_start_whose_answer_was_lost_is_said(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    world.hub.misbehave(path_contains='/dispatches', status=502, times=9)
    world.hub.misbehave(path_contains='/runs', status=404, times=9)
    learn_hook('--issue', 5)
    said = learn_hook('forget', '--yes')
    assert 'plan #5 may have been started; look at the Actions' in said.out


def test_a_plan_of_which_nothing_was_sent_is_cleared_without_asking_anyone(
    world: World, learn_hook: Command
) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5, '--dry-run')
    count = len(world.hub.requests)
    said = learn_hook('forget', '5', '--yes')
    assert said.out == 'nothing of plan #5 is at GitHub, nor is it packed here\n'
    assert (len(world.hub.requests), packed(world)) == (count, [])
    assert 'forgotten; nothing of it was sent' in learn_hook('status').out


def test_a_plan_that_is_worked_on_is_not_forgotten(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    with plan_record.claimed(only(world)):
        said = learn_hook('forget', '--yes')
    assert 'a run of plan acme/widgets#5 is under way' in said.error
    assert len(world.hub.gists) == 1


def test_the_comment_that_names_the_gist_goes_with_it(world: World, learn_hook: Command) -> None:
    git('config', 'learn-hook.track', 'true', cwd=world.folder)
    small_plan(world, 5)
    learn_hook('--issue', 5)
    comments = world.hub.repos[REPO].issues[5].comments
    assert len(comments) == 1
    learn_hook('forget', '--yes')
    assert comments == []


def test_a_comment_that_cannot_be_deleted_is_said(world: World, learn_hook: Command) -> None:
    git('config', 'learn-hook.track', 'true', cwd=world.folder)
    small_plan(world, 5)
    learn_hook('--issue', 5)
    world.hub.misbehave(method='DELETE', path_contains='/comments', status=403)
    said = learn_hook('forget', '--yes')
    assert said.code == 1
    assert 'left       cannot delete the comment' in said.out
    assert world.hub.gists == {}


def at_a_terminal(answer: str, *words: str) -> str:
    """What the real command says to a person who answers."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, '-I', '-m', 'hooks.cli.main', *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    )
    os.close(theirs)
    os.write(ours, f'{answer}\n'.encode())
    said = b''
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the terminal of a process that ended
            break
        if not piece:
            break
        said += piece
    os.close(ours)
    child.wait()
    return said.decode()


def test_a_person_is_asked_and_may_say_no(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    said = at_a_terminal('n', 'forget')
    assert 'delete what was sent of plan #5 (https://gist.github.com/' in said
    assert 'nothing was deleted' in said
    assert len(world.hub.gists) == 1
    assert 'deleted with all its revisions' in at_a_terminal('y', 'forget')
    assert world.hub.gists == {}


def let_age(world: World, days: float = 31) -> None:
    """Everything was sent that many days earlier."""
    for record in plans(world):
        if record.sent is not None:
            at = time.time() - days * 86_400
            change(record, sent=replace(record.sent, at=at))


def test_closed_plans_are_forgotten_when_they_are_old(world: World, learn_hook: Command) -> None:
    for number in (5, 6, 7):
        small_plan(world, number)
        learn_hook('--issue', number)
    let_age(world)
    more(world, 7)
    learn_hook('--issue', 7)
    for number in (5, 7):
        world.hub.repos[REPO].issues[number].state = 'CLOSED'
    said = learn_hook('forget', '--closed', '--yes')
    assert said.code == 0
    assert 'forgotten: plan #5\n' in said.out
    assert sorted(gist.description or '' for gist in world.hub.gists.values()) == [
        'Learn materials for plan #6',
        'Learn materials for plan #7',
    ]
    assert learn_hook('forget', '--closed', '--yes').out.startswith('no plan that was sent')


def test_a_closed_plan_with_which_something_waits_stays(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    let_age(world)
    world.hub.repos[REPO].issues[5].state = 'CLOSED'
    more(world)
    world.hub.misbehave(status=429, headers={'Retry-After': '3600'}, method='PATCH')
    learn_hook('--issue', 5)
    assert learn_hook('forget', '--closed', '--yes').out.startswith('no plan that was sent')
    assert len(world.hub.gists) == 1
