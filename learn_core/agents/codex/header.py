"""The first `session_meta` of a rollout: whose session it is, and where it ran."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents.tally import FORK, NOT_A_SESSION
from learn_core.agents.values import mapping, string

if TYPE_CHECKING:
    from collections.abc import Mapping

_PERSONS = frozenset({'', 'user'})
_LONGEST_KIND = 40  # characters


class Header(NamedTuple):
    """`source` goes into the session's index; `parent` is the thread that started a sub-agent.

    Lines of a paginated sub-agent before `first_own_ordinal` are its parent's.
    """

    session_id: str = ''
    cwd: str = ''
    branch: str = ''
    repository: str = ''
    source: str = ''
    parent: str = ''
    nickname: str = ''
    role: str = ''
    is_subagent: bool = False
    is_scripted: bool = False
    first_own_ordinal: int = 0


def header_of(payload: Mapping[str, object]) -> Header:
    """What a `session_meta` says."""
    git = mapping(payload.get('git'))
    source = payload.get('source')
    subagent = mapping(source).get('subagent')
    spawned = mapping(mapping(subagent).get('thread_spawn'))
    thread = string(payload.get('thread_source'))
    parent = string(payload.get('parent_thread_id')) or string(spawned.get('parent_thread_id'))
    is_subagent = bool(spawned) or thread == 'subagent'
    first = payload.get('subagent_history_start_ordinal')
    return Header(
        session_id=string(payload.get('id')),
        cwd=string(payload.get('cwd')),
        branch=string(git.get('branch')),
        repository=string(git.get('repository_url')),
        source=_source(payload, subagent, thread, is_subagent=is_subagent),
        parent=parent if is_subagent else '',
        nickname=string(spawned.get('agent_nickname')) or string(spawned.get('agent_path')),
        role=string(spawned.get('agent_role')),
        is_subagent=is_subagent,
        is_scripted=source == 'exec' or string(payload.get('originator')) == 'codex_exec',
        first_own_ordinal=first if type(first) is int else 0,
    )


def _source(
    payload: Mapping[str, object], subagent: object, thread: str, *, is_subagent: bool
) -> str:
    """Why it is not a person's session, or the session that it was forked from."""
    if is_subagent:
        return f'{NOT_A_SESSION}sub-agent of another session'
    if thread not in _PERSONS or subagent or isinstance(payload.get('source'), dict):
        kind = thread if thread not in _PERSONS else _kind(subagent)
        return f'{NOT_A_SESSION}automatic session ({kind[:_LONGEST_KIND]})'
    forked = string(payload.get('forked_from_id'))
    return f'{FORK}{forked}' if forked else ''


def _kind(subagent: object) -> str:
    other = mapping(subagent).get('other')
    return string(subagent) or string(other) or next(iter(mapping(subagent)), 'sub-agent')
