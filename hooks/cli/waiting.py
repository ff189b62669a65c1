"""What `learn-hook` does with plans that wait here: status, log, retry, send, drop."""

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
from learn_core.plans import record as plan_record
from learn_core.push.consent import owner_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.plans.record import PlanRecord


def retry(arguments: argparse.Namespace) -> int:
    """Goes on with every plan that waits, here and now, and says what came of it."""
    from learn_core.worker import loop

    repository = git.open_repository(Path.cwd())
    code = loop.retry(repository.common, repository.worktree, arguments.plan)
    status(arguments)
    return code


def status(arguments: argparse.Namespace) -> int:
    """What ran, what waits and why, on or off and why."""
    from learn_core.install.hooks import installed

    repository = git.open_repository(Path.cwd())
    settings = read_settings(git.settings_of(repository), os.environ, mode='background')
    common = repository.common
    urls = git.remote_urls(repository, settings.remote or 'origin')
    place = owner_of(urls[0]) if urls else ''
    standing = report.standing(installed(repository), settings, os.environ, place)
    found, left_alone = plan_record.records(common), plan_record.left_alone(common)
    document = report.status_document(found, standing, left_alone, time.time())
    as_json = getattr(arguments, 'json', False)
    print(json.dumps(document) if as_json else '\n'.join(report.status_lines(document)))
    return 0


def log(arguments: argparse.Namespace) -> int:
    """What was said while a plan was worked on; of the last one if none is named."""
    record = chosen(git.open_repository(Path.cwd()).common, arguments.plan)
    try:
        text = (record.folder / 'log').read_text(encoding='utf-8', errors='replace').rstrip()
    except OSError:
        last = record.history[-1].note if record.history else ''
        text = record.error or last or f'plan {record.plan.full_name} has no log yet'
    print(text)
    return 0


def chosen(common: Path, word: str | None) -> PlanRecord:
    """The plan that is named, else the one that changed last. Raises LearnError."""
    if word is not None:
        return plan_record.named(common, word)
    found = plan_record.records(common)
    if not found:
        raise LearnError('no plan is known here yet; push a plan branch or use --issue')
    return found[-1]


def send(arguments: argparse.Namespace) -> int:
    """Lets a plan go that waits: the very bytes that were shown, where they were."""
    from learn_core.pipeline.steps import here_and_now

    repository, settings = _here()
    with _mine(repository.common, arguments.plan, 'sent') as record:
        record = plan_record.change(record, repository.common, released=record.of)
        try:
            result = here_and_now(record, repository, settings, os.environ, say_on_stderr)
        finally:
            put_due(repository)
    print(report.result_line(result))
    return 0


def drop(arguments: argparse.Namespace) -> int:
    """Nothing is sent of a plan that waits, and what was prepared for it is deleted."""
    from learn_core.plans.retention import clear

    repository, _ = _here()
    note = 'by hand; nothing was sent'
    with _mine(repository.common, arguments.plan, 'dropped') as record:
        clear(record.folder)
        record = plan_record.finish(
            record, repository.common, record.of, 'dropped', note, prepared=None, dry=None
        )
    put_due(repository)
    print(f'dropped plan #{record.plan.number}; nothing was sent')
    return 0


def put_due(repository: Repository) -> None:
    """The next hook goes on with what waits."""
    from learn_core.worker import loop

    try:
        settings = read_settings(git.settings_of(repository), os.environ, mode='background')
    except LearnError:
        settings = None
    loop.put_due(repository.common, settings)


def _here() -> tuple[Repository, Settings]:
    repository = git.open_repository(Path.cwd())
    return repository, read_settings(git.settings_of(repository), os.environ, mode='foreground')


@contextlib.contextmanager
def _mine(common: Path, word: str | None, doing: str) -> Iterator[PlanRecord]:
    """The plan that is named, else the only one that waits; no other process may have it."""
    waiting = [record for record in plan_record.records(common) if record.is_waiting]
    if word is None and len(waiting) > 1:
        names = ', '.join(record.plan.full_name for record in waiting)
        raise LearnError(f'several plans wait: {names}; name the one to be {doing}')
    if word is None and not waiting:
        raise LearnError(f'nothing waits to be {doing}; learn-hook status says what there is')
    record = waiting[0] if word is None else plan_record.named(common, word)
    with plan_record.locked(record.folder, wait=False) as is_mine:
        current = plan_record.again(record) if is_mine else None
        if current is None or not current.is_waiting:
            why = 'is under way' if not is_mine else 'does not wait'
            name = record.plan.full_name
            raise LearnError(f'plan {name} {why}, so it cannot be {doing}; see learn-hook status')
        yield current
