"""A world for each test, with our hooks as the real command installs them."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import git
from tests.promises.world import World, at_rest, learn_hook, with_python
from tests.warm import launcher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope='session')
def hook_files() -> dict[str, str]:
    """What `learn-hook install` wrote the first time: the same in every repository."""
    return {}


@pytest.fixture(scope='session')
def python(cache_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The Python that hooks start."""
    if sys.platform != 'linux':
        yield sys.executable
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('XDG_CACHE_HOME', str(cache_home))
        with launcher(tmp_path_factory.mktemp('warm')) as python:
            yield str(python)


@pytest.fixture
def bare_world(plain_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A repository without our hooks. What they do is done before `git push` returns."""
    monkeypatch.setenv('LEARN_HOOK_MODE', 'foreground')
    git('config', 'learn-hook.every', '0', cwd=plain_world.folder)
    yield plain_world
    # so that no process sleeps on for a run that waits
    with contextlib.suppress(NotADirectoryError):
        (plain_world.common / 'learn-hook' / 'schedule').unlink(missing_ok=True)


@pytest.fixture
def world(bare_world: World, hook_files: dict[str, str], python: str) -> World:
    """A repository with our hooks, whose workers start warm."""
    hooks = bare_world.common / 'hooks'
    if not hook_files:
        assert learn_hook(bare_world, 'install', '--yes').code == 0
        names = ('pre-push', 'post-merge')
        for name in names:
            content = (hooks / name).read_text(encoding='utf-8')
            hook_files[name] = with_python(content, python)
    for name, content in hook_files.items():
        (hooks / name).write_text(content, encoding='utf-8')
        (hooks / name).chmod(0o755)
    git('config', 'learn-hook.consent', 'yes', cwd=bare_world.folder)
    return bare_world


@pytest.fixture
def background(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The same as it is for a person: runs begin when the push has landed. Logs are quiet."""
    monkeypatch.delenv('LEARN_HOOK_MODE')
    git('config', 'learn-hook.quiet', '0', cwd=world.folder)
    yield world
    at_rest(world)
