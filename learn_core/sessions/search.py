"""Transcripts that mention a plan branch, found by their bytes; what did not change is not read.

A machine may hold gigabytes of transcripts, of which some megabytes belong to the plan. Those that
were searched in vain are remembered with the time of their last change.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from learn_core import agents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from learn_core.agents import Transcript

MOST_SEARCHES = 10  # that are remembered


def mentioning(
    transcripts: Iterable[Transcript], branches: Sequence[str], memory: Path | None
) -> list[Transcript]:
    """Those in whose bytes one of the branches is a whole JSON string, newest first."""
    needles = [json.dumps(branch, ensure_ascii=False).encode() for branch in branches]
    searches = _remembered(memory)
    key = '\n'.join(branches)
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
    aside = memory.with_name(f'.{memory.name}-{os.getpid()}')
    try:
        aside.write_text(json.dumps(searches), encoding='utf-8')
        aside.replace(memory)
    except OSError:  # it is searched again
        return
