"""The packed format: many files as one text, and back.

For every file: a line of 60 `=`, a line `FILE: <name>`, a line of 60 `=`, the content as it is, a
newline and an empty line. A reader walks over the lines and lets a line of 60 `=` toggle "in
header"; so a content line of any number of `\\` and 60 `=` gets one `\\` more when it is packed,
and loses it when it is unpacked.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MANIFEST = 'manifest.json'
MANIFEST_FORMAT = 1
PART_BYTES = 900_000

_CUT_OFF = 'this packed text is cut off; fetch it again'
_RULE = '=' * 60
_ESCAPE = re.compile(r'^(?=\\*={60}\r?$)', re.MULTILINE)
_UNESCAPE = re.compile(r'^\\(?=\\*={60}\r?$)', re.MULTILINE)
_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]{0,149}')
_DEVICE = re.compile(r'(con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])(\..*)?', re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Packed:
    """What one run hands over. `digest` is over the materials but their manifest: are these the
    same? `sha256` is over the very bytes that are sent.
    """

    parts: tuple[str, ...]
    names: tuple[str, ...]
    digest: str
    sha256: str

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(len(part.encode()) for part in self.parts)


def pack(files: Mapping[str, str], *, part_bytes: int = PART_BYTES) -> Packed:
    """All files, sorted by name, as parts of at most `part_bytes` bytes.

    A file is never split: one that is larger stands alone. Raises LearnError for a name that an
    unpacker would refuse.
    """
    names = checked_names(sorted(files))
    parts: list[str] = []
    size = part_bytes
    for name in names:
        piece = _packed_file(name, files[name])
        length = len(piece.encode())
        if size + length > part_bytes:
            parts.append('')
            size = 0
        parts[-1] += piece
        size += length
    whole = hashlib.sha256(''.join(parts).encode()).hexdigest()
    return Packed(parts=tuple(parts), names=names, digest=materials_digest(files), sha256=whole)


def unpack(text: str) -> dict[str, str]:
    """The files in a packed text, which is taken as hostile.

    Raises LearnError for a text that is not packed, and for a name that is no plain file name.
    """
    lines = text.removesuffix('\n').split('\n')
    if not _is_writable(text):
        raise LearnError('this packed text is damaged, for no file can hold it; fetch it again')
    if lines[0] != _RULE:
        raise LearnError(
            'this is no packed text: it does not begin with a header; check its source'
        )
    starts = [at for at, line in enumerate(lines) if line == _RULE][::2]
    names, contents = [], []
    for start, end in zip(starts, [*starts[1:], len(lines)]):  # noqa: B905  (made equal here)
        name, content = _unpacked_file(lines[start:end])
        names.append(name)
        contents.append(content)
    return dict(zip(checked_names(names), contents))  # noqa: B905  (one each, above)


def checked_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names as they came, if each is a plain file name on every system and none comes twice.

    Raises LearnError.
    """
    seen: set[str] = set()
    names = tuple(names)
    for name in names:
        if not _NAME.fullmatch(name) or name.endswith('.') or _DEVICE.fullmatch(name):
            raise LearnError(f'refused the file name {name[:80]!r}; nothing was written')
        if name.lower() in seen:
            raise LearnError(f'refused two files of one name, {name!r}; nothing was written')
        seen.add(name.lower())
    return names


def is_packed(text: str) -> bool:
    """Does a text begin as a packed one does?"""
    return text.startswith(f'{_RULE}\nFILE: ')


def part_names(issue: int, count: int) -> list[str]:
    """The names of a gist's files: one, and `-part2`, `-part3`, … where it takes more."""
    name = f'learn-materials-plan-{issue}'
    return [f'{name}.txt', *(f'{name}-part{part}.txt' for part in range(2, count + 1))][:count]


def materials_digest(files: Mapping[str, str]) -> str:
    """SHA-256 in hex over names and contents of all files but the manifest."""
    digest = hashlib.sha256()
    for name in sorted(files):
        if name != MANIFEST:
            content = files[name].encode()
            digest.update(f'{name}\n{len(content)}\n'.encode() + content)
    return digest.hexdigest()


def _is_writable(text: str) -> bool:
    """JSON can spell half of a character, which is no text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _packed_file(name: str, content: str) -> str:
    escaped = _ESCAPE.sub(r'\\', content)
    return f'{_RULE}\nFILE: {name}\n{_RULE}\n{escaped}\n\n'


def _unpacked_file(lines: list[str]) -> tuple[str, str]:
    if len(lines) < 3 or not lines[1].startswith('FILE: ') or lines[2] != _RULE:
        raise LearnError('this packed text is damaged, for a header is incomplete; fetch it again')
    content = '\n'.join(lines[3:])
    if not content.endswith('\n'):
        raise LearnError(_CUT_OFF)
    return lines[1].removeprefix('FILE: '), _UNESCAPE.sub('', content[:-1])
