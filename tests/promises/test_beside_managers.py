"""Our hook where a hook manager, or a script, stands between git and it."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import commit, git
from tests.promises.world import (
    at_rest,
    branch,
    landed,
    learn_hook,
    notes,
    push,
    said,
    sent,
    small_plan,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.promises.world import World

LEFTHOOK = str(Path(sys.executable).with_name('lefthook'))

# both read the same file, and both move a hook that is there to `.legacy` and call it
PROGRAMS = [str(Path(sys.executable).with_name(name)) for name in ('pre-commit', 'prek')]

CONFIG = """\
repos:
- repo: local
  hooks:
  - id: team
    name: team
    language: system
    entry: sh -c 'echo checked >>"$RECORD"'
    stages: [pre-push]
    always_run: true
    pass_filenames: false
"""

TEAM = """\
pre-push:
  jobs:
    - name: team
      use_stdin: true
      run: cat >>"$RECORD"
"""


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding='utf-8')
    path.chmod(0o755)
    return path


def lines_to_add(world: World) -> list[str]:
    """What `install` says that a person has to add, and where; it is not done before that."""
    told = learn_hook(world, 'install', '--yes')
    assert told.code == 1
    *_, advice = told.words.splitlines()
    return re.findall('`(.*?)`', advice)


def plan_is_pushed(world: World) -> str:
    small_plan(world, 5)
    sha = branch(world, 'P5-x')
    pushed = push(world, 'origin', 'P5-x')
    assert pushed.code == 0, pushed.words
    assert landed(world, 'P5-x') == sha
    return pushed.words


def everything(folder: Path) -> dict[str, tuple[int, object]]:
    """Names, modes, contents and link targets of all that is in a folder."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            str(path.readlink()) if path.is_symlink() else path.is_file() and path.read_bytes(),
        )
        for path in folder.rglob('*')
    }


def moved_to_legacy(world: World, name: str) -> Path:
    """What pre-commit and prek do to a hook that is there: they move it, and call it first."""
    hook = world.common / 'hooks' / name
    legacy = hook.rename(hook.with_name(f'{name}.legacy'))
    script(hook, f'#!/bin/sh\n"{legacy}" "$@"\n')
    return legacy


def test_a_second_install_finds_our_hook_where_a_manager_put_it(bare_world: World) -> None:
    world = bare_world
    learn_hook(world, 'install', '--yes')
    legacy = moved_to_legacy(world, 'pre-push')
    manager = (world.common / 'hooks' / 'pre-push').read_bytes()
    assert 'is installed already' in learn_hook(world, 'install', '--yes').words
    assert (world.common / 'hooks' / 'pre-push').read_bytes() == manager
    assert 'pre-push and post-merge' in learn_hook(world, 'status').words
    plan_is_pushed(world)
    assert sent(world) == [5]
    assert learn_hook(world, 'uninstall').code == 0
    assert not legacy.exists()
    assert (world.common / 'hooks' / 'pre-push').read_bytes() == manager


def test_a_push_that_a_script_hands_on_is_waited_for_until_it_lands(background: World) -> None:
    world = background
    moved_to_legacy(world, 'pre-push')
    script(world.bare / 'hooks' / 'pre-receive', '#!/bin/sh\nsleep 7\n')
    plan_is_pushed(world)
    at_rest(world)
    assert sent(world) == [5]


def in_the_work_tree(world: World) -> Path:
    git('config', 'core.hooksPath', '.githooks', cwd=world.folder)
    return world.folder / '.githooks'


def in_the_work_tree_by_its_whole_path(world: World) -> Path:
    git('config', 'core.hooksPath', str(world.folder / '.githooks'), cwd=world.folder)
    return world.folder / '.githooks'


def linked_into_the_work_tree(world: World) -> Path:
    (world.folder / '.githooks').mkdir()
    hooks = world.common / 'hooks'
    hooks.rename(world.common / 'hooks-before')
    hooks.symlink_to('../.githooks')
    return world.folder / '.githooks'


