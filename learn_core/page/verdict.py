"""What became of a plan's materials: one sentence, and the sentences behind it. Pure."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from learn_core.page.shown import Shown

ALLOW = "git config --add learn-hook.allowSecret '<expression>'"  # what is no secret

_MINUTE = '%d %B %Y at %H:%M UTC'
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


def verdict_of(shown: Shown, now: float) -> Verdict:
    """The verdict at that time, in seconds since 1970."""
    place, who = _place(shown)
    can = f'{who[:1].upper()}{who[1:]} can read it.'
    could = f'It would go to {place}: {who} can read it there.'
    note = shown.note.strip().rstrip('.')
    note = f'{note[:1].upper()}{note[1:]}.' if note else ''
    nothing = 'Nothing was sent.'
    unsaid = '' if ' sent' in note else nothing  # the note of what was dropped may say it itself
    if shown.may_have_arrived:
        unsaid = nothing = 'An upload was started and its answer never came: it may have arrived.'
    later = f'Scheduled for {moment(shown.when, _MINUTE)}.' if shown.when > now else ''
    of_preview = 'This is what a push of the plan would send. Nothing is asked of GitHub.'
    tone, headline, readers, *more = {
        'preview': ('unsent', 'A preview: nothing was sent.', could, of_preview, note),
        'dry run': ('unsent', 'Prepared, and nothing was sent.', could, 'A dry run.'),
        'held': ('waiting', 'Waiting for you.', could, nothing, note),
        'scheduled': ('waiting', later or 'Due now.', could, nothing, note),
        'waiting': ('waiting', later or 'Waiting to be tried again.', could, nothing, note),
        'uploaded': ('failed', f'Uploaded to {place}; the workflow was not started.', can, note),
        'sent': (
            'sent',
            f'Sent on {moment(shown.when, _MINUTE)} to {place}.',
            can,
            'The workflow was started.',
        ),
        'failed': ('failed', 'The run failed.', '', note, nothing),
        'dropped': ('unsent', 'Dropped.', '', note, unsaid),
        'unsent': ('unsent', nothing, '', note),
    }[shown.stage]
    return Verdict(tone, headline, readers, tuple(filter(None, more)))


def commands_of(shown: Shown) -> list[tuple[str, str]]:
    """The commands that a person may want next, and what each does."""
    named = _COMMANDS.get(shown.stage, ())
    return [(f'learn-hook {word} {shown.name}', does) for word, does in named]


def moment(seconds: float, form: str = '%Y-%m-%d %H:%M:%S UTC') -> str:
    """`2026-09-14 08:13:20 UTC`, the same for every reader."""
    return time.strftime(form, time.gmtime(seconds)).lstrip('0') if seconds else 'unknown'


def _place(shown: Shown) -> tuple[str, str]:
    """Where the materials are or would go, and who can read them there."""
    host = f' on {shown.host}' if shown.host else ''
    if shown.store == 'ref':
        place = f"a ref of the workflow's repository{host}"
        return place, 'everyone who can read that repository'
    account = f', in the account {shown.account}' if shown.account else ''
    return f'a secret gist{host}{account}', "anyone who has the gist's link"
