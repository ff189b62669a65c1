"""The sessions that a plan itself names, in its header and in comments."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.plans.plan import MATERIALS, PlanHeader, metadata_block, text_of, texts_of
from learn_core.sessions.source import SessionSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from learn_core.plans.plan import PlanIssue

_SESSION_ID = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]{0,99}')


def named(plan: PlanIssue) -> list[SessionSource]:
    """All of them, none twice, without what cannot be an id: the plan is data from outside."""
    header = plan.header or PlanHeader()
    found = [
        (header.created_from_session, 'planning', 'header'),
        (header.last_local_impl_session, 'impl', 'header'),
        *_in_comments(plan, 'impl', 'impl-started', 'impl-ended'),
        (header.last_learn_session, 'learn', 'header'),
        *_in_comments(plan, 'learn', 'learn-invoked'),
    ]
    return _once(SessionSource(name or '', kind, why) for name, kind, why in found)


def remote(plan: PlanIssue) -> list[SessionSource]:
    """The header's remote session, then what learn-hook sent for this plan from other machines."""
    return _once(_remote(plan))


def _once(sources: Iterable[SessionSource]) -> list[SessionSource]:
    found: dict[str, SessionSource] = {}
    for source in sources:
        if _SESSION_ID.fullmatch(source.session_id):
            found.setdefault(source.session_id, source)
    return list(found.values())


def _in_comments(plan: PlanIssue, kind: str, *keys: str) -> Iterator[tuple[str | None, str, str]]:
    for comment in plan.comments:
        for key in keys:
            if block := metadata_block(comment, key):
                yield text_of(block, 'session_id'), kind, 'comment'


def _remote(plan: PlanIssue) -> Iterator[SessionSource]:
    header = plan.header or PlanHeader()
    gist, name = header.last_session_gist_url, header.last_session_id
    if gist and name:
        yield SessionSource(name, 'impl', 'remote', source_type='remote', gist_url=gist)
    else:
        name, run = header.last_remote_impl_session_id, header.last_remote_impl_run_id
        yield SessionSource(name or '', 'impl', 'remote', source_type='remote', run_id=run)
    for block in plan.blocks(MATERIALS):
        gist = text_of(block, 'gist_url') or text_of(block, 'materials_ref')
        for name in texts_of(block, 'session_ids') if gist else ():
            source = SessionSource(name, 'impl', 'remote', source_type='remote', gist_url=gist)
            yield replace(source, is_packed=True)
