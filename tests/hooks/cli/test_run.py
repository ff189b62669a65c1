"""`learn-hook --issue N`: the six steps by hand, and one line of JSON about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import git
from tests.promises.world import (
    REPO,
    World,
    branch,
    manifest,
    materials,
    notes,
    plan,
    sent,
    session,
    small_plan,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hooks.cli.conftest import Said

    Command = Callable[..., Said]


def answer(said: Said) -> Any:
    """The one line of a run that went through."""
    assert said.code == 0, said.error
    assert said.out.count('\n') == 1
    return json.loads(said.out)


def test_a_run_answers_with_one_line_of_json(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    found = answer(learn_hook('--issue', 5))
    (run,), (gist,) = world.hub.runs, world.hub.gists.values()
    assert found == {
        'success': True,
        'issue_number': 5,
        'workflow_triggered': True,
        'run_id': str(run.id),
        'workflow_url': f'https://github.com/{REPO}/actions/runs/{run.id}',
        'gist_url': f'https://gist.github.com/ann/{gist.id}',
    }
    assert run.inputs['gist_url'] == found['gist_url']


def test_progress_goes_to_standard_error(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    lines = learn_hook('--issue', 5).error.splitlines()
    assert all(line.startswith('learn-hook: ') for line in lines)
    assert any('1 session' in line for line in lines)
    assert not any('preprocessing' in line for line in lines)
    assert 'preprocessing impl session' in learn_hook('--issue', 5, '--force', '-v').error


def test_without_a_number_it_is_the_plan_of_this_branch(world: World, learn_hook: Command) -> None:
    small_plan(world, 6)
    branch(world, 'P6-y')
    assert answer(learn_hook('run'))['issue_number'] == 6


def test_a_plan_is_named_by_its_url_too(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    url = f'https://github.com/{REPO}/issues/5'
    assert answer(learn_hook('--issue', url))['issue_number'] == 5


def test_a_plan_elsewhere_is_named_by_its_url(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    world.hub.add_repo('acme/plans')
    world.hub.repos['acme/plans'].issues[5] = world.hub.repos[REPO].issues.pop(5)
    url = 'https://github.com/acme/plans/issues/5'
    git('config', 'branch.master.learn-issue', url, cwd=world.folder)
    assert learn_hook('why').out.startswith('plan #5, by git config')
    assert answer(learn_hook('run'))['issue_number'] == 5
    assert answer(learn_hook('--issue', url))['skipped'] == 'same materials'


def test_the_url_of_another_host_is_an_error_that_says_so(
    world: World, learn_hook: Command
) -> None:
    said = learn_hook('--issue', 'https://ghe.example/acme/widgets/issues/5')
    assert said.code == 1
    assert 'the issue is on ghe.example, and the remote here is on github.com' in said.error
    assert world.hub.requests == []


def test_of_several_forks_the_pull_request_of_the_pusher_is_read(
    world: World, learn_hook: Command
) -> None:
    session(world, 's')
    plan(world, 5, last_local_impl_session='s', branch_name='P5-x')
    for number, owner in ((11, 'eve'), (12, 'ben'), (13, 'zoe')):
        world.hub.add_pull(REPO, number, head='P5-x', head_owner=owner)
    git('remote', 'add', 'upstream', f'https://github.com/{REPO}.git', cwd=world.folder)
    git('remote', 'add', 'mine', 'git@github.com:ben/widgets.git', cwd=world.folder)
    branch(world, 'P5-x')
    git('config', 'branch.P5-x.pushRemote', 'mine', cwd=world.folder)
    answer(learn_hook('run'))
    assert manifest(world)['pull_request'] == {'number': 12, 'others': [13, 11]}


def test_the_same_materials_are_not_sent_again(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    first = answer(learn_hook('--issue', 5))
    second = answer(learn_hook('--issue', 5))
    assert second == {**first, 'workflow_triggered': False, 'skipped': 'same materials'}
    assert sent(world) == [5]


def test_by_force_they_are(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    first, second = (answer(learn_hook('--issue', 5, '--force')) for _ in range(2))
    assert sent(world) == [5, 5]
    assert second['gist_url'] == first['gist_url']
    assert second['run_id'] != first['run_id']


def test_no_pull_request_is_no_trouble(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    answer(learn_hook('--issue', 5))
    assert sorted(materials(world)) == ['impl-session-5.xml', 'manifest.json', 'overview.md']
    assert manifest(world)['pull_request'] is None


def test_comments_without_a_session_go_and_say_so(world: World, learn_hook: Command) -> None:
    plan(world, 5, branch_name='P5-x', created_from_session='elsewhere')
    world.hub.add_pull(REPO, 45, head='P5-x', state='MERGED')
    world.hub.add_comment(REPO, 45, 'Mind the cache.')
    assert answer(learn_hook('--issue', 5))['sessions'] == 0
    assert 'Mind the cache.' in materials(world)['pr-discussion-comments.json']
    assert manifest(world)['missing'][0]['session_id'] == 'elsewhere'


def test_a_plan_made_by_learning_is_learned_from_by_force_alone(
    world: World, learn_hook: Command
) -> None:
    session(world, 's')
    plan(world, 5, last_local_impl_session='s', learned_from_issue=4)
    said = learn_hook('--issue', 5)
    assert (said.code, sent(world)) == (1, [])
    assert '--issue 5 --force' in said.error
    assert answer(learn_hook('--issue', 5, '--force'))['workflow_triggered']


def nothing_was_sent(world: World) -> None:
    changing = [one.path for one in world.hub.requests if one.method not in ('GET', 'POST')]
    assert (changing, world.hub.gists, world.hub.runs) == ([], {}, [])
    assert {one.path for one in world.hub.requests if one.method == 'POST'} <= {'/graphql'}


def test_a_dry_run_tells_a_person_what_would_go(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    said = learn_hook('--issue', 5, '--dry-run')
    assert said.code == 0
    assert said.out.splitlines()[-1] == 'nothing was sent'
    assert 'sessions   1' in said.out
    nothing_was_sent(world)


def test_a_dry_run_tells_a_script_the_same(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    found = answer(learn_hook('--issue', 5, '--dry-run', '--json'))
    assert (found['issue_number'], found['sessions'], found['redactions']) == (5, 1, {})
    assert 'FILE: impl-session-5.xml' in Path(found['packed']).read_text(encoding='utf-8')
    nothing_was_sent(world)


@pytest.mark.parametrize('mode', ['foreground', 'background'])
def test_the_flag_beats_the_environment(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    small_plan(world, 5)
    monkeypatch.setenv('LEARN_HOOK_MODE', mode)
    git('config', 'learn-hook.mode', mode, cwd=world.folder)
    git('config', 'learn-hook.quiet', '0', cwd=world.folder)
    assert learn_hook('--issue', 5, '--dry-run').code == 0
    nothing_was_sent(world)


def test_the_environment_can_ask_for_a_dry_run(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_plan(world, 5)
    monkeypatch.setenv('LEARN_HOOK_MODE', 'dry-run')
    assert learn_hook('--issue', 5).out.endswith('nothing was sent\n')
    nothing_was_sent(world)


def put_off(world: World) -> None:
    """The server asks for more patience than a run has."""
    world.hub.misbehave(status=503, headers={'Retry-After': '3600'})


def test_a_run_that_could_not_reach_github_waits_and_goes_on(
    world: World, learn_hook: Command
) -> None:
    small_plan(world, 5)
    git('config', 'learn-hook.consent', 'yes', cwd=world.folder)
    git('config', 'learn-hook.quiet', '0', cwd=world.folder)
    put_off(world)
    assert learn_hook('--issue', 5).code == 1
    assert [state for state, _ in notes(world)] == ['waiting']
    assert 'plan #5  run by hand  done' in learn_hook('retry').out
    assert sent(world) == [5]


def test_a_dry_run_is_never_gone_on_with(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    git('config', 'learn-hook.consent', 'yes', cwd=world.folder)
    put_off(world)
    assert learn_hook('--issue', 5, '--dry-run').code == 1
    assert learn_hook('--issue', 9, '--dry-run').code == 1
    assert learn_hook('retry').code == 0
    nothing_was_sent(world)


def test_a_number_that_is_no_issues_leaves_nothing_behind(
    world: World, learn_hook: Command
) -> None:
    said = learn_hook('--issue', 5000)
    assert (said.code, '5000' in said.error) == (1, True)
    assert 'no plan yet' in learn_hook('status').out


def test_a_dry_run_that_failed_leaves_nothing_behind_either(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = learn_hook('--issue', 'https://github.com/other/x/issues/5', '--dry-run')
    assert (said.code, 'no repository other/x' in said.error) == (1, True)
    small_plan(world, 6)
    monkeypatch.delenv('GH_TOKEN')
    assert learn_hook('--issue', 6, '--dry-run').code == 1
    assert 'no plan yet' in learn_hook('status').out