def by_husky(world: World) -> Path:
    """As husky 9 lays it: its own folder is git's, is ignored, and is made anew at each install."""
    own = world.folder / '.husky' / '_'
    script(own / 'h', 'sh -e "$(dirname "$(dirname "$0")")/$(basename "$0")" "$@"\n')
    for name in ('pre-push', 'post-merge'):
        script(own / name, '#!/bin/sh\n. "$(dirname "$0")/h"\n')
    git('config', 'core.hooksPath', '.husky/_', cwd=world.folder)
    return world.folder / '.husky'


def of_all_repositories(world: World) -> Path:
    folder = world.folder.with_name('my hooks')
    everywhere = world.folder.with_name('gitconfig')
    git('config', '--file', str(everywhere), 'core.hooksPath', str(folder), cwd=world.folder)
    os.environ['GIT_CONFIG_GLOBAL'] = str(everywhere)  # the seal of each test puts it back
    return folder


@pytest.mark.parametrize(
    'lay',
    [
        in_the_work_tree,
        in_the_work_tree_by_its_whole_path,
        linked_into_the_work_tree,
        by_husky,
        of_all_repositories,
    ],
)
def test_hooks_that_others_have_too_are_left_alone_and_one_line_calls_ours(
    bare_world: World, lay: Callable[[World], Path]
) -> None:
    world = bare_world
    folder = lay(world)
    hook = script(folder / 'pre-push', '#!/bin/sh\necho team\n')
    was = everything(folder)
    (line,) = lines_to_add(world)
    assert everything(folder) == was
    for name in ('pre-push', 'post-merge'):
        before = hook.read_text(encoding='utf-8') if name == 'pre-push' else '#!/bin/sh\n'
        script(folder / name, f'{before}{line}\n')
    done = learn_hook(world, 'install', '--yes')
    assert (done.code, done.words.count('is installed already')) == (0, 2)
    assert 'on (pre-push and post-merge)' in learn_hook(world, 'status').words
    assert 'team' in plan_is_pushed(world)
    assert sent(world) == [5]

    git('switch', '-q', 'master', cwd=world.folder)
    git('merge', '-q', '--no-edit', 'P5-x', cwd=world.folder)
    assert notes(world)[-1] == ('done', '')  # that it was merged is news


def test_a_committed_line_does_nothing_for_a_teammate_without_us(bare_world: World) -> None:
    world = bare_world
    folder = in_the_work_tree(world)
    (line,) = lines_to_add(world)
    script(folder / 'pre-push', f'#!/bin/sh\n{line}\n')
    told = learn_hook(world, 'uninstall').words
    assert str(folder / 'pre-push') in told
    assert 'remove it' in told
    words = plan_is_pushed(world)
    assert all(word not in words for word in ('learn', 'not found', 'No such'))
    assert sent(world) == []


@pytest.mark.parametrize('head', ['#!/bin/sh', '#!/bin/sh -e'])
def test_a_check_before_our_line_still_stops_a_push(bare_world: World, head: str) -> None:
    world = bare_world
    folder = in_the_work_tree(world)
    (line,) = lines_to_add(world)
    script(folder / 'pre-push', f'{head}\nfalse\n{line}\n')
    branch(world, 'P5-x')
    assert push(world, 'origin', 'P5-x').code == 1
    assert landed(world, 'P5-x') == ''


