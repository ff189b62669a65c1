"""What a test shows: files that it writes itself, packed with their manifest."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from learn_core.agents import transcript_of
from learn_core.materials import packed as packing
from learn_core.page import Shown, with_pack
from learn_core.preprocess import Job, count_tokens, preprocess

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from learn_core.redact import Redactor

_BESIDE = re.compile(r'(-agent-.*|-part\d+)?\.xml$')

BEGAN = 1_789_000_000.0
NOW = BEGAN + 60


def packed_shown(files: Mapping[str, str], *, about: Mapping[str, Any] = {}, **facts: Any) -> Shown:
    """Plan 123 with these files, waiting for a person; `about` goes into the manifest."""
    entries = [_entry(name, text) for name, text in files.items()]
    manifest = {'format': 1, 'learn_hook': '0.1.0', 'issue': 123, 'files': entries, **about}
    everything = {**files, packing.MANIFEST: json.dumps(manifest, indent=2)}
    known: dict[str, Any] = {
        'name': '123',
        'plan': 123,
        'plan_url': 'https://github.com/acme/widgets/issues/123',
        'stage': 'held',
        'host': 'github.com',
        'trigger': 'push',
        'began': BEGAN,
        'directory': '/home/ann/widgets/.git/learn-hook',
    }
    return replace(with_pack(Shown(**known), packing.pack(everything)), **facts)


def preprocessed(log: Path, redactor: Redactor) -> dict[str, str]:
    """The files that a transcript gives."""
    (done,) = preprocess([Job(transcript_of(log), 'impl')], redactor=redactor)
    assert not isinstance(done, Exception)
    return {chunk.name: chunk.text for chunk in done.chunks}


def session(*texts: str) -> str:
    """A session in which a person said these."""
    users = ''.join(f'  <user>{text}</user>\n' for text in texts)
    return f'<session>\n  <meta branch="P5-x" />\n{users}</session>\n'


def request(method: str, path: str, status: int, sent: int, received: int) -> dict[str, Any]:
    """What GitHub was asked, as a plan's record has it."""
    return {'method': method, 'path': path, 'status': status, 'sent': sent, 'received': received}


def _entry(name: str, text: str) -> dict[str, Any]:
    entry = {
        'name': name,
        'bytes': len(text.encode()),
        'sha256': hashlib.sha256(text.encode()).hexdigest(),
        'kind': name.partition('-')[0],
        'why': 'header',
    }
    if text.startswith('<session>'):
        session_id = _BESIDE.sub('', name).partition('-')[2]
        entry |= {'session_id': session_id, 'tokens': count_tokens(text)}
    return entry
