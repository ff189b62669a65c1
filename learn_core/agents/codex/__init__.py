"""Codex's rollouts: `<root>/sessions/YYYY/MM/DD/rollout-<local time>-<uuid>.jsonl`.

The first line names the project, the path does not. Sessions that the user archived are in
`<root>/archived_sessions`. After a revert the name ends in `<thread id>_<rollout id>`: the newest
file of a thread is the current one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.agents.agent import Agent, Transcript
from learn_core.agents.codex.reading import read
from learn_core.agents.codex.survey import header_of
from learn_core.agents.lines import mapping, read_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from learn_core.agents.agent import File
    from learn_core.agents.entry import Entry
    from learn_core.agents.index import Index

_FLAT = 'flat form of 2025'
_COMPRESSED = 'compressed (.zst)'
_NAME = re.compile(r'rollout-(?P<time>[\dT-]+)-(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})')
_LAST_FLAT = '2025-10'  # clients wrote the flat form until September 2025
_DEPTH = 3  # folders of a date
_BEGUN = len('rollout-2026-10-01')  # characters of a name, with the day


class Codex(Agent):
    """OpenAI Codex."""

    name = 'codex'
    home = 'CODEX_HOME', '~/.codex'
    folders = {'sessions': _DEPTH, 'archived_sessions': _DEPTH}  # noqa: RUF012

    def sessions(self, files: Iterable[File]) -> Iterator[Transcript]:
        """Each thread with its newest file."""
        threads: defaultdict[str, list[File]] = defaultdict(list)
        for file in files:
            named = _NAME.match(file.path.name)
            if named and file.path.name.endswith(('.jsonl', '.jsonl.zst')):
                threads[named['id']].append(file)
        for thread, found in threads.items():
            plain = [file for file in found if file.path.suffix == '.jsonl']
            newest = max(plain or found, key=lambda file: (file.changed, file.path.name))
            yield Transcript(
                agent=self.name,
                session_id=thread,
                files=(newest.path,),
                changed=newest.changed,
                unreadable=_unreadable(newest.path),
            )

    def recognises(self, file: Path, start: bytes) -> Transcript | None:
        """By a header of either form in the first line, or by the name."""
        named, first = _NAME.match(file.name), start.split(b'\n', 1)[0]
        is_flat = first.startswith(b'{"id":') and b'"instructions"' in first
        is_flat = is_flat and b'"type"' not in first
        is_rollout = b'"session_meta"' in start or b'"payload":' in start.split(b'"sessionId"')[0]
        if not (named or is_flat or is_rollout):
            return None
        thread = named['id'] if named else file.stem
        reason = _FLAT if is_flat else _COMPRESSED if file.suffix == '.zst' else ''
        return Transcript(agent=self.name, session_id=thread, files=(file,), unreadable=reason)

    def read(self, transcript: Transcript) -> Iterator[Entry]:
        """The entries of a session or a sub-agent."""
        return read(transcript)

    def subagents(self, transcript: Transcript, index: Index) -> list[Transcript]:
        """Rollouts begun after the session whose header names it."""
        log = transcript.files[0]
        top = self.top_of(log)
        found = []
        for file in self.files(top) if top and transcript.subagent is None else ():
            if isinstance(file, Transcript) or file.path.name[:_BEGUN] < log.name[:_BEGUN]:
                continue
            header = header_of(mapping(read_first(file.path, transcript.session_id).get('payload')))
            if header.parent == transcript.session_id:
                agent = index.subagent(header.session_id, header.role, header.nickname)
                found.append(replace(transcript, files=(file.path,), subagent=agent))
        return sorted(found, key=lambda one: one.files[0].name)


def _unreadable(file: Path) -> str:
    if file.suffix == '.zst':
        return _COMPRESSED
    named = _NAME.match(file.name)
    is_old = named is not None and named['time'] < _LAST_FLAT
    return _FLAT if is_old and 'type' not in read_first(file) else ''
