"""Where Claude Code keeps its transcripts: `<root>/projects/<folder>/<session-id>.jsonl`.

One session id may have files in several project folders, and in several roots: a stub where the
client was started, the conversation in the folder of the worktree that the agent moved to.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.agents.files import listed, parts_below, unreadable_place
from learn_core.agents.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from learn_core.agents.files import Listed
    from learn_core.agents.transcript import Part

NAME = 'claude'

_FOLDER, _SUFFIX = 'projects', '.jsonl'
_SUBAGENT = 'agent-'


def roots(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """`CLAUDE_CONFIG_DIR` (one folder, or several with commas between them), else `~/.claude`;
    also `~/.config/claude`, and the folders of other accounts (`~/.claude-work`). None twice.
    """
    named = [name.strip() for name in environ.get('CLAUDE_CONFIG_DIR', '').split(',')]
    folders = [name for name in named if name] or ['~/.claude']
    # os.path leaves a user that does not exist as it is; pathlib raises
    home = os.path.expanduser('~')  # noqa: PTH111
    accounts = [entry.path for entry in _entries(home) if entry.name.startswith('.claude')]
    others = [folder for folder in sorted(accounts) if Path(folder, _FOLDER).is_dir()]
    return tuple(
        dict.fromkeys(
            Path(os.path.expanduser(name))  # noqa: PTH111
            for name in [*folders, '~/.config/claude', *others]
        )
    )


def find(where: Iterable[Path], since: float = 0.0) -> Iterator[Transcript]:
    """The sessions under these roots that changed after `since`, each with all of its files."""
    sessions: defaultdict[str, list[Listed]] = defaultdict(list)
    for root in where:
        for folder in listed(projects := root / _FOLDER):
            if isinstance(folder, str):
                yield unreadable_place(NAME, projects, folder)
            elif folder.is_dir:
                yield from _collect(folder.path, sessions)
    for session_id, files in sessions.items():
        changed = max(file.changed for file in files)
        if changed >= since:
            files.sort(key=lambda file: -file.size)
            paths = tuple(file.path for file in files)
            yield Transcript(agent=NAME, session_id=session_id, files=paths, changed=changed)


def recognises(file: Path, start: bytes) -> Transcript | None:
    """A file is Claude Code's if its entries name a session as only Claude Code does."""
    if b'"sessionId"' not in start and b'"parentUuid"' not in start:
        return None
    return Transcript(agent=NAME, session_id=file.stem, files=(file,))


def parts(transcript: Transcript) -> Iterator[Part]:
    """The session's files, what is in its own folders, and the flat files of sub-agents."""
    files = [*transcript.files]
    for log in transcript.files:
        files += [*log.with_suffix('').rglob('*'), *log.parent.glob(f'{_SUBAGENT}*{_SUFFIX}')]
    return parts_below(replace(transcript, files=tuple(files)), {_FOLDER})


def _collect(folder: Path, sessions: dict[str, list[Listed]]) -> Iterator[Transcript]:
    """Adds the logs of a project's folder; gives the folder itself if it cannot be looked into."""
    for file in listed(folder):
        if isinstance(file, str):
            yield unreadable_place(NAME, folder, file)
        elif file.is_file and file.path.suffix == _SUFFIX and not _is_subagent(file.path):
            sessions[file.path.stem].append(file)


def _is_subagent(path: Path) -> bool:
    return path.name.startswith(_SUBAGENT)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []
