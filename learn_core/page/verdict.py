"""What became of a plan's materials: one sentence, and the sentences behind it. Pure."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from learn_core.page.shown import Shown

ALLOW = "git config --add learn-hook.allowSecret '<expression>'"  # what is no secret

_MINUTE = '%d %B %Y at %H:%M UTC'
_NOTHING = 'Nothing was sent.'
_MAYBE = 'An upload was started and its answer never came: it may have arrived.'
_COMMANDS = {
    'held': (('send', 'sends it now'), ('drop', 'discards it')),
    'scheduled': (('send', 'sends it now'), ('drop', 'discards it')),
    'waiting': (('retry', 'tries again now'), ('drop', 'discards it')),
    'failed': (('retry', 'tries again'),),
    'uploaded': (('retry', 'starts the workflow'), ('forget', 'deletes what was uploaded')),
    'sent': (('forget', 'deletes what was uploaded and cancels the workflow run'),),
}


class Verdict(NamedTuple):
    """`tone` is `sent`, `waiting`, `unsent` or `failed`; `readers` says who can read the materials,
    or could, '' where there are none to read; `more` are further sentences.
    """

    tone: str
    headline: str
    readers: str
    more: tuple[str, ...]


class Command(NamedTuple):
    """A command that a person may want next, and what it does."""

    line: str
    does: str


def verdict_of(shown: Shown, now: float) -> Verdict:
    """The verdict at that time, in seconds since 1970."""
    nothing = _MAYBE if shown.may_have_arrived else _NOTHING
    note = _sentence(shown.note)
    readers = _readers(shown)
    stage = shown.stage
    if stage == 'sent':
        headline = f'Sent on {moment(shown.when, _MINUTE)} to {_place(shown)}.'
        return Verdict('sent', headline, readers, ('The workflow was started.',))
    if stage == 'uploaded':
        headline = f'Uploaded to {_place(shown)}; the workflow was not started.'
        return Verdict('failed', headline, readers, note)
    if stage == 'preview':
        more = ('This is what a push of the plan would send. Nothing is asked of GitHub.', *note)
        return Verdict('unsent', f'A preview: {_NOTHING.lower()}', readers, more)
    if stage == 'dry run':
        return Verdict('unsent', 'Prepared, and nothing was sent.', readers, ('A dry run.',))
    if stage in {'held', 'scheduled', 'waiting'}:
        return Verdict('waiting', _waits(shown, now), readers, (nothing, *note))
    if stage == 'failed':
        return Verdict('failed', 'The run failed.', '', (*note, nothing))
    if stage == 'dropped':
        return Verdict('unsent', 'Dropped.', '', (*note, nothing))
    return Verdict('unsent', nothing, '', note)


def commands_of(shown: Shown) -> list[Command]:
    """What a person may do next."""
    return [
        Command(f'learn-hook {word} {shown.name}', does)
        for word, does in _COMMANDS.get(shown.stage, ())
    ]


def moment(seconds: float, form: str = '%Y-%m-%d %H:%M:%S UTC') -> str:
    """`2026-09-14 08:13:20 UTC`, the same for every reader."""
    return time.strftime(form, time.gmtime(seconds)).lstrip('0') if seconds else 'unknown'


def _waits(shown: Shown, now: float) -> str:
    if shown.stage == 'held':
        return 'Waiting for you.'
    if shown.when > now:
        return f'Scheduled for {moment(shown.when, _MINUTE)}.'
    return 'Due now.' if shown.stage == 'scheduled' else 'Waiting to be tried again.'


def _place(shown: Shown) -> str:
    host = f' on {shown.host}' if shown.host else ''
    if shown.store == 'ref':
        return f"a ref of the workflow's repository{host}"
    return f'a secret gist{host}{f", in the account {shown.account}" if shown.account else ""}'


def _readers(shown: Shown) -> str:
    """Who can read the materials, or could if they were sent."""
    is_ref = shown.store == 'ref'
    who = 'everyone who can read that repository' if is_ref else "anyone who has the gist's link"
    if shown.stage in {'sent', 'uploaded'}:
        return f'{who[:1].upper()}{who[1:]} can read it.'
    return f'It would go to {_place(shown)}: {who} can read it there.'


def _sentence(note: str) -> tuple[str, ...]:
    """A note as a sentence of its own, if there is one."""
    note = note.strip()
    return (f'{note[:1].upper()}{note[1:].rstrip(".")}.',) if note else ()
