"""`learn-hook` alone, its help, who may do what, and what a program reads of it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hooks.cli import terminal
from learn_core.plans.record import claimed
from tests.conftest import git
from tests.promises.world import (
    WORKFLOW,
    World,
    branch,
    plan,
    plans,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.hooks.cli.conftest import Said

    Command = Callable[..., Said]

AGENTS = ['CLAUDECODE', 'CODEX_SANDBOX', 'COPILOT_CLI', 'OPENCODE']


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output is a person's."""
    monkeypatch.setattr(terminal, 'wants_json', lambda arguments: arguments.json)


def test_alone_it_helps_in_groups_says_where_it_stands_and_sends_nothing(
    world: World, learn_hook: Command
) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    said = learn_hook()
    assert (said.code, said.error) == (0, '')
    for title in ('use:', 'set up:', 'undo:', 'parts:', 'examples:'):
        assert f'\n{title}\n' in said.out
    assert said.out.splitlines()[-1].startswith('here: no hooks are installed here')
    assert world.hub.requests == []


def test_alone_outside_of_a_repository_it_helps_all_the_same(
    learn_hook: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = learn_hook()
    assert (said.code, said.error) == (0, '')
    assert said.out.startswith(learn_hook('help').out)
    last = said.out.splitlines()[-1]
    assert (last[:6], 'repository' in last) == ('here: ', True)


def test_in_a_folder_that_is_gone_one_line_says_so(
    tmp_path: Path, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / 'gone'
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    said = learn_hook('status')
    assert (said.code, said.out) == (1, '')
    assert 'the folder that you are in is gone' in said.error
    assert learn_hook('status', '--help').code == 0


def test_help_is_given_for_all_and_for_one(learn_hook: Command) -> None:
    assert learn_hook('help').out == learn_hook('--help').out
    assert learn_hook('help', 'forget').out == learn_hook('forget', '--help').out
    assert 'example: learn-hook forget 123' in learn_hook('help', 'forget').out


def test_every_command_says_what_it_does(learn_hook: Command) -> None:
    listed = [line.split()[0] for line in learn_hook('help').out.splitlines() if line[:2] == '  ']
    commands = [name for name in listed if name not in ('learn-hook',)]
    assert len(commands) == 19
    for name in commands:
        assert len(learn_hook('help', name).out.split('\n\n')) > 2


def test_the_version_is_the_packages(learn_hook: Command) -> None:
    assert learn_hook('--version').out.startswith('learn-hook 0.')


@pytest.mark.parametrize('words', [('nope',), ('show', '--nope'), ('help', 'nope')])
def test_wrong_usage_is_one_short_line(learn_hook: Command, words: tuple[str, ...]) -> None:
    said = learn_hook(*words)
    assert (said.code, said.out, said.error.count('\n')) == (2, '', 0)
    assert len(said.error) < 120


def test_a_person_reads_lines_and_each_error_once(
    world: World, learn_hook: Command, at_a_terminal: None
) -> None:
    small_plan(world, 5)
    said = learn_hook('--issue', '5')
    assert said.out.splitlines()[0].startswith('plan #5: sent ')
    assert [line.split()[0] for line in said.out.splitlines()[1:]] == ['gist', 'workflow']
    assert 'same materials' in learn_hook('--issue', '5').out
    failed = learn_hook('--issue', '99')
    assert (failed.code, failed.out, failed.error.count('\n')) == (1, '', 0)
    assert json.loads(learn_hook('--issue', '5', '--json').out)['success'] is True


def test_a_program_reads_json_of_an_error_too(world: World, learn_hook: Command) -> None:
    failed = learn_hook('--issue', '99')
    assert json.loads(failed.out) == {
        'success': False,
        'error': failed.error.splitlines()[-1].removeprefix('learn-hook: '),
    }


@pytest.mark.parametrize('mark', AGENTS)
@pytest.mark.parametrize('words', [('send', '5'), ('forget', '5', '--yes'), ('send',)])
def test_an_agent_neither_agrees_nor_deletes(
    world: World,
    learn_hook: Command,
    monkeypatch: pytest.MonkeyPatch,
    mark: str,
    words: tuple[str, ...],
) -> None:
    monkeypatch.setenv(mark, '1')
    said = learn_hook(*words)
    assert said.code == 1
    assert 'a person can run the same command in a terminal' in said.error
    assert world.hub.requests == []


def test_why_without_a_token_says_what_this_machine_knows(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv('GH_TOKEN')
    session(world, 'mine', branch='P5-x')
    branch(world, 'P5-x')
    said = learn_hook('why')
    assert (said.code, said.error) == (0, '')
    assert said.out.startswith("plan #5, by the branch's name\n")
    assert said.out.count('there is no token for github.com') == 1
    assert 'mine  by branch' in said.out
    assert world.hub.requests == []
    assert json.loads(learn_hook('why', '--json').out)['is_plan'] is None


def test_why_takes_a_number(world: World, learn_hook: Command) -> None:
    small_plan(world, 6)
    said = learn_hook('why', '--issue', '6')
    assert said.out.startswith('plan #6, by --issue: https://')
    assert 'session-6' in said.out


def test_why_without_a_token_gives_a_number_the_sessions_of_the_branch_that_is_named_so(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv('GH_TOKEN')
    session(world, 'mine', branch='P5-x')
    branch(world, 'P5-x')
    assert 'mine  by branch' in learn_hook('why', '--issue', '5').out
    assert 'no session of it is on this machine' in learn_hook('why', '--issue', '6').out
    git('config', 'branch.P5-x.learn-issue', 'nonsense', cwd=world.folder)
    said = learn_hook('why', '--issue', '5')
    assert (said.code, 'no session of it is on this machine' in said.out) == (0, True)


def test_why_tells_a_branch_that_is_not_there(world: World, learn_hook: Command) -> None:
    assert "there is no branch 'nosuch' here" in learn_hook('why', 'nosuch').error


def test_preview_writes_a_page_without_a_network(world: World) -> None:
    session(world, 'mine', branch='P5-x')
    branch(world, 'P5-x')
    words = (sys.executable, '-I', '-m', 'hooks.cli.main', 'preview')
    alone = ('unshare', '--user', '--map-root-user', '--net')
    is_possible = not subprocess.run((*alone, 'true'), capture_output=True).returncode
    all_words = (*alone, *words) if is_possible else words
    done = subprocess.run(all_words, cwd=world.folder, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, '')
    page = world.folder.joinpath(done.stdout.strip())
    assert 'Let uploads try again' in page.read_text(encoding='utf-8')
    assert page.stat().st_mode & 0o077 == 0
    assert git('status', '--porcelain', cwd=world.folder) == ''
    assert world.hub.requests == []


def test_preview_of_text_and_json(world: World, learn_hook: Command) -> None:
    session(world, 'mine')
    assert 'Let uploads try again' in learn_hook('preview', '--full').out
    assert json.loads(learn_hook('preview', '--json').out)['stage'] == 'preview'


def test_the_team_sees_runs_documentation_and_merges(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    assert learn_hook('--issue', '5').code == 0
    pull = world.hub.add_pull('acme/widgets', 11, head='P6-y', title='Add retries', state='MERGED')
    assert pull.number == 11
    said = learn_hook('status', '--team')
    assert said.code == 0
    assert 'workflow runs: 1, 0 of them failed' in said.out
    assert '  #5      queued' in said.out
    world.hub.runs[0].end('cancelled')
    assert 'workflow runs: 1, 0 of them failed' in learn_hook('status', '--team').out
    world.hub.runs[0].end('failure')
    assert 'workflow runs: 1, 1 of them failed' in learn_hook('status', '--team').out
    assert 'merged without a run: 1 plan\n  #11     Add retries (of plan #6)' in said.out
    found = json.loads(learn_hook('status', '--team', '--json').out)
    assert [run['plan'] for run in found['runs']] == [5]


def waiting(world: World, learn_hook: Command, *plans: int) -> None:
    """These plans are prepared and wait for a look."""
    git('config', 'learn-hook.review', 'true', cwd=world.folder)
    for number in plans:
        small_plan(world, number)
        assert learn_hook('--issue', str(number)).code == 0
    assert sent(world) == []


def test_all_that_waits_is_dropped_at_once(world: World, learn_hook: Command) -> None:
    waiting(world, learn_hook, 5, 6)
    said = learn_hook('drop')
    assert (said.code, 'name the one' in said.error) == (1, True)
    assert learn_hook('drop', '--all').out.count('nothing was sent') == 2
    assert learn_hook('drop', '--all').out == 'nothing waits\n'
    assert learn_hook('drop', '5', '--all').code == 2


def test_a_plan_that_does_not_wait_is_neither_sent_nor_dropped(
    world: World, learn_hook: Command
) -> None:
    small_plan(world, 5)
    assert learn_hook('--issue', '5').code == 0
    for word, done in (('send', 'sent'), ('drop', 'dropped')):
        said = learn_hook(word, '5')
        assert said.code == 1
        assert f'plan acme/widgets#5 does not wait, so it cannot be {done}' in said.error
        assert f'nothing waits to be {done}' in learn_hook(word).error
    assert sent(world) == [5]


def test_a_plan_that_is_worked_on_is_neither_sent_nor_dropped(
    world: World, learn_hook: Command
) -> None:
    waiting(world, learn_hook, 5)
    (record,) = plans(world)
    with claimed(record):
        for word, done in (('send', 'sent'), ('drop', 'dropped')):
            said = learn_hook(word)
            assert said.code == 1
            assert f'plan acme/widgets#5 is under way, so it cannot be {done}' in said.error
    assert (sent(world), plans(world)) == ([], [record])


def test_one_session_is_left_out_and_the_rest_is_prepared_anew(
    world: World, learn_hook: Command
) -> None:
    git('config', 'learn-hook.review', 'true', cwd=world.folder)
    git('config', 'learn-hook.quiet', '0', cwd=world.folder)
    session(world, 'a')
    session(world, 'b')
    plan(world, 5, created_from_session='a', last_local_impl_session='b')
    learn_hook('--issue', '5')
    misspelled = learn_hook('drop', '5', '--session', 'impl-a')
    assert (misspelled.code, 'has no session impl-a' in misspelled.error) == (1, True)
    assert 'is left out' in learn_hook('drop', '5', '--session', 'a').out
    assert 'waits for you' not in learn_hook('status').out
    assert 'prepared anew at the next push' in learn_hook('status').out
    git('config', 'learn-hook.review', 'false', cwd=world.folder)
    learn_hook('retry', '5')
    assert sent(world) == [5]
    (gist,) = world.hub.gists.values()
    packed = ''.join(gist.files.values())
    assert 'FILE: impl-b.xml' in packed
    assert 'FILE: planning-a.xml' not in packed


def test_retry_says_what_it_did_and_nothing_else(world: World, learn_hook: Command) -> None:
    assert learn_hook('retry').out == 'nothing waits\n'
    waiting(world, learn_hook, 5)
    git('config', 'learn-hook.review', 'false', cwd=world.folder)
    out = learn_hook('retry').out
    assert out.startswith('plan #5')
    assert 'actions/runs' in out


def test_a_run_by_hand_in_a_public_repository_needs_a_yes(
    world: World, learn_hook: Command
) -> None:
    world.hub.add_repo('acme/widgets', private=False, workflow=WORKFLOW)
    small_plan(world, 5)
    said = learn_hook('--issue', '5')
    assert (said.code, sent(world)) == (1, [])
    assert 'acme/widgets is public, so nothing was sent; --yes' in said.error
    assert learn_hook('--issue', '5', '--yes').code == 0
    assert sent(world) == [5]


def test_a_run_by_an_agent_needs_the_consent_of_a_person(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_plan(world, 5)
    monkeypatch.setenv('CLAUDECODE', '1')
    assert json.loads(learn_hook('--issue', '5').out)['skipped'].startswith('waits for your yes')
    git('config', 'learn-hook.consent', 'no', cwd=world.folder)
    assert json.loads(learn_hook('--issue', '5').out)['skipped'] == 'switched off here'
    assert learn_hook('retry').out == 'nothing waits\n'
    assert world.hub.requests == []
    git('config', 'learn-hook.consent', 'yes', cwd=world.folder)
    assert learn_hook('--issue', '5').code == 0
    assert sent(world) == [5]