def test_the_line_runs_no_code_of_the_branch(
    bare_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = bare_world
    folder = in_the_work_tree(world)
    (line,) = lines_to_add(world)
    script(folder / 'pre-push', f'#!/bin/sh\n{line}\n')
    monkeypatch.setenv('PYTHONPATH', '.')
    script(world.folder / 'hooks' / '__init__.py', 'raise SystemExit(1)\n')
    plan_is_pushed(world)
    assert sent(world) == [5]


def test_a_hook_that_asks_for_its_own_name_keeps_it(bare_world: World) -> None:
    world = bare_world
    hooks = world.common / 'hooks'
    dispatch = script(hooks / 'dispatch', '#!/bin/sh\necho "this is $(basename "$0")"\n')
    (hooks / 'pre-push').symlink_to('dispatch')
    (line,) = lines_to_add(world)
    script(dispatch, f'{dispatch.read_text(encoding="utf-8")}{line}\n')
    script(hooks / 'post-merge', f'#!/bin/sh\n{line}\n')
    assert learn_hook(world, 'install', '--yes').code == 0
    assert 'this is pre-push' in plan_is_pushed(world)
    assert sent(world) == [5]


def test_where_git_runs_no_hooks_install_says_so(bare_world: World) -> None:
    git('config', 'core.hooksPath', os.devnull, cwd=bare_world.folder)
    refused = learn_hook(bare_world, 'install', '--yes')
    assert refused.code == 1
    assert f'core.hooksPath is {os.devnull}' in refused.words.splitlines()[-1]


def test_hooks_of_a_folder_that_is_this_repositorys_alone_stand_there(
    bare_world: World,
) -> None:
    world = bare_world
    folder = world.folder.with_name('my hooks')
    script(folder / 'pre-push', '#!/bin/sh\necho mine\n')
    git('config', 'core.hooksPath', str(folder), cwd=world.folder)
    was = everything(folder)
    assert learn_hook(world, 'install', '--yes').code == 0
    assert 'mine' in plan_is_pushed(world)
    assert sent(world) == [5]
    learn_hook(world, 'uninstall')
    assert everything(folder) == was


def lefthook(world: World, *words: str) -> str:
    done = said(LEFTHOOK, *words, cwd=world.folder)
    assert done.code == 0, done.words
    return done.words


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the team's own hook writes down of its standard input."""
    monkeypatch.setenv('RECORD', str(tmp_path / 'record'))
    monkeypatch.setenv('PATH', f'{Path(LEFTHOOK).parent}:{os.environ["PATH"]}')
    return tmp_path / 'record'


def test_lefthook_runs_both_by_the_lines_that_install_says(bare_world: World, record: Path) -> None:
    world = bare_world
    commit(world.folder, 'lefthook.yml', TEAM)
    lefthook(world, 'install')
    hooks = everything(world.common / 'hooks')
    lines = lines_to_add(world)
    assert everything(world.common / 'hooks') == hooks
    local = world.folder / 'lefthook-local.yml'
    local.write_text('\n'.join(lines), encoding='utf-8')
    lefthook(world, 'install')
    assert learn_hook(world, 'install', '--yes').code == 0
    assert 'on (pre-push and post-merge)' in learn_hook(world, 'status').words
    plan_is_pushed(world)
    assert record.read_text(encoding='utf-8').startswith('refs/heads/P5-x ')
    assert sent(world) == [5]
    git('switch', '-q', 'master', cwd=world.folder)
    git('merge', '-q', '--no-edit', 'P5-x', cwd=world.folder)
    assert notes(world)[-1] == ('done', '')  # that it was merged is news

    assert str(local) in learn_hook(world, 'uninstall').words
    commit(world.folder, 'more.txt')
    assert push(world, 'origin', 'master').code == 0


def test_our_hook_that_lefthook_moved_away_is_no_hook_any_more_and_goes_with_us(
    bare_world: World, record: Path
) -> None:
    world = bare_world
    hooks = world.common / 'hooks'
    mine = script(hooks / 'pre-push', '#!/bin/sh\n# mine\n').read_bytes()
    learn_hook(world, 'install', '--yes')
    commit(world.folder, 'lefthook.yml', TEAM)
    lefthook(world, 'install')
    assert (hooks / 'pre-push.old').exists()
    assert 'no hooks are installed' in learn_hook(world, 'status').words
    assert len(lines_to_add(world)) == 2
    learn_hook(world, 'uninstall')
    assert (hooks / 'pre-push.old').read_bytes() == mine
    lefthook(world, 'uninstall')
    assert (hooks / 'pre-push').read_bytes() == mine


def test_a_lefthook_that_has_other_hooks_leaves_ours_alone(bare_world: World, record: Path) -> None:
    world = bare_world
    commit(world.folder, 'lefthook.yml', TEAM.replace('pre-push', 'pre-commit'))
    lefthook(world, 'install')
    assert learn_hook(world, 'install', '--yes').code == 0
    lefthook(world, 'install')
    plan_is_pushed(world)
    assert sent(world) == [5]


def test_a_hook_kept_from_before_is_never_written_over(bare_world: World) -> None:
    """A manager that was forced wrote over ours, and the one that ours had kept is still there."""
    world = bare_world
    hook = script(world.common / 'hooks' / 'pre-push', '#!/bin/sh\n# mine\n')
    learn_hook(world, 'install', '--yes')
    script(hook, '#!/bin/sh\n# another\n')
    was = everything(hook.parent)
    refused = learn_hook(world, 'install', '--yes')
    assert refused.code == 1
    assert str(hook.with_name('pre-push.before-learn-hook')) in refused.words
    assert {
        name: one for name, one in everything(hook.parent).items() if '.learn-hook' not in name
    } == was


def test_a_hook_that_wrote_itself_over_ours_is_taken_as_it_is(bare_world: World) -> None:
    """`git lfs update --force` and its like."""
    world = bare_world
    hook = script(world.common / 'hooks' / 'pre-push', '#!/bin/sh\n# mine\n')
    mine = hook.read_bytes()
    learn_hook(world, 'install', '--yes')
    hook.write_bytes(mine)
    assert learn_hook(world, 'install', '--yes').code == 0
    learn_hook(world, 'uninstall')
    assert hook.read_bytes() == mine
    assert stat.S_IMODE(hook.stat().st_mode) == 0o755


def by_program(world: World, program: str, *words: str) -> None:
    done = said(program, *words, '--hook-type', 'pre-push', cwd=world.folder)
    assert done.code == 0, done.words


@pytest.fixture
def consumer(bare_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A repository with a hook of its own, whose team has a check."""
    monkeypatch.setenv('RECORD', str(tmp_path / 'record'))
    monkeypatch.setenv('PRE_COMMIT_HOME', str(tmp_path / 'store'))
    monkeypatch.setenv('PREK_HOME', str(tmp_path / 'store'))
    commit(bare_world.folder, '.pre-commit-config.yaml', CONFIG)
    script(bare_world.common / 'hooks' / 'pre-push', '#!/bin/sh\necho mine >>"$RECORD"; cat >&2\n')
    return bare_world


@pytest.mark.parametrize('program', PROGRAMS, ids=['pre-commit', 'prek'])
@pytest.mark.parametrize('is_first', [True, False], ids=['before us', 'after us'])
def test_in_whatever_order_all_hooks_run_once_and_all_come_away_again(
    consumer: World, tmp_path: Path, program: str, is_first: bool
) -> None:
    world, hooks = consumer, consumer.common / 'hooks'
    mine = everything(hooks)
    if is_first:
        by_program(world, program, 'install')
        was = everything(hooks)
    assert learn_hook(world, 'install', '--yes').code == 0
    by_program(world, program, 'install')
    installed = everything(hooks)
    assert learn_hook(world, 'install', '--yes').words.count('is installed already') == 2
    assert everything(hooks) == installed
    words = plan_is_pushed(world)
    assert (tmp_path / 'record').read_text(encoding='utf-8') == 'mine\nchecked\n'
    assert words.count('refs/heads/P5-x ') == 2
    assert words.count('learning from plan #5') == 1
    assert sent(world) == [5]

    assert 'pre-push and post-merge' in learn_hook(world, 'status').words
    learn_hook(world, 'uninstall')
    if is_first:
        assert everything(hooks) == was
    by_program(world, program, 'uninstall')
    assert everything(hooks) == mine


@pytest.mark.parametrize('program', PROGRAMS, ids=['pre-commit', 'prek'])
def test_the_manager_goes_and_we_stay(consumer: World, tmp_path: Path, program: str) -> None:
    world, hooks = consumer, consumer.common / 'hooks'
    mine = everything(hooks)
    by_program(world, program, 'install')
    learn_hook(world, 'install', '--yes')
    by_program(world, program, 'uninstall')
    plan_is_pushed(world)
    assert (tmp_path / 'record').read_text(encoding='utf-8') == 'mine\n'
    assert sent(world) == [5]
    learn_hook(world, 'uninstall')
    assert everything(hooks) == mine
