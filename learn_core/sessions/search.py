"""Transcripts that mention a branch or a repository, found by their bytes.

A machine may have gigabytes of transcripts, of which some megabytes belong to the plan. Transcripts
without a match are remembered with their time of change and not searched again.
"""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING

from learn_core import agents, git

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from learn_core.agents import Transcript
    from learn_core.git import Repository

MOST_SEARCHES = 10  # that are remembered


def memory_of(repository: Repository) -> Path | None:
    """The file that remembers a repository's searches, where learn-hook has a folder."""
    home = repository.common / 'learn-hook'
    return home / 'searched.json' if home.is_dir() else None


def of_repository(
    repository: Repository, transcripts: Iterable[Transcript], branches: Sequence[str] = ()
) -> list[Transcript]:
    """Those that hold a path in one of the repository's worktrees, or one of the branches, newest
    first: all that may be of a plan, and a few more.
    """
    trees = [str(tree) for tree, _ in git.worktrees(repository)]
    trees += [unicodedata.normalize(form, tree) for form in ('NFC', 'NFD') for tree in trees]
    paths = dict.fromkeys(write(tree)[1:-1] for tree in trees for write in (_json, json.dumps))
    return _holding(transcripts, [*paths, *map(_json, branches)], memory_of(repository))


def mentioning(
    transcripts: Iterable[Transcript], branches: Sequence[str], memory: Path | None
) -> list[Transcript]:
    """Those in whose bytes one of the branches is a whole JSON string, newest first."""
    return _holding(transcripts, [*map(_json, branches)], memory)


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _holding(
    transcripts: Iterable[Transcript], texts: Sequence[str], memory: Path | None
) -> list[Transcript]:
    needles = [text.encode('utf-8', 'surrogateescape') for text in texts]
    searches = _remembered(memory)
    key = '\n'.join(texts)
    known = searches.pop(key, {})
    found, vain = [], {}
    for transcript in sorted(transcripts, key=lambda one: one.changed, reverse=True):
        name = f'{transcript.files[0]}:{len(transcript.files)}:{transcript.session_id}'
        if known.get(name) != transcript.changed and agents.mentions(transcript, needles):
            found.append(transcript)
        else:
            vain[name] = transcript.changed
    if memory is not None and vain != known:
        _remember(memory, {**dict(list(searches.items())[1 - MOST_SEARCHES :]), key: vain})
    return found


def _remembered(memory: Path | None) -> dict[str, dict[str, float]]:
    """The times of last change by transcript, by branches, the newest search last."""
    try:
        content = json.loads(memory.read_bytes()) if memory is not None else {}
        return {str(key): dict(vain) for key, vain in content.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _remember(memory: Path, searches: dict[str, dict[str, float]]) -> None:
    aside = memory.with_name(f'.{memory.name}')  # one name: a process that died leaves one file
    try:
        aside.write_text(json.dumps(searches), encoding='utf-8')
        aside.replace(memory)
    except OSError:  # it is searched again
        return
