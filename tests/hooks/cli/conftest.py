"""The command line, called in this process: a coverage that sees it, and no second to start."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from hooks.cli.main import main
from tests.promises.world import REPO, WORKFLOW, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from learn_demo import StandIn


class Said(NamedTuple):
    """The exit code, standard output, and standard error without its last line end."""

    code: int
    out: str
    error: str


@pytest.fixture
def learn_hook(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """`learn-hook …` in the working directory."""

    def call(*words: object) -> Said:
        capsys.readouterr()
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return Said(code, said.out, said.err.removesuffix('\n'))

    return call


@pytest.fixture
def world(
    environ_of_hub: StandIn,
    repository: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """A repository that one stands in, and a stand-in that has it as well; no hooks."""
    folder, claude = repository(), tmp_path / 'claude'
    environ_of_hub.add_repo(REPO, workflow=WORKFLOW)
    monkeypatch.setenv('CLAUDE_CONFIG_DIR', str(claude))
    monkeypatch.chdir(folder)
    bare = tmp_path / f'{folder.name}.git'
    return World(hub=environ_of_hub, folder=folder, bare=bare, claude=claude)
