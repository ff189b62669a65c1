"""Runs whose packed files a test writes itself, as `pack_once` leaves them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from learn_core.materials import packed as packing
from learn_core.materials.directory import MEASURES, MEASURES_FORMAT, save_packed
from learn_core.page.entries import session_entries
from learn_core.plans import journal
from learn_core.plans.run import Trigger
from learn_core.preprocess import Job, count_tokens, preprocess

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from learn_core.plans.run import Run
    from learn_core.preprocess import Measures
    from learn_core.redact import Redactor

BEGAN = 1_789_000_000.0


def made_run(
    folder: Path,
    files: Mapping[str, str],
    *,
    times: Mapping[str, list[int]] | None = None,
    tokens: Mapping[str, Mapping[str, int]] | None = None,
    steps: Mapping[str, int] | None = None,
    bytes_in: int = 0,
    summary: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Run:
    """A held run of plan 123 with these files and a manifest of them; `facts` go into that."""
    run = journal.begin(folder, Trigger(kind='push', issue=123))
    run.began = BEGAN
    known = tokens or {}
    entries = [_entry(name, text, known.get(name)) for name, text in files.items()]
    manifest = {'format': 1, 'learn_hook': '0.1.0', 'issue': 123, 'files': entries, **facts}
    packed = packing.pack({**files, packing.MANIFEST: json.dumps(manifest, indent=2)})
    run.steps |= {
        'plan': 'https://github.com/acme/widgets/issues/123',
        'packed': save_packed(packed, run.directory, 123),
        'digest': packed.digest,
        'sha256': packed.sha256,
        'summary': dict(summary or {}),
    }
    document = {
        'format': MEASURES_FORMAT,
        'max_tokens': 20_000,
        'bytes_in': bytes_in,
        'times': times or {},
        'tokens': tokens or {},
        'steps': steps or {},
    }
    (run.directory / MEASURES).write_text(json.dumps(document), encoding='utf-8')
    run.book('held')
    return run


def preprocessed(log: Path, redactor: Redactor) -> tuple[dict[str, str], Measures]:
    """The files that a log gives, and what was measured on the way."""
    files: dict[str, str] = {}
    job = Job(log, log.stem, 'impl', lambda chunk: files.update({chunk.name: chunk.text}))
    (done,) = preprocess([job], redactor=redactor)
    assert not isinstance(done, Exception)
    return files, done.measures


def texts_of(files: Iterable[str]) -> list[str]:
    """Every text in sessions' files, one after the other."""
    return [
        field.text for text in files for entry in session_entries(text) for field in entry.fields
    ]


def _entry(name: str, text: str, by_tag: Mapping[str, int] | None) -> dict[str, Any]:
    entry = {
        'name': name,
        'bytes': len(text.encode()),
        'sha256': hashlib.sha256(text.encode()).hexdigest(),
        'kind': name.partition('-')[0],
        'why': 'header',
    }
    if text.startswith('<session>'):
        wrapped = sum(by_tag.values()) + 40 if by_tag else count_tokens(text)
        entry |= {'session_id': name[:40], 'tokens': wrapped}
    return entry
