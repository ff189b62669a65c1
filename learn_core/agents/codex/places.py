"""Where Codex keeps its rollouts: `<root>/sessions/YYYY/MM/DD/rollout-<local time>-<uuid>.jsonl`.

The first line names the project, the path does not. Sessions that the user archived are in
`<root>/archived_sessions`. After a revert the name ends in `<thread id>_<rollout id>`: the newest
file of a thread is the current one.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.agents.codex.header import header_of
from learn_core.agents.files import Listed, listed, parts_below, unreadable_place
from learn_core.agents.lines import read_first
from learn_core.agents.transcript import Transcript
from learn_core.agents.values import mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from learn_core.agents.transcript import Index, Part

NAME = 'codex'
FLAT = 'flat form of 2025'
COMPRESSED = 'compressed (.zst)'

_NAME = re.compile(r'rollout-(?P<time>[\dT-]+)-(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})')
_LAST_FLAT = '2025-10'  # clients wrote the flat form until September 2025
_FOLDERS = ('sessions', 'archived_sessions')
_DEPTH = 3  # folders of a date
_BEGUN = len('rollout-2026-10-01')  # characters of a name, with the day


def roots(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """`CODEX_HOME`, else `~/.codex`."""
    return (Path(os.path.expanduser(environ.get('CODEX_HOME') or '~/.codex')),)  # noqa: PTH111


def find(where: Iterable[Path], since: float = 0.0) -> Iterator[Transcript]:
    """The sessions under these roots that changed after `since`, each with its newest file."""
    threads: defaultdict[str, list[Listed]] = defaultdict(list)
    for root in where:
        for folder in _FOLDERS:
            for file in _rollouts(root / folder, _DEPTH):
                if isinstance(file, Transcript):
                    yield file
                elif (named := _NAME.match(file.path.name)) and file.changed >= since:
                    threads[named['id']].append(file)
    for thread, files in threads.items():
        plain = [file for file in files if file.path.suffix == '.jsonl']
        newest = max(plain or files, key=lambda file: (file.changed, file.path.name))
        yield Transcript(
            agent=NAME,
            session_id=thread,
            files=(newest.path,),
            changed=newest.changed,
            unreadable=_unreadable(newest.path),
        )


def recognises(file: Path, start: bytes) -> Transcript | None:
    """A file is a rollout if its first line is a header of either form, or if it is named so."""
    named = _NAME.match(file.name)
    first = start.split(b'\n', 1)[0]
    is_flat = first.startswith(b'{"id":') and b'"instructions"' in first and b'"type"' not in first
    is_rollout = b'"session_meta"' in start or b'"payload":' in start.partition(b'"sessionId"')[0]
    if not (named or is_flat or is_rollout):
        return None
    thread = named['id'] if named else file.stem
    reason = FLAT if is_flat else COMPRESSED if file.suffix == '.zst' else ''
    return Transcript(agent=NAME, session_id=thread, files=(file,), unreadable=reason)


def subagents(transcript: Transcript, index: Index) -> list[Transcript]:
    """The sub-agents of a session: rollouts begun after it whose header names it."""
    log = transcript.files[0]
    top = next((folder.parent for folder in log.parents if folder.name in _FOLDERS), None)
    if top is None or transcript.subagent is not None:
        return []
    found = []
    for file in (file for folder in _FOLDERS for file in _rollouts(top / folder, _DEPTH)):
        if isinstance(file, Transcript) or file.path.name[:_BEGUN] < log.name[:_BEGUN]:
            continue
        header = header_of(mapping(read_first(file.path, transcript.session_id).get('payload')))
        if header.parent == transcript.session_id:
            agent = index.subagent(header.session_id, header.role, header.nickname)
            found.append(replace(transcript, files=(file.path,), subagent=agent))
    return sorted(found, key=lambda one: one.files[0].name)


def parts(transcript: Transcript) -> Iterator[Part]:
    """The rollout; those of sub-agents are found by themselves."""
    return parts_below(transcript, _FOLDERS)


def _rollouts(folder: Path, depth: int) -> Iterator[Listed | Transcript]:
    """The files of a folder and of its folders; folders that cannot be looked into as such."""
    for entry in listed(folder):
        if isinstance(entry, str):
            yield unreadable_place(NAME, folder, entry)
        elif entry.is_dir and depth:
            yield from _rollouts(entry.path, depth - 1)
        elif entry.is_file and entry.path.name.endswith(('.jsonl', '.jsonl.zst')):
            yield entry


def _unreadable(file: Path) -> str:
    if file.suffix == '.zst':
        return COMPRESSED
    named = _NAME.match(file.name)
    if named and named['time'] < _LAST_FLAT and 'type' not in read_first(file):
        return FLAT
    return ''
