"""What `learn-hook` undoes: a run that was sent, gists that nobody needs any more."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import report
from learn_core import repository as git
from learn_core.config import read_settings
from learn_core.errors import LearnError, say_on_stderr

if TYPE_CHECKING:
    import argparse


def forget(arguments: argparse.Namespace) -> int:
    """Deletes the gist of a run, cancels what was started with it, and says what was in it."""
    from learn_core.undoing import forget, sent_run
    from learn_core.worker import put_due

    repository = git.open_repository(Path.cwd())
    settings = read_settings(git.settings_of(repository), os.environ, mode='foreground')
    run = sent_run(repository.common, arguments.run)
    question = f'delete what was sent of plan #{run.issue} ({run.url_of("gist") or "no gist"})?'
    if not (arguments.yes or _agreed(question, otherwise=True)):
        raise LearnError('nothing was deleted')
    done = forget(run, repository.common, settings, os.environ)
    put_due(repository.common)
    print('\n'.join(report.forgotten_lines(done)))
    return int(bool(done.trouble))


def prune(arguments: argparse.Namespace) -> int:
    """Deletes one's own gists over 30 days old of plans of this repository that are closed."""
    from learn_core.undoing import old_gists, prune

    repository = git.open_repository(Path.cwd())
    settings = read_settings(git.settings_of(repository), os.environ, mode='foreground')
    old = old_gists(repository, settings, os.environ, say_on_stderr, time.time())
    print('\n'.join(report.old_gists_lines(old)))
    if not old.gists:
        return 0
    question = f'delete {report.gists(len(old.gists))} with all revisions?'
    if arguments.yes or _agreed(question, otherwise=False):
        print(f'deleted {report.gists(prune(old, repository.common))}')
    else:
        print('nothing was deleted; learn-hook prune --yes deletes without a question')
    return 0


def _agreed(question: str, *, otherwise: bool) -> bool:
    """What a person at a terminal says; `otherwise` where nobody can be asked."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return otherwise
    sys.stderr.write(f'learn-hook: {question} [y/N] ')
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ('y', 'yes')
