"""The way back out of a pack: checked against its manifest, and written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.materials import packed as packing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def load_packed(directory: Path, names: Sequence[str]) -> packing.Packed:
    """What `save_packed` wrote. Raises LearnError if it is gone or was changed."""
    try:
        texts = [(directory / name).read_bytes().decode() for name in names]
    except (OSError, ValueError) as error:
        raise LearnError(f'what was packed in {directory} is gone; start the run anew') from error
    files = unpacked(texts)
    return packing.Packed(
        parts=tuple(texts),
        names=tuple(sorted(files)),
        digest=packing.materials_digest(files),
        sha256=hashlib.sha256(''.join(texts).encode()).hexdigest(),
    )


def unpacked(texts: Sequence[str]) -> dict[str, str]:
    """The files of packed texts, checked against their manifest if there is one.

    Raises LearnError: nothing of a pack that is damaged, incomplete or hostile is given.
    """
    found = [file for text in texts for file in packing.unpack(text).items()]
    packing.checked_names(name for name, _ in found)
    files = dict(found)
    if not files:
        raise LearnError('there is no packed file in it; check its source')
    if packing.MANIFEST in files:
        _check(files)
    return files


def files_of_gist(
    files: Mapping[str, str], session_id: str, *, is_packed: bool = False
) -> dict[str, str]:
    """What a gist holds of one session: out of a pack, by its name, else all that is there.

    Where it should be packed it must have a manifest, and be what that says. Raises LearnError.
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


def plan_of(files: Mapping[str, str]) -> str:
    """The URL of the plan issue whose materials a gist holds, '' if it does not say."""
    try:
        manifest = json.loads(unpacked([files[name] for name in sorted(files)])[packing.MANIFEST])
        return str(manifest['plan_url'])
    except (LearnError, ValueError, TypeError, KeyError, RecursionError):
        return ''


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
        raise LearnError(f'{output} can not be written ({error.strerror}); see why') from error


def _check(files: Mapping[str, str]) -> None:
    try:
        manifest = json.loads(files[packing.MANIFEST])
        number, entries = manifest['format'], manifest['files']
        said = {str(entry['name']): entry['sha256'] for entry in entries}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise LearnError('the manifest is damaged; fetch the materials again') from error
    if not isinstance(number, int) or number > packing.MANIFEST_FORMAT:
        raise LearnError(f'these materials have format {number}; update learn-hook to read them')
    there = {name: _sha256(text) for name, text in files.items() if name != packing.MANIFEST}
    if there != said:
        wrong = sorted(name for name in {*there, *said} if there.get(name) != said.get(name))
        raise LearnError(
            f'{len(wrong)} files are not what the manifest says, {wrong[0]!r} first; '
            'fetch the materials again'
        )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
