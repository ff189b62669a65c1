"""What `learn-hook` undoes: a run that was sent, gists that nobody needs any more."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hooks.cli import terminal
from learn_core import git, status
from learn_core.config import read_settings
from learn_core.errors import LearnError, say_on_stderr

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from learn_core.undo import Forgotten, OldGists


def forget(arguments: argparse.Namespace) -> int:
    """Deletes the gist of a run, cancels what was started with it, and says what was in it."""
    from learn_core.undo import forget, sent_run
    from learn_core.worker.loop import put_due

    repository = git.open_repository(Path.cwd())
    settings = read_settings(git.settings_of(repository), os.environ, mode='foreground')
    run = sent_run(repository.common, arguments.run)
    question = f'delete what was sent of plan #{run.issue} ({run.url_of("gist") or "no gist"})?'
    if not (arguments.yes or not terminal.is_there() or terminal.agreed(question)):
        raise LearnError('nothing was deleted')
    done = forget(run, repository.common, settings, os.environ)
    put_due(repository.common)
    print('\n'.join(_forgotten_lines(done)))
    return int(bool(done.trouble))


def prune(arguments: argparse.Namespace) -> int:
    """Deletes one's own gists over 30 days old of plans of this repository that are closed."""
    from learn_core.undo import old_gists, prune

    repository = git.open_repository(Path.cwd())
    settings = read_settings(git.settings_of(repository), os.environ, mode='foreground')
    old = old_gists(repository, settings, os.environ, say_on_stderr, time.time())
    print('\n'.join(_old_gists_lines(old)))
    if not old.gists:
        return 0
    question = f'delete {_gists(len(old.gists))} with all revisions?'
    if arguments.yes or (terminal.is_there() and terminal.agreed(question)):
        print(f'deleted {_gists(prune(old, repository.common))}')
    else:
        print('nothing was deleted; learn-hook prune --yes deletes without a question')
    return 0


def _forgotten_lines(done: Forgotten) -> list[str]:
    """What was undone of a run, and by kind what it held, so that one knows what to rotate."""
    if not done.gist and not done.cancelled and not done.ended and not done.trouble:
        return [f'nothing of this run of plan #{done.issue} is at GitHub, nor is it packed here']
    lines = [f'forgotten: plan #{done.issue}']
    if done.gist:
        fate = 'deleted with all its revisions' if done.was_there else 'was gone already'
        lines.append(f'  gist       {fate}: {done.gist}')
        lines.append(f'  it held    {_held(done.runs)}')
        lines.append(f'  redacted   {status.counts(_most(done.runs, "redactions"))}')
        lines.append('             (placeholders stood for these; rotate them if in doubt)')
    lines += [f'  workflow   cancelled: {page}' for page in done.cancelled]
    kept = 'had ended, and what it made is still there'
    lines += [f'  workflow   {kept}: {page}' for page in done.ended]
    lines.append('  here       what was packed is deleted')
    return lines + [f'  left       {sentence}' for sentence in done.trouble]


def _old_gists_lines(old: OldGists) -> list[str]:
    """The gists that may go, and how many stay and why."""
    lines = [
        f'{page}  last written {time.strftime("%Y-%m-%d", time.gmtime(gist.updated))}: {gist.url}'
        for gist, page in old.gists
    ]
    if old.busy:
        lines.append(f'{_gists(old.busy)} of closed plans stay, for something is under way')
    lines = lines or ['no gist over 30 days old is of a closed plan of this repository']
    if old.unknown:
        lines.append(f'{_gists(old.unknown)} more stay: they do not say of which repository')
    return lines


def _gists(number: int) -> str:
    """`1 gist`, `2 gists`."""
    return f'{number} gist' if number == 1 else f'{number} gists'


def _held(summaries: Sequence[Mapping[str, object]]) -> str:
    """What the largest of several packs held."""
    most = max(summaries, key=lambda summary: int(str(summary.get('sessions', 0))), default={})
    pull = most.get('pull_request')
    comments = f', comments of PR #{pull.get("number")}' if isinstance(pull, dict) else ''
    sessions = most.get('sessions', 0)
    return f'{sessions} session{"" if sessions == 1 else "s"}{comments}; {status.sizes(most)}'


def _most(summaries: Sequence[Mapping[str, object]], key: str) -> dict[str, int]:
    """Each kind's largest count: a later revision holds most of what an earlier one did."""
    found: dict[str, int] = {}
    for summary in summaries:
        kinds = summary.get(key)
        for kind, count in kinds.items() if isinstance(kinds, dict) else ():
            found[kind] = max(found.get(kind, 0), int(count))
    return found
