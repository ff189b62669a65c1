"""`learn-hook uninstall`: what waits is dropped, and local data is deleted if the person agrees."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from learn_core.plans.record import claimed
from learn_core.push import spool
from learn_core.redact import cache_folder, warm
from tests.conftest import git
from tests.inside import Said
from tests.promises.world import (
    branch,
    learn_hook,
    notes,
    plans,
    push,
    said,
    sent,
    small_plan,
    wait_until,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.promises.world import World

CLEAR = 'learn-hook uninstall --clear'


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that may be cleared: that of the other tests is shared."""
    warm()
    shared = cache_folder()
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    shutil.copytree(shared, cache_folder())
    return tmp_path / 'cache'


def one_waits(world: World) -> None:
    """A run that had no token, after one that went through."""
    small_plan(world, 4)
    branch(world, 'P4-x')
    push(world, 'origin', 'P4-x')
    small_plan(world, 5)
    branch(world, 'P5-x')
    os.environ['GH_TOKEN'] = ''  # the seal of each test puts it back
    push(world, 'origin', 'P5-x')
    assert [state for state, _ in notes(world)] == ['done', 'waiting']


def asked(world: World, answer: bytes) -> Said:
    """`learn-hook uninstall` by a person at a terminal."""
    mine, theirs = pty.openpty()
    os.write(mine, answer)
    done = subprocess.run(
        (sys.executable, '-I', '-m', 'hooks.cli.main', 'uninstall'),
        cwd=world.folder,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        check=False,
    )
    question = os.read(mine, 4096).decode()
    os.close(mine)
    os.close(theirs)
    return Said(done.returncode, done.stdout + question)


def test_runs_that_wait_are_dropped_and_what_is_left_is_said(world: World, own_cache: Path) -> None:
    one_waits(world)
    said = learn_hook(world, 'uninstall')
    assert said.code == 0
    assert 'dropped 1 plan that waited' in said.words
    assert notes(world)[1] == ('dropped', 'learn-hook was uninstalled before it was sent')
    home, scratch = world.common / 'learn-hook', world.folder / '.erk' / 'scratch'
    for place in (home, scratch / 'learn-4', cache_folder()):
        assert f'{place}: ' in said.words
        assert place.is_dir()
    assert 'for all repositories' in said.words
    assert 'still at GitHub: https://gist.github.com/ann/' in said.words
    assert f'{CLEAR} deletes it' in said.words
    os.environ['GH_TOKEN'] = 'hub-token'
    learn_hook(world, 'retry')
    assert sent(world) == [4]


@pytest.mark.parametrize('is_asked', [False, True])
def test_cleared_nothing_of_ours_is_left(world: World, own_cache: Path, is_asked: bool) -> None:
    one_waits(world)
    said = asked(world, b'y\n') if is_asked else learn_hook(world, 'uninstall', '--clear')
    assert said.code == 0
    assert ('[y/N]' in said.words) == is_asked
    assert not (world.common / 'learn-hook').exists()
    assert not (world.folder / '.erk').exists()
    assert list(own_cache.iterdir()) == []
    assert git('status', '--porcelain', cwd=world.folder) == ''
    assert 'consent' not in (world.common / 'config').read_text(encoding='utf-8')
    again = learn_hook(world, 'uninstall', '--clear')
    assert (again.code, again.words) == (
        0,
        'no hook of learn-hook is installed here; nothing was changed\n',
    )
    assert not (world.common / 'learn-hook').exists()


@pytest.mark.parametrize('answer', [b'\n', b'n\n', b'\x04'])
def test_without_a_yes_everything_stays(world: World, own_cache: Path, answer: bytes) -> None:
    one_waits(world)
    assert asked(world, answer).code == 0
    assert (world.common / 'learn-hook').is_dir()
    assert (world.folder / '.erk' / 'scratch' / 'learn-4').is_dir()
    assert cache_folder().is_dir()


def test_only_what_is_ours_is_cleared(world: World, own_cache: Path, tmp_path: Path) -> None:
    one_waits(world)
    scratch = world.folder / '.erk' / 'scratch'
    (scratch / 'notes').mkdir()
    (scratch / 'learn-today').mkdir()
    (tmp_path / 'mine').mkdir()
    (scratch / 'learn-6').symlink_to(tmp_path / 'mine')
    (own_cache / 'learn-hook' / 'more').write_text('theirs', encoding='utf-8')
    assert learn_hook(world, 'uninstall', '--clear').code == 0
    assert sorted(path.name for path in scratch.iterdir()) == [
        '.gitignore',
        'learn-6',
        'learn-today',
        'notes',
    ]
    assert (tmp_path / 'mine').is_dir()
    assert (own_cache / 'learn-hook' / 'more').exists()


def test_a_run_that_a_worker_has_in_hand_is_not_broken(world: World, own_cache: Path) -> None:
    one_waits(world)
    (record,) = [record for record in plans(world) if record.is_waiting]
    with claimed(record):
        said = learn_hook(world, 'uninstall', '--clear')
        assert said.code == 1
        assert '1 plan under way' in said.words
        assert 'nothing was cleared' in said.words
    assert notes(world)[1][0] == 'waiting'
    assert (world.folder / '.erk' / 'scratch' / 'learn-4').is_dir()
    assert learn_hook(world, 'uninstall', '--clear').code == 0
    assert not (world.common / 'learn-hook').exists()


def test_a_run_that_a_worker_lets_go_of_in_a_moment_is_dropped(
    world: World, own_cache: Path
) -> None:
    one_waits(world)
    (record,) = [record for record in plans(world) if record.is_waiting]
    with ThreadPoolExecutor() as beside, claimed(record):
        said = beside.submit(learn_hook, world, 'uninstall')
        wait_until(world, lambda: not (world.common / 'hooks' / 'post-merge').exists())
        time.sleep(0.5)
    assert 'dropped 1 plan that waited' in said.result().words
    assert notes(world)[1][0] == 'dropped'


def test_what_a_hook_wrote_down_and_no_worker_took_in_is_dropped_too(
    world: World, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_plan(world, 5)
    branch(world, 'P5-x')
    push(world, 'origin', 'P5-x')
    spool.write(str(world.common), [{'kind': 'push', 'remote_branch': 'P5-x', 'sha': 'a' * 40}])
    assert 'dropped 1 plan that waited' in learn_hook(world, 'uninstall').words
    assert spool.files(str(world.common)) == []


def test_a_cleared_cache_is_filled_again_when_it_is_needed(world: World, own_cache: Path) -> None:
    learn_hook(world, 'uninstall', '--clear')
    assert not cache_folder().exists()
    words = (sys.executable, '-I', '-m', 'hooks.cli.main', 'install', '--yes')
    assert said(*words, cwd=world.folder).code == 0  # this process has the engine already
    assert any(cache_folder().iterdir())
    warm()
