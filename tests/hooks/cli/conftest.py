"""The command line, called in this process: a coverage that sees it, and no second to start."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from hooks.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.promises.world import World


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
def world(plain_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A repository that one stands in."""
    monkeypatch.chdir(plain_world.folder)
    return plain_world
