"""A run -> what is shown of it. The only module of the page that knows how runs are kept."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from learn_core.materials import unpack
from learn_core.materials.packed import MANIFEST
from learn_core.page.shown import Missing, Request, Shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learn_core.materials.packed import Packed
    from learn_core.page.shown import Stage
    from learn_core.plans.run import Run

_GIST = re.compile(r'https?://([A-Za-z0-9.-]+(?::\d+)?)/(?:gist/)?(?:([A-Za-z0-9-]+)/)?[0-9a-f]+')
_HOST = re.compile(r'https?://([A-Za-z0-9.-]+(?::\d+)?)/')


def shown_of(run: Run) -> Shown:
    """What is shown of a run. Raises LearnError if its packed files are gone or were changed."""
    packed = _packed(run)
    files = packed.files if packed else {}
    summary = _mapping(run.steps.get('summary'))
    pull = _mapping(summary.get('pull_request'))
    host, account = _place(run)
    return Shown(
        name=str(run.issue),
        plan=run.issue,
        plan_url=run.plan_url,
        stage=_stage(run),
        when=_when(run),
        note=run.note,
        may_have_arrived='sending' in run.steps,
        host=host,
        account=account,
        gist_url=run.url_of('gist'),
        workflow_url=run.url_of('workflow'),
        pull=int(pull.get('number') or 0),
        other_pulls=tuple(int(other) for other in _list(pull.get('others'))),
        trigger=run.trigger.kind,
        began=run.began,
        directory=str(run.directory),
        files=files,
        manifest=_manifest(files),
        digest=packed.digest if packed else '',
        sha256=packed.sha256 if packed else '',
        size=packed.size if packed else 0,
        missing=tuple(
            Missing(str(one.get('session_id')), str(one.get('reason')))
            for one in map(_mapping, _list(summary.get('missing')))
        ),
        left_out=_counts(summary.get('left_out')),
        replaced=_counts(summary.get('redactions')),
        requests=_requests(run.steps.get('requests')),
    )


def _packed(run: Run) -> Packed | None:
    """What was packed, None before that."""
    names = [str(name) for name in _list(run.steps.get('packed'))]
    sha256 = str(run.steps.get('sha256', ''))
    return unpack.load_packed(run.directory, names, sha256) if names else None


def _place(run: Run) -> tuple[str, str]:
    """The host that the materials go to, and the account there as far as it is known."""
    if gist := _GIST.fullmatch(run.url_of('gist')):
        return gist[1], gist[2] or ''
    host = _HOST.match(run.url_of('gist') or run.plan_url)
    return (host[1] if host else ''), ''


def _stage(run: Run) -> Stage:
    if 'workflow' in run.steps:
        return 'sent'
    if 'gist' in run.steps:
        return 'uploaded'
    if run.is_open:
        if run.waits_for_a_person:
            return 'held'
        return 'scheduled' if run.not_before and 'packed' in run.steps else 'waiting'
    if run.state == 'failed':
        return 'failed'
    if run.note == 'dry run':
        return 'dry run'
    return 'dropped' if run.state == 'dropped' else 'unsent'


def _when(run: Run) -> float:
    """When it was sent, or will go on."""
    if 'workflow' not in run.steps:
        return run.not_before
    sent_at = run.steps.get('sent_at')
    return float(sent_at) if isinstance(sent_at, int | float) else run.ended


def _manifest(files: Mapping[str, str]) -> dict[str, Any]:
    return _mapping(json.loads(files[MANIFEST])) if MANIFEST in files else {}


def _requests(given: object) -> tuple[Request, ...]:
    return tuple(
        Request(
            method=str(one.get('method', '')),
            path=str(one.get('path', '')),
            status=int(one.get('status') or 0),
            sent=int(one.get('sent') or 0),
            received=int(one.get('received') or 0),
        )
        for one in map(_mapping, _list(given))
    )


def _counts(given: object) -> dict[str, int]:
    return {str(name): int(count) for name, count in sorted(_mapping(given).items())}


def _mapping(given: object) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def _list(given: object) -> list[Any]:
    return given if isinstance(given, list) else []
