"""The commands that look: why, status, log and retry; install and uninstall."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.config import Settings
from learn_core.plans.fields import PlanName, folder_of
from learn_core.plans.record import change, enter, records
from learn_core.plans.trigger import Trigger
from learn_core.push import schedule
from learn_core.redact import cache_folder
from learn_core.worker.loop import put_due
from tests.conftest import git
from tests.promises.world import REPO, World, branch, plan, sent, session, small_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from learn_core.plans.fields import PlanRecord
    from tests.hooks.cli.conftest import Said

    Command = Callable[..., Said]


def waiting(world: World) -> PlanRecord:
    """A push of plan 5 that nobody worked on yet."""
    name = PlanName(number=5, host='github.com', owner='acme', repo='widgets')
    trigger = Trigger(kind='push', issue=5, worktree=str(world.folder))
    return enter(folder_of(world.common, 'github.com', REPO, 5), trigger, '1', name)


def test_why_says_which_plan_by_what_and_which_sessions(world: World, learn_hook: Command) -> None:
    session(world, 's')
    plan(world, 5, last_local_impl_session='s', created_from_session='gone')
    branch(world, 'P5-x')
    said = learn_hook('why')
    assert said.code == 0
    first, second, third, *_ = said.out.splitlines()
    assert first.startswith("plan #5, by the branch's name: https://github.com/")
    assert second.split()[:4] == ['impl', 's', 'by', 'header:']
    assert third.split()[:2] == ['missing', 'gone']
    assert {one.method for one in world.hub.requests} == {'POST'}
    assert sent(world) == []
    assert records(world.common) == []


def test_why_takes_another_branch_and_answers_in_json(world: World, learn_hook: Command) -> None:
    small_plan(world, 6)
    git('branch', 'topic', cwd=world.folder)
    git('config', 'branch.topic.learn-issue', '6', cwd=world.folder)
    found = json.loads(learn_hook('why', 'topic', '--json').out)
    assert (found['issue_number'], found['by'], found['is_plan']) == (6, 'config', True)
    assert [one['session_id'] for one in found['session_sources']] == ['session-6']


def test_why_tells_an_issue_from_a_plan(world: World, learn_hook: Command) -> None:
    world.hub.add_issue(REPO, 2024, body='A report.')
    said = learn_hook('why', '2024-q1-report')
    assert 'issue without a mark of a plan #2024' in said.out
    assert learn_hook('why', 'topic').code == 1
    assert learn_hook('why').error == (
        'learn-hook: master belongs to no plan; name one with --issue, or by '
        '`git config branch.<name>.learn-issue <number>`'
    )


def test_a_branch_that_a_glob_matches_has_the_plan_of_its_pull_request(
    world: World, learn_hook: Command
) -> None:
    branch(world, 'plnd/retry')
    session(world, 's', branch='plnd/retry')
    assert 'plnd/retry has no open pull request, which would be its plan' in learn_hook('why').error
    world.hub.add_pull(REPO, 7, head='plnd/retry')
    said = learn_hook('why').out
    assert "#7, by the branch's pull request: https://github.com/acme/widgets/pull/7" in said
    assert 'impl     s  by branch' in said
    assert learn_hook('run').code == 0
    assert sent(world) == [7]
    git('config', 'branch.plnd/retry.learn-issue', 'none', cwd=world.folder)
    assert 'plnd/retry belongs to no plan' in learn_hook('why').error


def test_status_says_whether_it_is_on_and_what_ran(world: World, learn_hook: Command) -> None:
    assert 'nothing is read or sent before you' in learn_hook('status').out
    assert learn_hook('status').out.endswith('no plan yet\n')
    small_plan(world, 5)
    learn_hook('--issue', 5)
    git('config', 'learn-hook.consent', 'yes', cwd=world.folder)
    lines = learn_hook('status').out.splitlines()
    assert 'no hooks are installed' in lines[0]
    assert lines[2] == 'plan #5  run by hand  done  just now'
    assert lines[3].endswith('redacted: nothing')
    assert '/actions/runs/' in lines[4]
    assert 'gist.github.com' in lines[5]


def test_status_is_there_for_scripts(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    (row,) = json.loads(learn_hook('status', '--json').out)['plans']
    assert (row['plan'], row['repo'], row['state']) == (5, 'acme/widgets', 'done')
    assert [outcome['state'] for outcome in row['history']] == ['done']


def test_status_says_that_it_is_switched_off(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('LEARN_HOOK', '0')
    assert 'off, by the environment' in learn_hook('status').out


def test_status_asks_how_a_workflow_run_ended_when_a_minute_has_passed(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('LEARN_HOOK_MODE', 'foreground')
    git('config', 'learn-hook.consent', 'yes', cwd=world.folder)
    small_plan(world, 5)
    learn_hook('--issue', 5)
    world.hub.runs[0].end('failure')
    assert 'under way' in learn_hook('status').out
    (record,) = records(world.common)
    assert record.sent is not None
    change(record, sent=replace(record.sent, at=record.sent.at - 61))
    assert '  failure' in learn_hook('status').out


def test_status_says_where_pre_commit_runs_ours(world: World, learn_hook: Command) -> None:
    config = world.folder / '.pre-commit-config.yaml'
    config.write_text('repos: [{repo: r, rev: v1, hooks: [{id: learn-hook-pre-push}]}]\n')
    assert 'no hooks are installed here' in learn_hook('status').out
    (world.common / 'hooks').mkdir(exist_ok=True)
    hook = world.common / 'hooks' / 'pre-push'
    hook.write_text('#!/bin/sh\nexec pre-commit hook-impl\n')
    assert 'learn-hook: on (pre-commit)' in learn_hook('status').out


def test_log_tells_what_was_said_of_the_last_plan(world: World, learn_hook: Command) -> None:
    said = learn_hook('log')
    assert (said.code, said.out) == (1, '')
    assert 'no plan is known here yet' in said.error
    small_plan(world, 5)
    learn_hook('--issue', 5)
    out = learn_hook('log').out
    assert 'plan #5: 1 session' in out
    assert 'preprocessing impl session session-5' in out


def test_log_of_a_plan_that_was_not_worked_on_says_why(world: World, learn_hook: Command) -> None:
    record = waiting(world)
    assert learn_hook('log').out == 'plan acme/widgets#5 has no log yet\n'
    change(record, error='waits for your yes')
    assert learn_hook('log').out == 'waits for your yes\n'
    assert learn_hook('drop').code == 0
    assert learn_hook('log').out == 'by hand; nothing was sent\n'


def test_a_failed_run_says_why_in_its_log(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    world.hub.misbehave(method='POST', path_contains='/gists', status=422)
    assert learn_hook('--issue', 5).code == 1
    assert 'create the gist for plan #5' in learn_hook('log').out


def test_retry_goes_on_with_what_waits(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    waiting(world)
    git('config', 'learn-hook.consent', 'yes', cwd=world.folder)
    git('config', 'learn-hook.quiet', '0', cwd=world.folder)
    world.hub.misbehave(status=429, headers={'Retry-After': '3600'})
    said = learn_hook('retry')
    assert (said.code, 'plan #5  push  waiting' in said.out) == (1, True)
    said = learn_hook('retry')
    assert (said.code, 'plan #5  push  done' in said.out) == (0, True)
    assert sent(world) == [5]


def test_uninstall_ends_what_waits_also_where_a_setting_cannot_be_read(
    world: World, learn_hook: Command
) -> None:
    waiting(world)
    put_due(world.common, Settings(consents=('yes',)))
    common = str(world.common)
    assert schedule.due(common, time.time())
    git('config', 'learn-hook.maxTokens', 'many', cwd=world.folder)
    said = learn_hook('uninstall')
    assert (said.code, said.error) == (0, '')
    assert schedule.read_times(common) is None
    assert not any(record.is_waiting for record in records(world.common))


def test_install_and_uninstall_say_what_they_did(world: World, learn_hook: Command) -> None:
    said = learn_hook('install', '--yes')
    assert (said.code, len(said.out.splitlines())) == (0, 4)
    assert (world.common / 'hooks' / 'pre-push').exists()
    assert 'pre-push and post-merge' in learn_hook('status').out
    told = [line.split()[0] for line in learn_hook('uninstall').out.splitlines()]
    assert told[:3] == ['removed', 'removed', 'what']
    assert told[3:] == [f'{cache_folder()}:', 'learn-hook']
    assert not (world.common / 'hooks' / 'pre-push').exists()
    assert 'nothing is read or sent before you' in learn_hook('status').out
