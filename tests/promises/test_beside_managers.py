"""Our hook where a hook manager, or a script, stands between git and it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conftest import git
from tests.promises.world import at_rest, branch, landed, learn_hook, push, sent, small_plan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.promises.world import World


def moved_to_legacy(world: World, name: str) -> Path:
    """What pre-commit and prek do to a hook that is there: they move it, and call it first."""
    hook = world.common / 'hooks' / name
    legacy = hook.rename(hook.with_name(f'{name}.legacy'))
    hook.write_text(f'#!/bin/sh\n"{legacy}" "$@"\n', encoding='utf-8')
    hook.chmod(0o755)
    return legacy


def test_a_second_install_finds_our_hook_where_a_manager_put_it(world: World) -> None:
    legacy = moved_to_legacy(world, 'pre-push')
    manager = (world.common / 'hooks' / 'pre-push').read_bytes()
    assert 'is there already' in learn_hook(world, 'install').words
    assert (world.common / 'hooks' / 'pre-push').read_bytes() == manager
    assert 'pre-push and post-merge' in learn_hook(world, 'status').words
    small_plan(world, 5)
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 0
    assert sent(world) == [5]
    assert learn_hook(world, 'uninstall').code == 0
    assert not legacy.exists()
    assert (world.common / 'hooks' / 'pre-push').read_bytes() == manager


def test_a_push_that_a_script_hands_on_is_waited_for_until_it_lands(background: World) -> None:
    world = background
    moved_to_legacy(world, 'pre-push')
    receive = world.bare / 'hooks' / 'pre-receive'
    receive.parent.mkdir(exist_ok=True)
    receive.write_text('#!/bin/sh\nsleep 7\n', encoding='utf-8')
    receive.chmod(0o755)
    small_plan(world, 5)
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 0
    assert landed(world, 'P5-x')
    at_rest(world)
    assert sent(world) == [5]


def test_the_line_for_a_hook_of_the_work_tree_runs_no_code_of_the_branch(
    bare_world: World,
) -> None:
    world = bare_world
    git('config', 'core.hooksPath', '.husky', cwd=world.folder)
    said = learn_hook(world, 'install')
    assert said.code == 1
    line = said.words.partition('`')[2].partition('`')[0]
    assert ' -I -m hooks.pre_push "$@" || true' in line
    hook = world.folder / '.husky' / 'pre-push'
    hook.parent.mkdir()
    hook.write_text(f'#!/bin/sh\n{line}\n', encoding='utf-8')
    hook.chmod(0o755)
    git('config', 'learn-hook.consent', 'yes', cwd=world.folder)
    planted = world.folder / 'hooks' / '__init__.py'
    planted.parent.mkdir()
    planted.write_text('raise SystemExit(1)\n', encoding='utf-8')
    small_plan(world, 5)
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 0
    assert sent(world) == [5]
