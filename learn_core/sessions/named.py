"""The sessions that a plan itself names, in its header and in comments."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.plans.plan import MATERIALS, metadata_block, text_of, texts_of
from learn_core.sessions.source import SessionSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learn_core.plans.plan import PlanHeader, PlanIssue

_SESSION_ID = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]{0,99}')


def named(plan: PlanIssue) -> list[SessionSource]:
    """All of them, none twice, without what cannot be an id: the plan is data from outside."""
    found: dict[str, SessionSource] = {}
    for source in _local(plan):
        if _SESSION_ID.fullmatch(source.session_id):
            found.setdefault(source.session_id, source)
    return list(found.values())


def remote(plan: PlanIssue) -> list[SessionSource]:
    """The header's remote session, then what learn-hook sent for this plan from other machines."""
    found: dict[str, SessionSource] = {}
    for source in (*_of_header(plan.header), *_of_other_machines(plan)):
        if _SESSION_ID.fullmatch(source.session_id):
            found.setdefault(source.session_id, source)
    return list(found.values())


def _local(plan: PlanIssue) -> Iterator[SessionSource]:
    header = plan.header
    if header and header.created_from_session:
        yield _source(header.created_from_session, 'planning', 'header')
    if header and header.last_local_impl_session:
        yield _source(header.last_local_impl_session, 'impl', 'header')
    yield from _in_comments(plan, 'impl', 'impl-started', 'impl-ended')
    if header and header.last_learn_session:
        yield _source(header.last_learn_session, 'learn', 'header')
    yield from _in_comments(plan, 'learn', 'learn-invoked')


def _in_comments(plan: PlanIssue, kind: str, *keys: str) -> Iterator[SessionSource]:
    for comment in plan.comments:
        for key in keys:
            block = metadata_block(comment, key)
            session_id = text_of(block, 'session_id') if block else None
            if session_id:
                yield _source(session_id, kind, 'comment')


def _of_header(header: PlanHeader | None) -> Iterator[SessionSource]:
    if header and header.last_session_gist_url and header.last_session_id:
        source = _source(header.last_session_id, 'impl', 'remote')
        yield replace(source, source_type='remote', gist_url=header.last_session_gist_url)
    elif header and header.last_remote_impl_session_id:
        source = _source(header.last_remote_impl_session_id, 'impl', 'remote')
        yield replace(source, source_type='remote', run_id=header.last_remote_impl_run_id)


def _of_other_machines(plan: PlanIssue) -> Iterator[SessionSource]:
    for block in plan.blocks(MATERIALS):
        gist_url = text_of(block, 'gist_url') or text_of(block, 'materials_ref')
        for session_id in texts_of(block, 'session_ids') if gist_url else ():
            source = _source(session_id, 'impl', 'remote')
            yield replace(source, source_type='remote', gist_url=gist_url, is_packed=True)


def _source(session_id: str, kind: str, why: str) -> SessionSource:
    return SessionSource(source_type='local', session_id=session_id, kind=kind, why=why)
