"""`learn-hook install` and `uninstall`: what was there before runs on, and comes back as it was."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.conftest import commit, git
from tests.promises.world import REPO, branch, landed, learn_hook, push, sent, small_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.promises.world import World

RECORDS = """\
#!/bin/sh
printf '%s\\n' "$0" "$@" >"{record}"
cat >>"{record}"
exit {code}
"""


def script(path: Path, text: str, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding='utf-8')
    path.chmod(mode)
    return path


def as_it_is(world: World) -> dict[str, object]:
    """Names, modes, contents and link targets of the hooks, and git's config."""
    found: dict[str, object] = {'config': (world.common / 'config').read_bytes()}
    for hook in sorted((world.common / 'hooks').iterdir()):
        what = str(hook.readlink()) if hook.is_symlink() else hook.read_bytes()
        found[hook.name] = (os.lstat(hook).st_mode, what)
    return found


def test_installing_twice_changes_nothing(bare_world: World) -> None:
    world = bare_world
    first = learn_hook(world, 'install', '--yes')
    assert first.code == 0
    installed = as_it_is(world)
    moments = [path.stat().st_mtime_ns for path in (world.common / 'hooks').iterdir()]
    assert learn_hook(world, 'install', '--yes').code == 0
    assert as_it_is(world) == installed
    assert [path.stat().st_mtime_ns for path in (world.common / 'hooks').iterdir()] == moments


def nothing_before(world: World) -> None:
    pass


def a_hook_before(world: World) -> None:
    script(world.common / 'hooks' / 'pre-push', '#!/bin/sh\n# mine, without a last line end', 0o750)


def a_sleeping_hook_before(world: World) -> None:
    script(world.common / 'hooks' / 'pre-push', '#!/bin/sh\nexit 1\n', 0o644)


def a_link_before(world: World) -> None:
    target = script(world.folder / 'tools' / 'check', '#!/bin/sh\nexit 0\n')
    (world.common / 'hooks' / 'post-merge').symlink_to(target)


def a_relative_link_before(world: World) -> None:
    script(world.folder / 'tools' / 'check', '#!/bin/sh\nexit 0\n')
    (world.common / 'hooks' / 'pre-push').symlink_to('../../tools/check')


def a_dangling_link_before(world: World) -> None:
    (world.common / 'hooks' / 'pre-push').symlink_to('/nowhere/at/all')


def settings_before(world: World) -> None:
    git('config', 'learn-hook.quiet', '0', cwd=world.folder)
    git('config', 'branch.P5-x.learn-issue', '6', cwd=world.folder)


@pytest.mark.parametrize(
    'before',
    [
        nothing_before,
        a_hook_before,
        a_sleeping_hook_before,
        a_link_before,
        a_relative_link_before,
        a_dangling_link_before,
        settings_before,
    ],
)
def test_uninstalling_restores_byte_for_byte(
    bare_world: World, before: Callable[[World], None]
) -> None:
    world = bare_world
    before(world)
    was = as_it_is(world)
    for _ in range(2):
        assert learn_hook(world, 'install', '--yes').code == 0
    assert as_it_is(world) != was
    assert learn_hook(world, 'uninstall').code == 0
    assert as_it_is(world) == was
    assert learn_hook(world, 'uninstall').code == 0
    assert as_it_is(world) == was


@pytest.mark.parametrize('before', ['yes', 'no'])
def test_what_was_said_of_consent_before_holds_again(bare_world: World, before: str) -> None:
    git('config', 'learn-hook.consent', before, cwd=bare_world.folder)
    config = (bare_world.common / 'config').read_bytes()
    for _ in range(2):
        assert learn_hook(bare_world, 'install', '--yes').code == 0
    assert git('config', 'learn-hook.consent', cwd=bare_world.folder) == 'yes'
    for _ in range(2):
        assert learn_hook(bare_world, 'uninstall').code == 0
    assert (bare_world.common / 'config').read_bytes() == config


