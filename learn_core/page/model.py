"""A plan's record -> what is shown of it. The only module of the page that knows records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from learn_core.materials import unpack
from learn_core.page.shown import Shown, with_pack
from learn_core.page.verdict import moment

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.page.shown import Stage
    from learn_core.plans.fields import Outcome, PlanRecord, Prepared

_HOST = re.compile(r'https?://([A-Za-z0-9.-]+(?::\d+)?)/')


def shown_of(record: PlanRecord, store: str = 'gist') -> Shown:
    """What is shown of a plan: what was prepared last, and what became of it. `store` is where it
    would go. Raises LearnError if its packed files are gone or were changed.
    """
    ready, folder = _newest(record)
    of = ready.of if ready is not None else record.of
    is_open = record.is_waiting and record.of == of
    last = None if is_open else _last(record, of)
    kind, note = (last.kind, last.note) if last is not None else ('', '')
    kind = record.wanted.trigger.kind if record.wanted else kind
    shown = Shown(
        name=str(record.plan.number),
        plan=record.plan.number,
        plan_url=record.plan.url,
        note=record.error if is_open else note,
        trigger='hand' if kind == 'manual' else kind,
        began=ready.at if ready is not None else record.made,
        directory=str(folder),
        requests=record.requests,
        history=[_line(one) for one in record.history],
        **_delivery(record, of, last, (record.due or 0.0) if is_open else 0.0, store),
    )
    if ready is None:
        return shown
    return with_pack(shown, unpack.load_packed(folder, ready.names, ready.sha256))


def _newest(record: PlanRecord) -> tuple[Prepared | None, Path]:
    """What was prepared last, to be sent or in a dry run, and its folder."""
    ready, dry = record.prepared, record.dry
    if dry is not None and (ready is None or dry.at > ready.at):
        return dry, record.folder / 'dry'
    return ready, record.folder


def _last(record: PlanRecord, of: str) -> Outcome | None:
    """How the wanted `of` ended, else what ended last."""
    ends = [one for one in record.history if one.of == of] or record.history
    return ends[-1] if ends else None


def _line(one: Outcome) -> str:
    return f'{moment(one.at)}: {one.state}{", " if one.note else ""}{one.note}'


def _delivery(
    record: PlanRecord, of: str, last: Outcome | None, due: float, store: str
) -> dict[str, Any]:
    """What is at GitHub of what was prepared as `of`, and where; or where it would go."""
    sent, sending = record.sent, record.sending
    if sent is not None and sent.of == of:
        place = _place(record, sent.gist_url, sent.gist_id)
        return {'stage': 'sent', 'when': sent.at, 'workflow_url': sent.run_url, **place}
    is_sending = sending is not None and sending.of == of
    if sending is not None and is_sending and sending.gist_url:
        place = _place(record, sending.gist_url, sending.gist_id)
        return {'stage': 'uploaded', 'when': due, **place}
    return {
        'stage': _stage(record, of, last),
        'when': due,
        'may_have_arrived': is_sending,
        'host': _host_of(record.plan.url),
        'store': 'ref' if store == 'ref' else 'gist',
    }


def _place(record: PlanRecord, url: str, ident: str) -> dict[str, str]:
    """The gist or ref that the materials are in, and the account as far as it is known."""
    return {
        'store': 'ref' if ident.startswith('refs/') else 'gist',
        'gist_url': url,
        'host': _host_of(url),
        'account': next((place.account for place in record.places if place.url == url), ''),
    }


def _host_of(url: str) -> str:
    host = _HOST.match(url)
    return host[1] if host else ''


def _stage(record: PlanRecord, of: str, last: Outcome | None) -> Stage:
    """Where what was prepared as `of` is, before anything of it is at GitHub."""
    if of == 'dry':
        return 'dry run'
    if last is not None:
        if last.state == 'failed':
            return 'failed'
        return 'dropped' if last.state == 'dropped' else 'unsent'
    if not record.is_waiting:
        return 'unsent'
    if record.is_held:
        return 'held'
    if record.is_stuck:
        return 'failed'
    return 'scheduled' if record.due and record.prepared is not None else 'waiting'
