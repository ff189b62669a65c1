"""What `learn-hook` does with the runs of this repository."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import git
from learn_core import status as report
from learn_core.config import read_settings
from learn_core.errors import LearnError, say_on_stderr
from learn_core.plans import journal
from learn_core.push import schedule, spool

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from learn_core.config import Settings
    from learn_core.plans.run import Run


def retry(arguments: argparse.Namespace) -> int:
    """Goes on with every run that waits, here and now, and says what came of it."""
    from learn_core.worker import loop

    repository = git.open_repository(Path.cwd())
    code = loop.retry(repository.common, repository.worktree)
    status(arguments)
    return code


def status(arguments: argparse.Namespace) -> int:
    """What ran, what waits and why, on or off and why."""
    from learn_core.install.hooks import installed

    repository = git.open_repository(Path.cwd())
    settings = read_settings(git.settings_of(repository), os.environ, mode='background')
    common, is_off = repository.common, spool.is_off(dict(os.environ))
    standing = report.standing(installed(repository), settings, switched_off=is_off)
    found = journal.runs(common)
    document = report.status_document(
        found, standing, journal.left_alone(common), _notice(common, found, settings), time.time()
    )
    as_json = getattr(arguments, 'json', False)
    print(json.dumps(document) if as_json else '\n'.join(report.status_lines(document)))
    return 0


def _notice(common: Path, runs: Sequence[Run], settings: Settings) -> list[str]:
    """What a hook said where perhaps nobody saw it."""
    held = dict.fromkeys(f'#{run.issue}' for run in runs if run.state == 'held')
    if settings.consent is not None or not held or schedule.marked(str(common), schedule.NOTICED):
        return []
    plans = f'plan{"s" if len(held) > 1 else ""} {", ".join(held)}'
    return spool.notice(plans, f'{settings.grace_seconds:.0f}', 'learn-hook')


def log(arguments: argparse.Namespace) -> int:
    """What a run said, the newest one if none is named."""
    common = git.open_repository(Path.cwd()).common
    if arguments.run is None and not journal.runs(common):
        raise LearnError('no run has been made here yet; push a plan branch or use --issue')
    run = journal.named(common, arguments.run) if arguments.run else journal.runs(common)[-1]
    print(journal.log_of(run))
    return 0


def send(arguments: argparse.Namespace) -> int:
    """Lets a run go that waits: the very bytes that were prepared, where they were."""
    from learn_core.pipeline.steps import here_and_now
    from learn_core.worker.loop import put_due

    repository = git.open_repository(Path.cwd())
    settings = read_settings(git.settings_of(repository), os.environ, mode='foreground')
    with _mine(repository.common, arguments.run, 'sent') as run:
        run.steps['released'] = True
        run.book('waiting', run.note)
        try:
            result = here_and_now(run, repository, settings, os.environ, say_on_stderr)
        except LearnError as error:
            run.book('waiting', str(error))
            raise
        finally:
            put_due(repository.common)
    print(report.result_line(result))
    return 0


def drop(arguments: argparse.Namespace) -> int:
    """Nothing is sent of a run that waits, and what was prepared for it is deleted."""
    from learn_core.plans.retention import clear
    from learn_core.worker.loop import put_due

    repository = git.open_repository(Path.cwd())
    with _mine(repository.common, arguments.run, 'dropped') as run:
        clear(run)
        run.book('dropped', 'by hand; nothing was sent')
    put_due(repository.common)
    print(f'dropped plan #{run.issue}; nothing was sent')
    return 0


@contextlib.contextmanager
def _mine(common: Path, word: str | None, doing: str) -> Iterator[Run]:
    """The run that is named, else the newest that is held, else the newest that waits; no other
    process may have it.
    """
    found = [run for run in journal.runs(common) if run.is_open]
    found.sort(key=lambda run: run.state == 'held')
    if word is None and not found:
        raise LearnError(f'nothing waits to be {doing}; learn-hook status says what there is')
    run = found[-1] if word is None else journal.named(common, word)
    with journal.locked(run.directory / 'lock', wait=False) as is_free:
        current = journal.read_again(run) if is_free else None
        if current is None or not current.is_open:
            why = 'is under way' if not is_free else 'has ended'
            raise LearnError(f'the run {why}, so it can not be {doing}; see learn-hook status')
        yield current
