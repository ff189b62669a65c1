"""What was packed, read from where it lies beside its run: these very bytes are or will be sent."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from learn_core.errors import LearnError
from learn_core.materials import packed as packing
from learn_core.materials.unpack import load_packed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learn_core.plans.run import Run

MEASURES = 'measures.json'
MEASURES_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured when the run was packed; all of it is empty for a run of an older version.

    `times` has for each log the seconds since 1970 of its entries, `tokens` for each file those of
    each tag, `steps` the bytes of all texts behind each step of preprocessing.
    """

    max_tokens: int = 0
    bytes_in: int = 0
    times: dict[str, list[int]] = field(default_factory=dict)
    tokens: dict[str, dict[str, int]] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)


class Digest:
    """SHA-256 over all that was read, and of each file."""

    def __init__(self) -> None:
        self.whole = hashlib.sha256()
        self.files: dict[str, str] = {}
        self.size = 0


def packed_files(run: Run, digest: Digest) -> Iterator[tuple[str, str]]:
    """Name and text of each file, in the order in which they are packed.

    Raises LearnError if the packed bytes are gone or damaged.
    """
    packed = load_packed(run.directory, packed_names(run))
    digest.whole.update(''.join(packed.parts).encode())
    digest.size = packed.size
    for name, content in packed.files.items():
        digest.files[name] = hashlib.sha256(content.encode()).hexdigest()
        yield name, content


def packed_names(run: Run) -> list[str]:
    """The files that were packed for a run, none before that."""
    names = run.steps.get('packed')
    return [str(name) for name in names] if isinstance(names, list) else []


def refuse_unless_same(run: Run, digest: Digest, manifest: dict[str, Any]) -> None:
    """Raises LearnError if these are not the bytes that were packed."""
    said = run.steps.get('sha256')
    entries = {str(entry['name']): entry['sha256'] for entry in manifest.get('files', [])}
    there = {name: mark for name, mark in digest.files.items() if name != packing.MANIFEST}
    if (said and said != digest.whole.hexdigest()) or (entries and entries != there):
        raise LearnError(
            f'what lies in {run.directory} is not what was packed there; start the run anew'
        )


def measured(run: Run) -> Measured:
    """What was measured on the way, nothing if it is not there or of another format."""
    try:
        found = json.loads((run.directory / MEASURES).read_bytes())
        if found['format'] != MEASURES_FORMAT:
            return Measured()
        return Measured(
            max_tokens=int(found['max_tokens']),
            bytes_in=int(found['bytes_in']),
            times={
                str(log): [int(time) for time in times] for log, times in found['times'].items()
            },
            tokens={str(name): dict(by_tag) for name, by_tag in found['tokens'].items()},
            steps={str(step): int(size) for step, size in found['steps'].items()},
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Measured()


def compressed(text: str) -> bytes:
    """A file as it is kept until it is shown; the same bytes for the same text."""
    return gzip.compress(text.encode(), 4, mtime=0)


def opened(data: bytes) -> str:
    """And back."""
    return gzip.decompress(data).decode()
