"""What `learn-hook` does with the runs of this repository."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import handover, journal, report
from learn_core import repository as git
from learn_core.config import read_settings
from learn_core.errors import LearnError

if TYPE_CHECKING:
    import argparse


def retry(arguments: argparse.Namespace) -> int:
    """Goes on with every run that waits, here and now, and says what came of it."""
    from learn_core import worker

    worker.retry(git.open_repository(Path.cwd()).common)
    return status(arguments)


def status(arguments: argparse.Namespace) -> int:
    """What ran, what waits and why, on or off and why."""
    from learn_core.install import installed

    repository = git.open_repository(Path.cwd())
    settings = read_settings(git.settings_of(repository), os.environ, mode='background')
    is_off = handover.is_off(dict(os.environ))
    standing = report.standing(installed(repository), settings, switched_off=is_off)
    document = report.status_document(journal.runs(repository.common), standing)
    as_json = getattr(arguments, 'json', False)
    print(json.dumps(document) if as_json else '\n'.join(report.status_lines(document)))
    return 0


def log(_: argparse.Namespace) -> int:
    """What the newest run said."""
    runs = journal.runs(git.open_repository(Path.cwd()).common)
    if not runs:
        raise LearnError('no run has been made here yet; push a plan branch or use --issue')
    print(journal.log_of(runs[-1]))
    return 0