@pytest.mark.parametrize('code', [0, 3])
def test_the_hook_that_was_there_gets_all_that_git_gives_and_decides(
    bare_world: World, tmp_path: Path, code: int
) -> None:
    world, record = bare_world, tmp_path / 'record'
    text = RECORDS.format(record=record, code=code)
    script(world.common / 'hooks' / 'pre-push', text)
    assert learn_hook(world, 'install', '--yes').code == 0
    small_plan(world, 5)
    sha = branch(world, 'P5-x')
    pushed = push(world, 'origin', 'P5-x')
    _, remote, url, line = record.read_text(encoding='utf-8').splitlines()
    assert (remote, url) == ('origin', str(world.bare))
    assert line == f'refs/heads/P5-x {sha} refs/heads/P5-x {"0" * 40}'
    assert (pushed.code == 0) == (code == 0)
    assert landed(world, 'P5-x') == ('' if code else sha)
    assert sent(world) == ([] if code else [5])


def test_the_post_merge_hook_that_was_there_is_told_of_a_squash(
    bare_world: World, tmp_path: Path
) -> None:
    world, record = bare_world, tmp_path / 'record'
    text = RECORDS.format(record=record, code=0)
    script(world.common / 'hooks' / 'post-merge', text)
    learn_hook(world, 'install', '--yes')
    small_plan(world, 5)
    branch(world, 'P5-x')
    git('switch', '-q', 'master', cwd=world.folder)
    git('merge', '-q', '--squash', 'P5-x', cwd=world.folder)
    assert record.read_text(encoding='utf-8').splitlines()[1:] == ['1']
    assert sent(world) == [5]


def test_a_hook_that_reads_nothing_of_a_long_push_breaks_nothing(bare_world: World) -> None:
    world = bare_world
    script(world.common / 'hooks' / 'pre-push', '#!/bin/sh\nexit 0\n')
    learn_hook(world, 'install', '--yes')
    small_plan(world, 5)
    branch(world, 'P5-x')
    for number in range(1000):
        git('update-ref', f'refs/heads/topic-{number:04}-{"x" * 60}', 'HEAD', cwd=world.folder)
    assert push(world, '-q', '--all', 'origin').code == 0
    assert sent(world) == [5]


def test_a_linked_worktree_has_the_hooks_of_the_repository(bare_world: World) -> None:
    world = bare_world
    tree = world.folder.with_name('tree')
    git('worktree', 'add', '-q', '-b', 'P5-x', str(tree), cwd=world.folder)
    assert learn_hook(world, 'install', '--yes', cwd=tree).code == 0
    small_plan(world, 5)
    commit(tree, 'b.txt')
    push(world, 'origin', 'P5-x', cwd=tree)
    assert sent(world) == [5]


def test_before_consent_nothing_is_sent_and_after_it_what_waited(world: World) -> None:
    git('config', '--unset', 'learn-hook.consent', cwd=world.folder)
    small_plan(world, 5)
    branch(world, 'P5-x')
    pushed = push(world, 'origin', 'P5-x')
    assert 'git config learn-hook.consent yes' in pushed.words
    assert (world.hub.gists, sent(world)) == ({}, [])
    assert 'waits for your yes' in learn_hook(world, 'status').words
    git('config', 'learn-hook.consent', 'yes', cwd=world.folder)
    assert learn_hook(world, 'retry').code == 0
    assert sent(world) == [5]


def test_a_yes_of_the_global_config_is_for_private_repositories_alone(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git('config', '--unset', 'learn-hook.consent', cwd=world.folder)
    everywhere = tmp_path / 'gitconfig'
    git('config', '--file', str(everywhere), 'learn-hook.consent', 'yes', cwd=world.folder)
    monkeypatch.setenv('GIT_CONFIG_GLOBAL', str(everywhere))
    world.hub.repos[REPO].private = False
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    assert (world.hub.gists, sent(world)) == ({}, [])
    assert 'waits for your yes' in learn_hook(world, 'status').words


def test_a_hook_of_an_earlier_version_is_replaced_and_calls_itself_never(bare_world: World) -> None:
    world = bare_world
    learn_hook(world, 'install', '--yes')
    hook = world.common / 'hooks' / 'pre-push'
    text = hook.read_text(encoding='utf-8')
    hook.write_text(text.replace('removes this file', 'takes this file away'), encoding='utf-8')
    assert learn_hook(world, 'install').code == 0
    assert hook.read_text(encoding='utf-8') == text
    assert not hook.with_name('pre-push.before-learn-hook').exists()
    hook.with_name('pre-push.before-learn-hook').write_text(text, encoding='utf-8')
    hook.with_name('pre-push.before-learn-hook').chmod(0o755)
    branch(world, 'topic')
    assert push(world, '-q', 'origin', 'topic') == (0, '')
