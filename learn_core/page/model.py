"""A plan's record -> what is shown of it. The only module of the page that knows records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from learn_core.materials import unpack
from learn_core.page.pack import facts_of
from learn_core.page.shown import Request, Shown
from learn_core.page.verdict import moment

if TYPE_CHECKING:
    from learn_core.page.shown import Stage
    from learn_core.plans.record import Outcome, PlanRecord

_HOST = re.compile(r'https?://([A-Za-z0-9.-]+(?::\d+)?)/')


def shown_of(record: PlanRecord) -> Shown:
    """What is shown of a plan: what was prepared last, and what became of it. Raises LearnError if
    its packed files are gone or were changed.
    """
    ready, folder = record.prepared, record.folder
    if record.dry is not None and (ready is None or record.dry.at > ready.at):
        ready, folder = record.dry, record.folder / 'dry'
    packed = unpack.load_packed(folder, ready.names, ready.sha256) if ready else None
    of = ready.of if ready is not None else record.of
    is_open = record.is_waiting and record.of == of
    ends = [one for one in record.history if one.of == of] or list(record.history)
    last = ends[-1] if ends and not is_open else None
    sent = record.sent if record.sent is not None and record.sent.of == of else None
    sending = record.sending if record.sending is not None and record.sending.of == of else None
    gist_url = sent.gist_url if sent else sending.gist_url if sending else ''
    host, account = _place(record, gist_url)
    stage: Stage = 'sent' if sent else 'uploaded' if gist_url else _stage(record, of, last)
    return Shown(
        name=str(record.plan.number),
        plan=record.plan.number,
        plan_url=record.plan.url,
        stage=stage,
        when=sent.at if sent else (record.due or 0.0) if is_open else 0.0,
        note=record.error if is_open else last.note if last else '',
        may_have_arrived=sending is not None and not gist_url,
        host=host,
        account=account,
        gist_url=gist_url,
        workflow_url=sent.run_url if sent else '',
        trigger=record.wanted.trigger.kind if record.wanted else last.kind if last else '',
        began=ready.at if ready else record.made,
        directory=str(folder),
        requests=_requests(record.requests),
        history=tuple(map(_line, record.history)),
        **(facts_of(packed) if packed else {}),
    )


def _place(record: PlanRecord, gist_url: str) -> tuple[str, str]:
    """The host that the materials go to, and the account there as far as it is known."""
    host = _HOST.match(gist_url or record.plan.url)
    accounts = [place.account for place in record.places if place.url == gist_url != '']
    return (host[1] if host else ''), (accounts[0] if accounts else '')


def _stage(record: PlanRecord, of: str, last: Outcome | None) -> Stage:
    """Where what was prepared as `of` is, before anything of it is at GitHub."""
    if of == 'dry':
        return 'dry run'
    if last is None:
        if record.is_held:
            return 'held'
        if record.is_stuck:
            return 'failed'
        return 'scheduled' if record.due and record.prepared is not None else 'waiting'
    if last.state == 'failed':
        return 'failed'
    return 'dropped' if last.state == 'dropped' else 'unsent'


def _requests(given: tuple[dict[str, Any], ...]) -> tuple[Request, ...]:
    return tuple(
        Request(
            method=str(one.get('method', '')),
            path=str(one.get('path', '')),
            status=int(one.get('status') or 0),
            sent=int(one.get('sent') or 0),
            received=int(one.get('received') or 0),
        )
        for one in given
    )


def _line(one: Outcome) -> str:
    return f'{moment(one.at)}: {one.state}{", " if one.note else ""}{one.note}'
