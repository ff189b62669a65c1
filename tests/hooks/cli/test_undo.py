"""`learn-hook forget` and `prune`: what was sent is taken back, and nothing else."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from learn_core.pipeline.steps import lock_of
from learn_core.plans import journal
from learn_core.plans.run import Trigger
from tests.conftest import git
from tests.promises.world import (
    REPO,
    World,
    add_entries,
    plan,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.plans.run import Run
    from tests.hooks.cli.conftest import Said

    Command = Callable[..., Said]

OLD = '2026-01-05T10:00:00Z'


def runs(world: World) -> list[Run]:
    return journal.runs(world.common)


def states(world: World) -> list[str]:
    return [run.state for run in runs(world)]


def packed(world: World) -> list[str]:
    """The packed files that lie in the journal."""
    return [file.name for file in (world.common / 'learn-hook' / 'runs').glob('*/learn-mat*')]


def more(world: World, number: int = 5) -> None:
    """The plan's session goes on."""
    log = session(world, f'session-{number}')
    add_entries(log, str(world.folder), '', ('user', f'And {len(world.hub.runs)} more.'))


def let_age(world: World) -> None:
    """All gists were last written long ago, and their runs have ended."""
    for gist in world.hub.gists.values():
        gist.revisions[0].committed_at = OLD
    for run in world.hub.runs:
        run.status, run.conclusion = 'completed', 'success'


def close(world: World, number: int = 5) -> None:
    world.hub.repos[REPO].issues[number].state = 'CLOSED'


def test_forget_deletes_the_gist_and_cancels_what_was_started(
    world: World, learn_hook: Command
) -> None:
    session(world, 's', said_by_person=f'The token is ghp_{"aB3dE5fG7h" * 3}kL1mN2')
    plan(world, 5, last_local_impl_session='s')
    url = json.loads(learn_hook('--issue', 5).out)['gist_url']
    said = learn_hook('forget')
    assert said.code == 0, said.error
    assert world.hub.gists == {}
    assert world.hub.runs[0].conclusion == 'cancelled'
    assert (states(world), packed(world)) == (['dropped'], [])
    assert f'deleted with all its revisions: {url}' in said.out
    assert '1 session;' in said.out
    assert '  redacted   1 github' in said.out
    assert 'aB3dE5fG7h' not in said.out
    assert f'cancelled: https://github.com/{REPO}/actions/runs/' in said.out


def test_a_second_forget_is_harmless(world: World, learn_hook: Command) -> None:
    small_plan(world, 4)
    small_plan(world, 5)
    learn_hook('--issue', 4)
    learn_hook('--issue', 5)
    assert learn_hook('forget').code == 0
    again = learn_hook('forget')
    assert (again.code, again.out) == (
        0,
        'nothing of this run of plan #5 is at GitHub, nor is it packed here\n',
    )
    assert len(world.hub.gists) == 1
    assert states(world) == ['done', 'dropped']


