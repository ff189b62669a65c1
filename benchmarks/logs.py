"""Logs to measure with: those of a folder, or the sample plan over and over."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from learn_demo import sample

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKTREE = Path('/home/ann/widgets')

_IDS = re.compile(r'("(?:uuid|parentUuid|leafUuid|messageId)":"|toolu_|msg_)')


def in_folder(folder: Path) -> list[Path]:
    """The session logs below a folder, sub-agents' logs apart."""
    logs = folder.rglob('*.jsonl')
    return sorted(log for log in logs if not log.name.startswith(('agent-', 'journal')))


def many_sessions(folder: Path, size: int) -> list[Path]:
    """The sample plan's sessions, again and again with other ids, until they are `size` bytes."""
    logs: list[Path] = []
    done = 0
    while done < size:
        round_ = len(logs)
        for session_id, text in _texts(folder):
            name = f'{round_}-{session_id}'
            logs.append(folder / 'many' / f'{name}.jsonl')
            logs[-1].parent.mkdir(parents=True, exist_ok=True)
            told = _distinct(text, round_).replace(session_id, name)
            done += logs[-1].write_text(told, encoding='utf-8')
    return logs


def one_session(folder: Path, size: int) -> Path:
    """The longest of the sample plan's sessions, again and again in one log of `size` bytes."""
    _, text = max(_texts(folder), key=lambda found: len(found[1]))
    return write_repeated(folder / f'one-{size}.jsonl', text, size)


def write_repeated(log: Path, text: str, size: int) -> Path:
    """A log of `size` bytes with this text again and again, each time with other ids."""
    with log.open('w', encoding='utf-8') as file:
        written, round_ = 0, 0
        while written < size:
            written += file.write(_distinct(text, round_))
            round_ += 1
    return log


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    story = sample.write_sessions(folder / 'sample', WORKTREE)
    for session_id in story.session_ids:
        yield session_id, story.log(session_id).read_text(encoding='utf-8')


def _distinct(text: str, number: int) -> str:
    """The text with ids, and in its results words, that no other round has."""
    return _IDS.sub(rf'\g<1>{number}-', text).replace('bundle', f'bundle{number}')
