"""What `learn-hook` undoes: a plan that was sent, or all that are closed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hooks.cli import terminal, waiting
from hooks.cli.here import here
from learn_core import status
from learn_core.errors import LearnError, UsageError
from learn_core.words import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from typing import Any

    from learn_core.plans.fields import PlanRecord
    from learn_core.undo import Forgotten

_DELETED = {
    'gist': 'deleted with all its revisions',
    'ref': 'deleted; GitHub keeps its objects until it collects what no ref leads to',
}


def forget(arguments: argparse.Namespace) -> int:
    """Deletes what was sent of a plan, cancels what was started with it, and says what was in it;
    with `--closed` of all plans that are closed for 30 days.
    """
    from learn_core import undo

    terminal.refuse_agent('delete what was sent')
    repository, settings = here()
    common = repository.common
    if arguments.closed and arguments.plan:
        raise UsageError('name a plan or use --closed, not both; see learn-hook forget --help')
    if arguments.closed:
        found = undo.closed_records(common, settings, time.time())
    else:
        found = [undo.sent_record(common, arguments.plan)]
    if not found:
        print('no plan that was sent from here is closed and over 30 days old')
        return 0
    _ask(found, is_yes=arguments.yes)
    done = [undo.forget(record, settings) for record in found]
    waiting.put_due(repository)
    for one in done:
        print('\n'.join(_forgotten_lines(one)))
    return int(any(one.trouble for one in done))


def _ask(found: Sequence[PlanRecord], *, is_yes: bool) -> None:
    """Raises LearnError unless a person agrees, here or by `--yes`."""
    pages = [place.url for record in found for place in record.places if place.kind != 'comment']
    plans = ', '.join(f'#{record.plan.number}' for record in found)
    what = f'what was sent of plan {plans} ({", ".join(pages) or "no materials"})'
    if not is_yes and not terminal.is_there():
        raise LearnError(f'this deletes {what}; add --yes where there is no terminal to ask on')
    if not is_yes and not terminal.agreed(f'delete {what}?'):
        raise LearnError('nothing was deleted')


def _forgotten_lines(done: Forgotten) -> list[str]:
    """What was undone of a plan, and by kind what it held, so that one knows what to rotate."""
    if not (done.gone or done.cancelled or done.ended or done.trouble):
        return [f'nothing of plan #{done.number} is at GitHub, nor is it packed here']
    lines = [f'forgotten: plan #{done.number}']
    for place, was_there in done.gone:
        fate = _DELETED[place.kind] if was_there else 'was gone already'
        lines.append(f'  {place.kind:<11}{fate}: {place.url}')
    if done.gone:
        lines.append(f'  it held    {_held(done.summary)}')
        lines.append(f'  redacted   {status.counts(done.summary.get("redactions"))}')
        lines.append('             (placeholders stood for these; rotate them if in doubt)')
    lines += [f'  workflow   cancelled: {page}' for page in done.cancelled]
    kept = 'had ended, and what it made is still there'
    lines += [f'  workflow   {kept}: {page}' for page in done.ended]
    lines.append('  here       what was packed is deleted')
    return lines + [f'  left       {sentence}' for sentence in done.trouble]


def _held(summary: Mapping[str, Any]) -> str:
    pull = summary.get('pull_request')
    comments = f', comments of PR #{pull.get("number")}' if isinstance(pull, dict) else ''
    sessions = counted(int(summary.get('sessions') or 0), 'session')
    return f'{sessions}{comments}; {status.sizes(summary)}'
