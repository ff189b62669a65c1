"""What became of a run, as one sentence and what belongs to it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from learn_core.plans.run import Run

_MINUTE = '%d %B %Y at %H:%M UTC'

READABLE = 'Anyone who has its link can read it.'

_CHOICE = 'learn-hook send lets it go now, learn-hook drop does away with it.'
_GOES_TO = 'It goes to a secret gist, which anyone who has its link can read.'
_HOST = re.compile(r'https?://([A-Za-z0-9.-]+(?::\d+)?)/')


class Verdict(NamedTuple):
    """`tone` is `sent`, `waiting`, `unsent` or `failed`; `more` are sentences behind the first."""

    tone: str
    headline: str
    more: tuple[str, ...]


def verdict_of(run: Run, now: float) -> Verdict:
    """The verdict at that time, in seconds since 1970."""
    if 'gist' in run.steps:
        return _uploaded(run)
    begun = 'sending' in run.steps  # then its answer never came
    nothing = 'An upload was begun: it may have arrived.' if begun else 'Nothing was sent.'
    if run.is_open:
        return _waits(run, now, nothing)
    note = sentence(run.note)
    if run.state == 'failed':
        return Verdict('failed', 'The run failed.', (*note, nothing))
    if run.note == 'dry run':
        return Verdict('unsent', 'Prepared, and nothing was sent.', ('It was a dry run.',))
    if run.state == 'dropped':
        return Verdict('unsent', 'Dropped.', (*note, nothing))
    return Verdict('unsent', nothing, note)


def moment(seconds: float, form: str = '%Y-%m-%d %H:%M:%S UTC') -> str:
    """`2026-09-14 08:13:20 UTC`, the same for every reader."""
    return time.strftime(form, time.gmtime(seconds)).lstrip('0') if seconds else 'unknown'


def sentence(note: str) -> tuple[str, ...]:
    """A note as a sentence of its own, if there is one."""
    note = note.strip()
    return (f'{note[:1].upper()}{note[1:].rstrip(".")}.',) if note else ()


def _uploaded(run: Run) -> Verdict:
    host = _HOST.match(run.url_of('gist'))
    where = f'a secret gist on {host[1]}' if host else 'a secret gist'
    if 'workflow' in run.steps:
        sent_at = run.steps.get('sent_at')
        when = moment(sent_at if isinstance(sent_at, int | float) else run.ended, _MINUTE)
        return Verdict(
            'sent',
            f'Sent on {when} to {where}.',
            (READABLE, 'The workflow that learns from it was started.'),
        )
    return Verdict(
        'waiting' if run.is_open else 'failed',
        f'Uploaded to {where}; the workflow was not started.',
        (READABLE, *sentence(run.note)),
    )


def _waits(run: Run, now: float, nothing: str) -> Verdict:
    goes_at = f'Waits, and goes on {moment(run.not_before, _MINUTE)}.'
    is_later = run.not_before > now
    if run.state == 'held':
        headline = goes_at if is_later else 'Waits for you.' if not run.not_before else 'Goes now.'
        return Verdict('waiting', headline, (nothing, _GOES_TO, _CHOICE))
    headline = goes_at if is_later and 'packed' in run.steps else 'Waits for a better moment.'
    return Verdict('waiting', headline, (nothing, *sentence(run.note)))
