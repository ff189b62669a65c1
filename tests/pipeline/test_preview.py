"""What would be sent, made from this machine alone."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from learn_core import git as asked
from learn_core.config import read_settings
from learn_core.errors import LearnError
from learn_core.pipeline.preview import preview
from tests.conftest import git
from tests.promises.world import World, branch, session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from learn_core.page import Shown
    from learn_demo import StandIn


@pytest.fixture
def world(
    hub: StandIn,
    repository: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """Without a token and without a word of the stand-in."""
    folder, claude = repository(), tmp_path / 'claude'
    monkeypatch.setenv('CLAUDE_CONFIG_DIR', str(claude))
    return World(hub=hub, folder=folder, bare=tmp_path, claude=claude)


def previewed(world: World, name: str, said: list[str] | None = None) -> Shown:
    repository = asked.open_repository(world.folder)
    settings = read_settings(asked.settings_of(repository), os.environ, mode='foreground')
    say = (said if said is not None else []).append
    return preview(name, repository, settings, say)


def test_the_sessions_of_a_branch_are_rendered_and_redacted_and_nobody_is_asked(
    world: World,
) -> None:
    branch(world, 'P5-x')
    secret = os.urandom(12).hex()
    words = f'export DB_PASSWORD={secret}'
    session(world, 'mine', branch='P5-x', said_by_person=words)
    session(world, 'other', branch='P6-y')
    shown = previewed(world, 'P5-x')
    assert (shown.stage, shown.plan, shown.name) == ('preview', 0, 'P5-x')
    assert sorted(name for name in shown.files if name.endswith('.xml')) == ['impl-mine.xml']
    assert secret not in json.dumps(dict(shown.files))
    assert sum(shown.replaced.values()) == 1
    assert world.hub.requests == []


def test_lines_that_may_be_secrets_are_shown_before_anything_leaves(world: World) -> None:
    session(world, 'mine', branch='P5-x', said_by_person='auth_token: under-the-mat')
    branch(world, 'P5-x')
    assert [one.file for one in previewed(world, 'P5-x').suspicious or ()] == ['impl-mine.xml']


def test_where_nobody_worked_on_the_branch_the_newest_session_here_is_shown(world: World) -> None:
    os.utime(session(world, 'older', branch='P6-y'), (1_800_000_000, 1_800_000_000))
    os.utime(session(world, 'newer', branch='P7-z'), (1_800_000_001, 1_800_000_001))
    elsewhere = world.folder.parent / 'elsewhere'
    elsewhere.mkdir()
    git('init', '-q', cwd=elsewhere)
    stranger = session(world, 'stranger', folder=elsewhere)
    os.utime(stranger, (1_800_000_002, 1_800_000_002))
    said: list[str] = []
    assert 'impl-newer.xml' in previewed(world, 'topic', said).files
    assert said == ['no session worked on topic; this is the newest one of the repository']
    assert 'impl-newer.xml' in previewed(world, 'master').files


def test_a_session_that_is_kept_out_is_not_shown_either(world: World) -> None:
    session(world, 'mine', said_by_person='#learn-skip please')
    with pytest.raises(LearnError, match='no session of a coding agent'):
        previewed(world, 'topic')


def test_without_any_session_the_folders_that_were_searched_are_named(world: World) -> None:
    with pytest.raises(LearnError) as error:
        previewed(world, 'topic')
    assert str(world.claude) in str(error.value)
