"""`learn-hook install`: it says what will be sent, and asks the person; an agent is not one."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from learn_core.push import schedule
from learn_core.receive.workflow import COMMAND, SECRET, learn_yml
from tests.conftest import commit, git
from tests.golden import INSTALL_FROM

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hooks.cli.conftest import Said
    from tests.promises.world import World

    Command = Callable[..., Said]

INSTALL = (sys.executable, '-I', '-m', 'hooks.cli.main', 'install')
AGENTS = ['CLAUDECODE', 'CODEX_SANDBOX', 'COPILOT_CLI', 'OPENCODE']


def at_a_terminal(world: World, answer: str, *words: str) -> tuple[int, str]:
    """Exit code and output of `learn-hook install` where a person types an answer."""
    ours, its = pty.openpty()
    with subprocess.Popen(
        (*INSTALL, *words), cwd=world.folder, stdin=its, stdout=its, stderr=its
    ) as child:
        os.close(its)
        os.write(ours, f'{answer}\n'.encode())
        seen = b''
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            seen += piece
    os.close(ours)
    return child.returncode, seen.decode().replace('\r\n', '\n')


def hooks_in(world: World) -> list[str]:
    folder = world.common / 'hooks'
    names = ('pre-push', 'post-merge')
    return [name for name in names if (folder / name).exists()]


def consent_in(world: World) -> str:
    words = ('git', 'config', '--local', 'learn-hook.consent')
    return subprocess.run(words, cwd=world.folder, capture_output=True, text=True).stdout.strip()


def test_a_yes_on_the_terminal_installs_and_agrees(world: World) -> None:
    code, seen = at_a_terminal(world, 'y')
    assert code == 0
    for words in ('your conversations with coding agents', 'redacted', 'anyone who has its link'):
        assert words in seen
    assert '[y/N]' in seen
    assert hooks_in(world) == ['pre-push', 'post-merge']
    assert consent_in(world) == 'yes'
    assert world.hub.requests == []


@pytest.mark.parametrize('answer', ['', 'n', 'what?'])
def test_anything_else_installs_nothing(world: World, answer: str) -> None:
    code, seen = at_a_terminal(world, answer)
    assert (code, hooks_in(world), consent_in(world)) == (1, [], '')
    assert 'nothing was installed' in seen


def test_without_a_terminal_a_yes_has_to_be_said(world: World, learn_hook: Command) -> None:
    said = learn_hook('install')
    assert (said.code, hooks_in(world), consent_in(world)) == (1, [], '')
    assert said.error.endswith('if you agree, run learn-hook install --yes')
    assert learn_hook('install', '--yes').code == 0
    assert consent_in(world) == 'yes'


def test_who_agreed_already_is_not_asked_again(
    world: World, learn_hook: Command, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('GIT_CONFIG_GLOBAL', f'{tmp_path}/global')
    git('config', '--global', 'learn-hook.consent', 'github.com/acme', cwd=world.folder)
    said = learn_hook('install')
    assert (said.code, said.error, hooks_in(world)) == (0, '', ['pre-push', 'post-merge'])
    assert consent_in(world) == ''


@pytest.mark.parametrize('mark', AGENTS)
@pytest.mark.parametrize('words', [(), ('--yes',)])
def test_an_agent_installs_and_leaves_the_question_open(
    world: World,
    learn_hook: Command,
    monkeypatch: pytest.MonkeyPatch,
    mark: str,
    words: tuple[str, ...],
) -> None:
    monkeypatch.setenv(mark, '1')
    said = learn_hook('install', *words)
    assert (said.code, hooks_in(world), consent_in(world)) == (0, ['pre-push', 'post-merge'], '')
    assert 'nothing is sent until a person agrees' in said.out
    assert 'consent' not in said.out
    monkeypatch.delenv(mark)
    assert learn_hook('install', '--yes').code == 0
    assert consent_in(world) == 'yes'


def test_a_teams_settings_become_those_of_the_repository_and_leave_with_the_hooks(
    world: World, learn_hook: Command
) -> None:
    git('config', 'learn-hook.ref', 'main', cwd=world.folder)
    before = (world.common / 'config').read_bytes()
    words = ('--plans', 'any', '--branches', 'feat/*,team/*', '--ref', 'trunk')
    assert learn_hook('install', '--yes', *words).code == 0
    assert git('config', 'learn-hook.branches', cwd=world.folder) == 'feat/*,team/*'
    assert git('config', 'learn-hook.ref', cwd=world.folder) == 'trunk'
    assert learn_hook('install', '--store', 'ref').code == 0
    assert learn_hook('uninstall').code == 0
    assert (world.common / 'config').read_bytes() == before


@pytest.mark.parametrize('obstacle', ['hooksPath', 'two hooks'])
def test_where_nothing_can_be_installed_nobody_is_asked(
    world: World, learn_hook: Command, obstacle: str
) -> None:
    if obstacle == 'hooksPath':
        git('config', 'core.hooksPath', os.devnull, cwd=world.folder)
    else:
        for name in ('pre-push', 'pre-push.before-learn-hook'):
            (world.common / 'hooks' / name).write_text(f'#!/bin/sh\n: {name}\n')
    code, seen = at_a_terminal(world, 'y')
    assert (code, consent_in(world)) == (1, '')
    assert '[y/N]' not in seen
    assert 'install again' in seen


def test_the_store_that_was_set_before_is_the_one_that_is_named(
    world: World, learn_hook: Command
) -> None:
    git('config', 'learn-hook.store', 'ref', cwd=world.folder)
    said = learn_hook('install', '--yes')
    assert 'a ref of the repository' in said.error
    assert 'gist' not in said.error


def test_uninstall_leaves_no_schedule(world: World, learn_hook: Command) -> None:
    learn_hook('install', '--yes')
    schedule.put_due(str(world.common), 1.0, 1.0)
    schedule.add_lines(str(world.common), ['plan #5 learned: https://github.com/a/b'])
    assert learn_hook('uninstall').code == 0
    assert not (world.common / 'learn-hook' / 'schedule').exists()


def test_a_setting_that_cannot_be_used_installs_nothing(world: World, learn_hook: Command) -> None:
    said = learn_hook('install', '--yes', '--plans', 'all')
    assert (said.code, hooks_in(world)) == (1, [])
    assert said.error.endswith('set it to marked or any')


def test_a_no_that_was_said_later_outlives_the_hooks(world: World, learn_hook: Command) -> None:
    learn_hook('install', '--yes')
    git('config', 'learn-hook.consent', 'no', cwd=world.folder)
    learn_hook('uninstall')
    assert consent_in(world) == 'no'


def test_what_is_missing_next_is_named_without_a_request(
    world: World, learn_hook: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv('GH_TOKEN')
    monkeypatch.delenv('GITHUB_API_URL')
    monkeypatch.setenv('PATH', '/usr/bin:/bin')
    said = learn_hook('install', '--yes')
    assert 'next: there is no token for github.com; run `gh auth login' in said.out
    assert 'next: there is no .github/workflows/learn.yml here; commit it' in said.out
    text = learn_yml(install_from=INSTALL_FROM, command=COMMAND, secrets=[SECRET])
    commit(world.folder, '.github/workflows/learn.yml', text)
    assert 'learn.yml' not in learn_hook('install').out.replace('learn-hook preview', '')
    assert world.hub.requests == []


def test_where_there_is_no_remote_on_github_the_next_step_is_one(
    world: World, learn_hook: Command
) -> None:
    git('remote', 'remove', 'origin', cwd=world.folder)
    said = learn_hook('install', '--yes')
    assert said.code == 0
    assert 'next: no remote here is a GitHub repository; add one' in said.out
    assert 'learn.yml' not in said.out


def test_a_hook_that_cannot_be_written_is_said_and_leaves_all_as_it_was(
    world: World, learn_hook: Command
) -> None:
    folder = world.common / 'hooks'
    (folder / 'pre-push').write_text('#!/bin/sh\n: mine\n')
    (folder / '.pre-push.learn-hook').mkdir()
    said = learn_hook('install', '--yes')
    assert (said.code, consent_in(world)) == (1, '')
    assert f'cannot write {folder.resolve() / "pre-push"} (Is a directory); check' in said.error
    assert (folder / 'pre-push').read_text() == '#!/bin/sh\n: mine\n'


def test_a_hook_that_cannot_be_removed_is_said(world: World, learn_hook: Command) -> None:
    learn_hook('install', '--yes')
    (world.common / 'hooks' / 'pre-push.before-learn-hook').mkdir()
    said = learn_hook('uninstall')
    assert (said.code, hooks_in(world)) == (1, ['pre-push', 'post-merge'])
    assert 'cannot remove ' in said.error
    assert said.error.endswith('(Not a directory); check who owns it')


@pytest.mark.parametrize('line', ['none', '[]', '{"learn-hook.consent": 1}'])
def test_hooks_that_a_person_changed_are_removed_with_the_yes_that_came_with_them(
    world: World, learn_hook: Command, line: str
) -> None:
    learn_hook('install', '--yes')
    for name in hooks_in(world):
        hook = world.common / 'hooks' / name
        text = hook.read_text(encoding='utf-8')
        hook.write_text(re.sub('(?m)^(# git config before: ).*$', rf'\1{line}', text))
    assert learn_hook('uninstall').code == 0
    assert (hooks_in(world), consent_in(world)) == ([], '')


@pytest.mark.skipif(not Path('/proc/self/mem').exists(), reason='no file that fails when read')
def test_a_hook_that_cannot_be_read_is_not_ours(world: World, learn_hook: Command) -> None:
    (world.common / 'hooks' / 'pre-push').symlink_to('/proc/self/mem')
    said = learn_hook('status')
    assert (said.code, 'no hooks are installed here' in said.out) == (0, True)