def test_all_runs_that_shared_the_gist_are_forgotten(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    more(world)
    learn_hook('--issue', 5)
    world.hub.runs[1].status = 'completed'
    said = learn_hook('forget', runs(world)[0].directory.name)
    assert (world.hub.gists, states(world)) == ({}, ['dropped'] * 2)
    assert 'cancelled: ' in said.out
    assert 'had ended, and what it made is still there: ' in said.out
    assert packed(world) == []


def test_what_was_forgotten_can_be_sent_again(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    learn_hook('forget')
    assert json.loads(learn_hook('--issue', 5).out)['workflow_triggered'] is True
    assert len(world.hub.gists) == 1
    assert sent(world) == [5, 5]


@pytest.mark.parametrize('word', ['4', '#4', 'name', 'prefix'])
def test_a_run_is_named_by_its_plan_or_its_name(
    world: World, learn_hook: Command, word: str
) -> None:
    small_plan(world, 4)
    small_plan(world, 5)
    learn_hook('--issue', 4)
    learn_hook('--issue', 5)
    name = runs(world)[0].directory.name
    words = {'name': name, 'prefix': name[:-4]}
    assert learn_hook('forget', words.get(word, word)).code == 0
    assert states(world) == ['dropped', 'done']


def test_a_run_that_is_not_there_is_said(world: World, learn_hook: Command) -> None:
    assert 'no run here has sent anything' in learn_hook('forget').error
    assert learn_hook('forget', '7').code == 1


def test_a_gist_that_is_gone_already_is_said(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    world.hub.gists.clear()
    assert 'was gone already' in learn_hook('forget').out
    assert states(world) == ['dropped']


def test_a_gist_that_cannot_be_deleted_is_not_forgotten(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    world.hub.tokens['poor-token'] = {'login': 'ann', 'scopes': {'repo'}}
    with monkeypatch.context() as poor:
        poor.setenv('GH_TOKEN', 'poor-token')
        said = learn_hook('forget')
    assert said.code == 1
    assert 'lacks the scope `gist`' in said.error
    assert (len(world.hub.gists), states(world)) == (1, ['done'])
    assert learn_hook('forget').code == 0
    assert world.hub.gists == {}


def test_a_run_that_could_not_be_cancelled_is_said_and_tried_again(
    world: World, learn_hook: Command
) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    world.hub.misbehave(path_contains='/cancel', status=403, body='{"message": "No."}')
    said = learn_hook('forget')
    assert said.code == 1
    assert 'left       cannot cancel the workflow run' in said.out
    assert world.hub.gists == {}
    assert 'workflow   cancelled' in learn_hook('forget').out
    assert world.hub.runs[0].conclusion == 'cancelled'


def test_an_upload_whose_answer_was_lost_is_found_and_deleted(
    world: World, learn_hook: Command
) -> None:
    small_plan(world, 5)
    world.hub.misbehave(method='POST', path_contains='/gists', status=502, after_effect=True)
    world.hub.misbehave(method='GET', path_contains='/gists', status=404)
    learn_hook('--issue', 5)
    assert len(world.hub.gists) == 1
    assert 'deleted with all its revisions' in learn_hook('forget').out
    assert world.hub.gists == {}


def test_an_upload_that_cannot_be_looked_for_is_said(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    world.hub.misbehave(method='POST', path_contains='/gists', status=502, times=9)
    learn_hook('--issue', 5)
    for file in (world.common / 'learn-hook' / 'runs').glob('*/learn-mat*'):
        file.unlink()
    said = learn_hook('forget')
    assert said.code == 1
    assert 'cannot be told any more; look at your gists' in said.out


def test_a_start_whose_answer_was_lost_is_said(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    world.hub.misbehave(path_contains='/dispatches', status=502, times=9)
    world.hub.misbehave(path_contains='/runs', status=404, times=9)
    learn_hook('--issue', 5)
    assert 'plan #5 may have been started; look at the Actions' in learn_hook('forget').out


def test_a_run_that_sent_nothing_is_dropped_without_asking_anyone(
    world: World, learn_hook: Command
) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5, '--dry-run')
    count = len(world.hub.requests)
    said = learn_hook('forget', '5')
    assert said.out == 'nothing of this run of plan #5 is at GitHub, nor is it packed here\n'
    assert (len(world.hub.requests), packed(world), states(world)) == (count, [], ['dropped'])


def test_a_run_that_is_under_way_is_not_forgotten(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    with journal.locked(lock_of(world.common, 5)):
        assert 'a run of plan #5 is under way' in learn_hook('forget').error
    assert len(world.hub.gists) == 1


def test_the_comment_that_names_the_gist_goes_with_it(world: World, learn_hook: Command) -> None:
    git('config', 'learn-hook.track', 'true', cwd=world.folder)
    small_plan(world, 5)
    learn_hook('--issue', 5)
    comments = world.hub.repos[REPO].issues[5].comments
    assert len(comments) == 1
    learn_hook('forget')
    assert comments == []


def test_a_comment_that_names_a_newer_gist_stays(world: World, learn_hook: Command) -> None:
    git('config', 'learn-hook.track', 'true', cwd=world.folder)
    small_plan(world, 5)
    learn_hook('--issue', 5)
    world.hub.gists.clear()
    more(world)
    learn_hook('--issue', 5)
    assert learn_hook('forget', runs(world)[0].directory.name).code == 0
    assert len(world.hub.repos[REPO].issues[5].comments) == 1
    assert len(world.hub.gists) == 1


def test_a_comment_that_cannot_be_deleted_is_said(world: World, learn_hook: Command) -> None:
    git('config', 'learn-hook.track', 'true', cwd=world.folder)
    small_plan(world, 5)
    learn_hook('--issue', 5)
    world.hub.misbehave(method='DELETE', path_contains='/comments', status=403)
    said = learn_hook('forget')
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


def test_prune_lists_old_gists_of_closed_plans_and_deletes_them_when_told(
    world: World, learn_hook: Command
) -> None:
    for number in (5, 6):
        small_plan(world, number)
        learn_hook('--issue', number)
    let_age(world)
    close(world)
    said = learn_hook('prune')
    assert said.code == 0
    first, last = said.out.splitlines()
    assert first.startswith(
        f'https://github.com/{REPO}/issues/5  last written 2026-01-05: https://gi'
    )
    assert last == 'nothing was deleted; learn-hook prune --yes deletes without a question'
    assert len(world.hub.gists) == 2
    assert learn_hook('prune', '--yes').out.splitlines()[-1] == 'deleted 1 gist'
    (left,) = world.hub.gists.values()
    assert left.description == 'Learn materials for plan #6'
    assert states(world) == ['dropped', 'done']
    assert 'no gist over 30 days old' in learn_hook('prune', '--yes').out


def test_a_young_gist_stays(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    let_age(world)
    close(world)
    for gist in world.hub.gists.values():
        gist.revisions[0].committed_at = gist.created_at
    assert 'no gist over 30 days old' in learn_hook('prune', '--yes').out
    assert len(world.hub.gists) == 1


def forget_the_journal(world: World) -> None:
    for run in runs(world):
        run.forget()


def test_without_a_journal_the_manifest_says_whose_a_gist_is(
    world: World, learn_hook: Command
) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    let_age(world)
    close(world)
    forget_the_journal(world)
    assert learn_hook('prune', '--yes').out.splitlines()[-1] == 'deleted 1 gist'


def test_a_plan_of_the_same_number_in_another_repository_keeps_its_gist(
    world: World, learn_hook: Command
) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    let_age(world)
    forget_the_journal(world)
    world.hub.add_repo('acme/gadgets')
    world.hub.add_issue('acme/gadgets', 5, state='CLOSED')
    git('remote', 'set-url', 'origin', 'https://github.com/acme/gadgets.git', cwd=world.folder)
    assert 'no gist over 30 days old' in learn_hook('prune', '--yes').out
    assert len(world.hub.gists) == 1


@pytest.mark.parametrize('text', ['not packed at all', ''])
def test_a_gist_that_does_not_say_whose_it_is_stays(
    world: World, learn_hook: Command, text: str
) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    forget_the_journal(world)
    let_age(world)
    close(world)
    for gist in world.hub.gists.values():
        gist.revisions[0].files = {'learn-materials-plan-5.txt': text}
    world.hub.misbehave(path_contains='/gists/', status=404 if not text else None)
    assert '1 gist more stay: they do not say of which' in learn_hook('prune', '--yes').out
    assert len(world.hub.gists) == 1


@pytest.mark.parametrize('is_booked', [True, False])
def test_a_gist_with_an_unfinished_run_stays(
    world: World, learn_hook: Command, is_booked: bool
) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    let_age(world)
    close(world)
    world.hub.runs[0].status = 'in_progress'
    if not is_booked:
        forget_the_journal(world)
    assert '1 gist of closed plans stay, for' in learn_hook('prune', '--yes').out
    assert len(world.hub.gists) == 1


def test_a_gist_of_a_plan_whose_run_waits_here_stays(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    more(world)
    world.hub.misbehave(status=429, headers={'Retry-After': '3600'}, method='PATCH')
    learn_hook('--issue', 5)
    assert states(world) == ['done', 'waiting']
    let_age(world)
    close(world)
    assert 'is under way' in learn_hook('prune', '--yes').out


def test_a_gist_stays_while_a_run_waits_whose_plan_was_not_read_yet(
    world: World, learn_hook: Command
) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    let_age(world)
    close(world)
    journal.begin(world.common, Trigger(kind='push', issue=6))
    waiting = journal.begin(world.common, Trigger(kind='push', issue=5))
    assert 'is under way' in learn_hook('prune', '--yes').out
    waiting.forget()
    assert 'deleted 1 gist' in learn_hook('prune', '--yes').out


def test_where_plans_have_a_repository_of_their_own_only_booked_gists_go(
    world: World, learn_hook: Command
) -> None:
    world.hub.add_repo('acme/plans')
    git('config', 'learn-hook.planRepo', 'acme/plans', cwd=world.folder)
    session(world, 'session-5')
    small_plan(world, 5)
    world.hub.repos['acme/plans'].issues[5] = world.hub.repos[REPO].issues.pop(5)
    learn_hook('--issue', 5)
    let_age(world)
    world.hub.repos['acme/plans'].issues[5].state = 'CLOSED'
    first = learn_hook('prune').out
    assert first.startswith('https://github.com/acme/plans/issues/5  last')
    forget_the_journal(world)
    assert 'is under way' in learn_hook('prune', '--yes').out


def test_a_person_is_asked_before_gists_are_pruned(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    let_age(world)
    close(world)
    assert 'nothing was deleted' in at_a_terminal('', 'prune')
    assert 'deleted 1 gist' in at_a_terminal('yes', 'prune')
    assert world.hub.gists == {}
