"""Ground for each fault."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.register_assert_rewrite('tests.faults.ground', 'tests.faults.judgement')

from tests.conftest import git  # noqa: E402
from tests.faults.ground import MARK, Ground, kill  # noqa: E402
from tests.promises.conftest import bare_world, hook_files, world  # noqa: E402
from tests.redact.secrets import filled  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.promises.world import World

__all__ = ['bare_world', 'ground', 'hook_files', 'world']


@pytest.fixture(scope='session')
def python() -> str:
    """The Python that hooks start: workers start cold, so that each process carries the mark."""
    return sys.executable


@pytest.fixture
def ground(
    world: World,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Ground]:
    """As it is for a person: runs begin in the background when the push has landed."""
    monkeypatch.delenv('LEARN_HOOK_MODE')
    git('config', 'learn-hook.quiet', '0', cwd=world.folder)
    made = Ground(
        world=world,
        mark=str(tmp_path),
        temp=tmp_path / 'temp',
        home=Path(os.environ['HOME']),
        python=tmp_path / 'bin' / 'python',
        secret=filled('ghp_{alnum:36}')[1][0],
        log=tmp_path / 'none',
    )
    made.temp.mkdir()
    made.python.parent.mkdir()
    monkeypatch.setenv(MARK, made.mark)
    monkeypatch.setenv('TMPDIR', str(made.temp))
    with made.stack:
        yield made
        kill(made)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many faults were survived: nobody counts them by hand."""
    reports = terminalreporter.getreports('passed')
    counts = [dict(report.user_properties).get('faults', 0) for report in reports]
    total = sum(count for count in counts if isinstance(count, int))
    if total:
        terminalreporter.write_line(f'{total} faults, each by a real process: all survived')
