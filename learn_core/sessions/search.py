"""Transcripts that mention a plan branch, found by their bytes; what did not change is not read.

A machine may hold gigabytes of transcripts, of which some megabytes belong to the plan. Those that
were searched in vain are remembered with the time of their last change.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from learn_core import agents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from learn_core.agents import Transcript

MEMORY = 'searched.json'


def mentioning(
    transcripts: Iterable[Transcript], branches: Sequence[str], memory: Path | None
) -> list[Transcript]:
    """Those in whose bytes one of the branches is a whole JSON string, newest first."""
    needles = [json.dumps(branch, ensure_ascii=False).encode() for branch in branches]
    known = _remembered(memory, branches)
    found, vain = [], {}
    for transcript in sorted(transcripts, key=lambda one: one.changed, reverse=True):
        name = f'{transcript.files[0]}:{len(transcript.files)}:{transcript.session_id}'
        if known.get(name) != transcript.changed and agents.mentions(transcript, needles):
            found.append(transcript)
        else:
            vain[name] = transcript.changed
    if memory is not None and vain != known:
        _remember(memory, branches, vain)
    return found


def _remembered(memory: Path | None, branches: Sequence[str]) -> dict[str, float]:
    try:
        content = json.loads(memory.read_bytes()) if memory is not None else {}
        return dict(content['vain']) if content['branches'] == list(branches) else {}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}


def _remember(memory: Path, branches: Sequence[str], vain: dict[str, float]) -> None:
    aside = memory.with_name(f'.{memory.name}')
    try:
        aside.write_text(json.dumps({'branches': list(branches), 'vain': vain}), encoding='utf-8')
        aside.replace(memory)
    except OSError:  # it is searched again
        return
