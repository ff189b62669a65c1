"""Where Copilot CLI keeps its sessions: `<root>/session-state/<session-id>/events.jsonl`.

Older clients wrote `<root>/session-state/<session-id>.jsonl`, the oldest another form.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.agents.files import listed, parts_below, unreadable_place
from learn_core.agents.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from learn_core.agents.transcript import Index, Part

NAME = 'copilot'

_OLD_FORM = 'form before Copilot CLI 1.0.11'
_FOLDER, _OLD_FOLDER = 'session-state', 'history-session-state'
_EVENTS = 'events.jsonl'


def roots(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """`COPILOT_HOME`, else `~/.copilot`."""
    return (Path(os.path.expanduser(environ.get('COPILOT_HOME') or '~/.copilot')),)  # noqa: PTH111


def find(where: Iterable[Path], since: float = 0.0) -> Iterator[Transcript]:
    """The sessions under these roots that changed after `since`."""
    for root in where:
        for folder, reason in ((_FOLDER, ''), (_OLD_FOLDER, _OLD_FORM)):
            for entry in listed(root / folder):
                if isinstance(entry, str):
                    yield unreadable_place(NAME, root / folder, entry)
                    continue
                found = _transcript(entry.path, reason) if entry.is_file else _in(entry.path)
                if found is not None and found.changed >= since:
                    yield found


def recognises(file: Path, start: bytes) -> Transcript | None:
    """A file is Copilot's if it begins with the session's start, or is named as its logs are."""
    if b'"copilotVersion"' not in start and file.name != _EVENTS:
        return None
    return _transcript(file, '')


def subagents(transcript: Transcript, index: Index) -> list[Transcript]:
    """The sub-agents of a session, in the same file, by the tool call that started each."""
    found = (index.subagent(name, places=at) for name, at in index.nested.items())
    named = (replace(agent, call=agent.call or agent.agent_id) for agent in found)
    return [replace(transcript, subagent=agent) for agent in named]


def parts(transcript: Transcript) -> Iterator[Part]:
    """The events, which are those of sub-agents too."""
    return parts_below(transcript, {_FOLDER})


def _in(folder: Path) -> Transcript | None:
    """The session of a folder, if it has any events."""
    file = folder / _EVENTS
    return _transcript(file, '') if file.is_file() else None


def _transcript(file: Path, reason: str) -> Transcript:
    session_id = file.parent.name if file.name == _EVENTS else file.stem
    try:
        changed = file.stat().st_mtime
    except OSError:
        changed = 0.0
    return Transcript(
        agent=NAME, session_id=session_id, files=(file,), changed=changed, unreadable=reason
    )
