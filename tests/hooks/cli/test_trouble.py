"""Bad input of any kind is one line that says what and what to do, and nothing is uploaded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.conftest import TOKEN, git
from tests.promises.world import REPO, WORKFLOW, World, notes, plan, small_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.hooks.cli.conftest import Said

    Command = Callable[..., Said]


def refused(world: World, said: Said, words: str) -> None:
    """One line on standard error, the same in the JSON line, and nothing sent."""
    assert said.code == 1
    line = said.error.splitlines()[-1]
    assert words in line
    assert 'Traceback' not in said.error
    assert json.loads(said.out) == {
        'success': False,
        'error': line.removeprefix('learn-hook: '),
    }
    assert (world.hub.gists, world.hub.runs) == ({}, [])


def test_an_issue_that_does_not_exist(world: World, learn_hook: Command) -> None:
    refused(world, learn_hook('--issue', 5), '#5')
    assert notes(world) == []


def test_an_issue_that_a_person_names_is_a_plan_also_without_a_mark(
    world: World, learn_hook: Command
) -> None:
    world.hub.add_issue(REPO, 5, body='Just a bug.')
    refused(world, learn_hook('--issue', 5), 'neither a session on this machine nor a comment')


def test_neither_a_session_nor_a_comment(world: World, learn_hook: Command) -> None:
    plan(world, 5, branch_name='P5-x', last_local_impl_session='gone')
    refused(world, learn_hook('--issue', 5), 'neither a session on this machine nor a comment')
    world.hub.add_pull(REPO, 45, head='P5-x')
    refused(world, learn_hook('--issue', 5), 'neither a session on this machine nor a comment')


def test_a_token_that_is_missing(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_plan(world, 5)
    monkeypatch.delenv('GH_TOKEN')
    refused(world, learn_hook('--issue', 5), 'gh auth login')
    assert world.hub.requests == []


def test_a_token_that_is_wrong(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_plan(world, 5)
    monkeypatch.setenv('GH_TOKEN', 'no-such-token')
    refused(world, learn_hook('--issue', 5), 'token')
    assert 'no-such-token' not in notes(world)[0][1]


def test_a_token_that_may_not_make_gists(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    world.hub.tokens[TOKEN] = {'login': 'ann', 'scopes': {'repo', 'workflow'}}
    words = 'the token of GH_TOKEN lacks the scope `gist`; put a token that has gist into GH_TOKEN'
    refused(world, learn_hook('--issue', 5), words)


@pytest.mark.parametrize(
    ('workflow', 'words'),
    [
        (None, 'learn.yml'),
        ('on: push', 'learn.yml'),
        ('{', 'learn.yml'),
        (WORKFLOW.replace('gist_url', 'url'), 'gist_url'),
        (WORKFLOW.replace('jobs', '      more: {required: true}\njobs'), 'more'),
    ],
)
def test_a_workflow_that_can_not_be_started_is_seen_before_anything_is_uploaded(
    world: World, learn_hook: Command, workflow: str | None, words: str
) -> None:
    small_plan(world, 5)
    world.hub.add_repo(REPO, workflow=workflow)
    plan(world, 5, last_local_impl_session='session-5')
    refused(world, learn_hook('--issue', 5), words)
    assert [one.path for one in world.hub.requests] == ['/graphql']


def test_a_branch_of_no_plan(world: World, learn_hook: Command) -> None:
    refused(world, learn_hook('run'), 'master belongs to no plan; name one with --issue')
    git('switch', '-q', '--detach', cwd=world.folder)
    refused(world, learn_hook('run'), 'a detached HEAD belongs to no plan')


def test_a_number_that_is_none(world: World, learn_hook: Command) -> None:
    for word in ('soon', '0', '-1', 'https://github.com/a/b/wiki/5', ''):
        refused(world, learn_hook(f'--issue={word}'), 'is not an issue')


def test_a_setting_that_is_none(world: World, learn_hook: Command) -> None:
    git('config', 'learn-hook.maxTokens', 'many', cwd=world.folder)
    refused(world, learn_hook('--issue', 5), 'learn-hook.maxtokens')


def test_a_folder_that_is_no_repository(
    world: World, learn_hook: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / 'outside'
    outside.mkdir()
    for place in (outside, world.bare):
        monkeypatch.chdir(place)
        refused(world, learn_hook('--issue', 5), 'repository')
        for command in ('status', 'log', 'retry', 'why', 'install', 'uninstall'):
            said = learn_hook(command)
            assert (said.code, said.out, said.error.count('\n')) == (1, '', 0)
            assert 'repository' in said.error


@pytest.mark.parametrize(
    'words',
    [
        ['--no-such-flag'],
        ['--issue'],
        ['sideways'],
        ['status', '--loud'],
        ['log', 'one', 'two'],
        ['preprocess'],
        ['preprocess', 'a.jsonl', '--prefix', 'impl'],
        ['preprocess', 'a', '--output-dir', 'o', '--prefix', 'p', '--max-tokens', 'many'],
        ['preprocess', 'a', '--output-dir', 'o', '--prefix', 'p', '--max-tokens', '499'],
        ['pack'],
        ['unpack', '--output-dir', 'o'],
        ['unpack', '--file', 'a', '--gist-url', 'b', '--output-dir', 'o'],
        ['unpack', '--event', '--gist-url', 'b', '--output-dir', 'o'],
        ['workflow', '--install-from', 'learn-hook'],
    ],
)
def test_wrong_usage_is_one_line_and_exit_two(learn_hook: Command, words: list[str]) -> None:
    said = learn_hook(*words)
    assert (said.code, said.out, said.error.count('\n')) == (2, '', 0)
    assert said.error.startswith('learn-hook: ')


def test_help_is_no_error(learn_hook: Command) -> None:
    said = learn_hook('--help')
    assert (said.code, said.error) == (0, '')
    assert 'preprocess' in said.out
