"""Unpacks the packed format: checked against its manifest, written completely or not at all."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from learn_core.errors import LearnError
from learn_core.materials import packed as packing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def load_packed(directory: Path, names: Sequence[str], sha256: str = '') -> packing.Packed:
    """What `save_packed` wrote. Raises LearnError if it is gone, or is not what was packed: by its
    manifest, or by `sha256` where that is known.
    """
    try:
        texts = [(directory / name).read_bytes().decode() for name in names]
    except (OSError, ValueError) as error:
        raise LearnError(f'what was packed in {directory} is gone; start the run again') from error
    packed = packing.packed_of(texts, unpacked(texts))
    if sha256 and packed.sha256 != sha256:
        raise LearnError(f'what was packed in {directory} was changed; use learn-hook drop')
    return packed


def unpacked(texts: Sequence[str]) -> dict[str, str]:
    """The files of packed texts, checked against their manifest.

    erk's packs have none: they are taken if every XML and JSON file in them parses. Raises
    LearnError; nothing of a pack that is damaged, incomplete or hostile is given.
    """
    parts = [packing.raw_files(text) for text in texts]
    raw = [file for part in parts for file in part]
    packing.checked_names(name for name, _ in raw)
    if not raw:
        raise LearnError('there is no packed file in it; check its source')
    if packing.MANIFEST not in dict(raw):
        return _without_manifest(parts)
    number, expected = _manifest(packing.content_of(dict(raw)[packing.MANIFEST], 1))
    files = {name: packing.content_of(content, number) for name, content in raw}
    there = {
        name: hashlib.sha256(text.encode()).hexdigest()
        for name, text in files.items()
        if name != packing.MANIFEST
    }
    if there != expected:
        wrong = sorted(n for n in {*there, *expected} if there.get(n) != expected.get(n))
        raise LearnError(
            f'{len(wrong)} files are not what the manifest says, {wrong[0]!r} first; '
            'fetch the materials again'
        )
    return files


def files_of_gist(
    files: Mapping[str, str], session_id: str, *, is_packed: bool = False
) -> dict[str, str]:
    """What a gist holds of one session: from a pack the files named after it, else all of them.

    With `is_packed` it must have a manifest, and match it. Raises LearnError.
    """
    names, is_pack = sorted(files), False
    if any(packing.is_packed(text) for text in files.values()):
        files = unpacked([files[name] for name in names if packing.is_packed(files[name])])
        is_pack = True
    if is_packed and packing.MANIFEST not in files:
        raise LearnError('the gist of another machine has no manifest, so nothing of it is used')
    named = {name: text for name, text in files.items() if session_id in name}
    agents = {name: text for name, text in files.items() if name.startswith('agent-')}
    others = {name: text for name, text in files.items() if not name.endswith('.json')}
    found = {**agents, **named} if named else {} if is_pack else others
    if not found:
        raise LearnError(f'the gist holds nothing of session {session_id}')
    return found


def write_unpacked(files: Mapping[str, str], output: Path) -> None:
    """All files into `output`, which is new or empty: they appear in one rename, or not at all.

    Raises LearnError.
    """
    output = output.resolve()
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        if output.exists() and (not output.is_dir() or any(output.iterdir())):
            raise LearnError(f'{output} is not empty; give a new directory')
        with tempfile.TemporaryDirectory(dir=output.parent, prefix='.learn-hook-') as aside:
            ready = Path(aside) / 'files'
            ready.mkdir()
            for name, content in files.items():
                (ready / name).write_bytes(content.encode())
            ready.replace(output)
    except OSError as error:
        raise LearnError(
            f'{output} cannot be written ({error.strerror}); check its rights and the disk'
        ) from error


def _without_manifest(parts: Sequence[list[tuple[str, str]]]) -> dict[str, str]:
    """The files of texts that `learn-hook pack` made, or erk, which escapes nothing and ends with
    the last content and at most one newline. Raises LearnError where XML or JSON does not parse.
    """
    files = {}
    for raw in parts:
        is_ours = raw[-1][1].endswith('\n')
        for name, content in raw:
            files[name] = (
                packing.content_of(content, packing.FORMATS[-1])
                if is_ours
                else content.removesuffix('\n')
            )
    broken = [name for name, content in files.items() if not _parses(name, content)]
    if broken:
        raise LearnError(
            f'this packed text has no manifest, and {broken[0]!r} in it is cut off or damaged; '
            'fetch it again'
        )
    return files


def _parses(name: str, content: str) -> bool:
    try:
        if name.endswith('.json'):
            json.loads(content)
        elif name.endswith('.xml'):
            expat.ParserCreate().Parse(content.encode(), True)
    except (ValueError, RecursionError, expat.ExpatError):
        return False
    return True


def _manifest(text: str) -> tuple[int, dict[str, str]]:
    """Its format, and the SHA-256 of each file."""
    try:
        manifest = json.loads(text)
        number, entries = manifest['format'], manifest['files']
        sha256 = {str(entry['name']): entry['sha256'] for entry in entries}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise LearnError('the manifest is damaged; fetch the materials again') from error
    if type(number) is not int or number not in packing.FORMATS:
        raise LearnError(f'these materials have format {number}; update learn-hook to read them')
    return number, sha256
