"""Copilot CLI's sessions: `<root>/session-state/<session-id>/events.jsonl`.

Older clients wrote `<root>/session-state/<session-id>.jsonl`, the oldest another form.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.agents.agent import Agent, listed
from learn_core.agents.copilot.reading import read
from learn_core.agents.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from learn_core.agents.entry import Entry
    from learn_core.agents.index import Index

_OLD_FORM = 'form before Copilot CLI 1.0.11'
_FOLDER, _OLD_FOLDER = 'session-state', 'history-session-state'
_EVENTS = 'events.jsonl'


class Copilot(Agent):
    """GitHub Copilot CLI."""

    name = 'copilot'
    home = 'COPILOT_HOME', '~/.copilot'
    folders = (_FOLDER,)

    def find(self, where: Iterable[Path]) -> Iterator[Transcript]:
        """Sessions that have events."""
        for root in where:
            for folder, reason in ((_FOLDER, ''), (_OLD_FOLDER, _OLD_FORM)):
                for entry in listed(self, root / folder):
                    if isinstance(entry, Transcript):
                        yield entry
                    elif entry.is_file:
                        yield self._transcript(entry.path, reason)
                    elif (events := entry.path / _EVENTS).is_file():
                        yield self._transcript(events, '')

    def recognises(self, file: Path, start: bytes) -> Transcript | None:
        """By the session's start, or by the name of its logs."""
        is_ours = b'"copilotVersion"' in start or file.name == _EVENTS
        return self._transcript(file, '') if is_ours else None

    def read(self, transcript: Transcript) -> Iterator[Entry]:
        """The entries of a session or a sub-agent."""
        return read(transcript)

    def subagents(self, transcript: Transcript, index: Index) -> list[Transcript]:
        """Those in the same file, by the tool call that started each."""
        found = []
        for agent_id in index.nested:
            agent = index.subagent(agent_id)
            agent = agent._replace(call=agent.call or agent_id, places=index.places(agent_id))
            found.append(replace(transcript, subagent=agent))
        return found

    def _transcript(self, file: Path, reason: str) -> Transcript:
        session_id = file.parent.name if file.name == _EVENTS else file.stem
        changed = 0.0
        with suppress(OSError):
            changed = file.stat().st_mtime
        return Transcript(
            agent=self.name,
            session_id=session_id,
            files=(file,),
            changed=changed,
            unreadable=reason,
        )
