"""Claude Code's transcripts: `<root>/projects/<folder>/<session-id>.jsonl`.

One session id may have files in several project folders, and in several roots: a stub where the
client was started, the conversation in the folder of the worktree that the agent moved to.

Newer clients write sub-agents to `<session-id>/subagents/**/agent-<id>.jsonl` with an
`agent-<id>.meta.json` beside it, older ones to `agent-<id>.jsonl` beside the session, and some only
nest an agent's messages in the `agent_progress` entries of the session itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.agents.agent import Agent, Transcript, expanded
from learn_core.agents.claude.reading import reader
from learn_core.agents.lines import mapping, open_log, parsed, read_objects, string
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from learn_core.agents.agent import File
    from learn_core.agents.entry import Entry
    from learn_core.agents.index import Index

_FOLDER, _SUBAGENT = 'projects', 'agent-'
_PLAIN_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]*')
_LONGEST_META = 1_000_000  # bytes; it holds a type and a description


class Claude(Agent):
    """Claude Code."""

    name = 'claude'
    home = 'CLAUDE_CONFIG_DIR', '~/.claude'
    folders = {_FOLDER: 1}  # noqa: RUF012

    def roots(self, environ: Mapping[str, str]) -> tuple[Path, ...]:
        """`CLAUDE_CONFIG_DIR` (one folder, or several with commas between them), else `~/.claude`;
        also `~/.config/claude`, and the folders of other accounts (`~/.claude-work`). None twice.
        """
        variable, folder = self.home
        named = [name.strip() for name in environ.get(variable, '').split(',')]
        folders = [name for name in named if name] or [folder]
        accounts = [one.parent for one in expanded('~').glob(f'.claude*/{_FOLDER}') if one.is_dir()]
        own = map(expanded, [*folders, '~/.config/claude'])
        return tuple(dict.fromkeys([*own, *sorted(accounts)]))

    def sessions(self, files: Iterable[File]) -> Iterator[Transcript]:
        """Each session with all of its files, the largest first."""
        sessions: defaultdict[str, list[File]] = defaultdict(list)
        for file in files:
            path = file.path
            is_session = path.suffix == '.jsonl' and not path.name.startswith(_SUBAGENT)
            if is_session and path.parent.parent.name == _FOLDER:
                sessions[path.stem].append(file)
        for session_id, found in sessions.items():
            found.sort(key=lambda file: -file.size)
            yield Transcript(
                agent=self.name,
                session_id=session_id,
                files=tuple(file.path for file in found),
                changed=max(file.changed for file in found),
            )

    def recognises(self, file: Path, start: bytes) -> Transcript | None:
        """By entries that name a session as only Claude Code does."""
        if b'"sessionId"' not in start and b'"parentUuid"' not in start:
            return None
        return Transcript(agent=self.name, session_id=file.stem, files=(file,))

    def read(self, transcript: Transcript) -> Iterator[Entry]:
        """The entries of a session or a sub-agent."""
        return reader(transcript)()

    def reader(self, transcript: Transcript) -> Callable[[], Iterator[Entry]]:
        """The tree of the entries is made once."""
        return reader(transcript)

    def subagents(self, transcript: Transcript, index: Index) -> list[Transcript]:
        """Sorted by id. A file that cannot be read is left to its reader to report."""
        files: dict[str, Path] = {}
        for log in transcript.files:
            files = {**_subagent_files(log, transcript.session_id), **files}
        found = []
        for agent_id in sorted(files.keys() | index.nested.keys()):
            if path := files.get(agent_id):
                agent = index.subagent(agent_id, *_meta(path))
                found.append(replace(transcript, files=(path,), subagent=agent))
            else:
                agent = index.subagent(agent_id)._replace(places=index.places(agent_id))
                found.append(replace(transcript, subagent=agent))
        return found

    def parts(self, transcript: Transcript) -> Iterator[tuple[str, Path | bytes]]:
        """The session's files, what is in its own folders, and the flat files of sub-agents."""
        files = [*transcript.files]
        for log in transcript.files:
            files += [*log.with_suffix('').rglob('*'), *log.parent.glob('agent-*.jsonl')]
        return super().parts(replace(transcript, files=tuple(files)))


def _subagent_files(log: Path, session_id: str) -> dict[str, Path]:
    found = _glob(log.with_suffix('') / 'subagents', '**/agent-*.jsonl')
    if _PLAIN_NAME.fullmatch(session_id) and session_id != log.stem:
        found += _glob(log.with_name(session_id) / 'subagents', '**/agent-*.jsonl')
    flat = [path for path in _glob(log.parent, 'agent-*.jsonl') if path.name != log.name]
    found += [path for path in flat if _first_session(path) == session_id]
    return {path.stem.removeprefix(_SUBAGENT): path for path in reversed(found)}


def _glob(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    except OSError:
        return []


def _first_session(path: Path) -> str:
    """The session id of the first entry that has one; empty if the file cannot be read."""
    with suppress(LearnError):
        ids = (string(fields.get('sessionId')) for _, fields in read_objects(path))
        return next(filter(None, ids), '')
    return ''


def _meta(path: Path) -> tuple[str, str]:
    """Type and description out of `agent-<id>.meta.json`."""
    with (
        suppress(LearnError, OSError),
        open_log(path.with_name(f'{path.stem}.meta.json')) as file,
    ):
        fields = mapping(parsed(file.read(_LONGEST_META)))
        kind = string(fields.get('agentType')) or string(fields.get('type'))
        return kind, string(fields.get('description'))
    return '', ''
