"""When a run is given up; whole runs are in promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core.plans import journal
from learn_core.plans.run import Trigger
from learn_core.worker import execute, loop
from learn_core.worker.execute import Occasion
from tests.conftest import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from learn_core.plans.run import Run


def tried_often(folder: Path) -> Run:
    """A run of plan 5 that has come to nothing as often as one may."""
    git('config', 'learn-hook.consent', 'yes', cwd=folder)
    trigger = Trigger(kind='push', local_branch='P5-x', remote_branch='P5-x', worktree=str(folder))
    run = journal.begin(folder / '.git', trigger)
    run.attempts = execute.MOST_ATTEMPTS
    run.save()
    return run


def state(run: Run) -> str:
    again = journal.read_again(run)
    return again.state if again is not None else 'forgotten'


def test_a_run_waits_for_a_network_however_often_it_was_tried(
    repository: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository()
    monkeypatch.setenv('GH_TOKEN', 'x')
    monkeypatch.setenv('GITHUB_API_URL', 'http://127.0.0.1:9')
    run = tried_often(folder)
    loop.work(Occasion(common=folder / '.git', folder=folder, foreground=True))
    assert state(run) == 'waiting'


def test_a_run_is_given_up_in_the_end_and_goes_on_when_told_to(
    repository: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository()
    monkeypatch.setenv('GITHUB_API_URL', 'http://127.0.0.1:9')  # and no token for it
    run = tried_often(folder)
    loop.work(Occasion(common=folder / '.git', folder=folder, foreground=True))
    assert state(run) == 'failed'
    run.steps['landed'] = True
    run.book('failed')
    loop.retry(folder / '.git', folder)
    again = journal.read_again(run)
    assert again is not None
    assert (again.state, again.attempts) == ('waiting', 1)
