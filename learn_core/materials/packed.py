"""The packed format: many files as one text, and back.

For every file: a line of 60 `=`, a line `FILE: <name>`, a line of 60 `=`, the content, a newline
and an empty line. erk's reader walks over `splitlines()` and toggles "in header" at every line that
stripped is 60 `=`. So a stretch of content between two line breaks that stripped is any number of
`\\` and 60 `=` gets one `\\` more when it is packed, and loses it when it is unpacked.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MANIFEST = 'manifest.json'
OVERVIEW = 'overview.md'
FORMATS = (1, 2)  # 1 escapes lines between newlines that are nothing but `\` and 60 `=`
PART_BYTES = 900_000

_RULE = '=' * 60
_BREAKS = '\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029'  # where str.splitlines splits
_SPACE = rf'[^\S{_BREAKS}]*'
_STRETCH = rf'(?:(?<=[{_BREAKS}])|\A)({_SPACE})%s(?=\\*={{60}}{_SPACE}(?:[{_BREAKS}]|\Z))'
_ESCAPE = {1: re.compile(r'^()(?=\\*={60}\r?$)', re.MULTILINE), 2: re.compile(_STRETCH % '')}
_UNESCAPE = {
    1: re.compile(r'^()\\(?=\\*={60}\r?$)', re.MULTILINE),
    2: re.compile(_STRETCH % r'\\'),
}
_HEADER = re.compile(rf'^{_RULE}\nFILE: ([^\n]*)\n{_RULE}(?:\n|\Z)', re.MULTILINE)
_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]{0,149}')
_DEVICE = re.compile(r'(con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])(\..*)?', re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Packed:
    """What one run sends. `digest` tells whether the materials are the same as earlier ones;
    `sha256` is over the very bytes that are sent.
    """

    parts: tuple[str, ...]
    files: Mapping[str, str]
    digest: str
    sha256: str

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(len(part.encode()) for part in self.parts)


def pack(files: Mapping[str, str], *, part_bytes: int = PART_BYTES) -> Packed:
    """All files, sorted by name, as parts of at most `part_bytes` bytes.

    A file is never split: one that is larger gets a part of its own. Raises LearnError for a name
    that an unpacker would refuse.
    """
    parts: list[str] = []
    size = part_bytes
    for name in checked_names(sorted(files)):
        piece = f'{_RULE}\nFILE: {name}\n{_RULE}\n{_escaped(files[name], FORMATS[-1])}\n\n'
        length = len(piece.encode())
        if size + length > part_bytes:
            parts.append('')
            size = 0
        parts[-1] += piece
        size += length
    return packed_of(parts, files)


def packed_of(parts: Iterable[str], files: Mapping[str, str]) -> Packed:
    """Parts with the files that are in them."""
    parts = tuple(parts)
    whole = hashlib.sha256(''.join(parts).encode()).hexdigest()
    return Packed(parts=parts, files=files, digest=materials_digest(files), sha256=whole)


def format_of(files: Mapping[str, str]) -> int:
    """The `format` for a manifest: 2 only where an escape is used that format 1 does not know."""
    texts = files.values()
    return next(
        n for n in FORMATS if all(_escaped(t, n) == _escaped(t, FORMATS[-1]) for t in texts)
    )


def raw_files(text: str) -> list[tuple[str, str]]:
    """Name and content, still escaped, of each file in a packed text, which is taken as hostile.

    The content keeps its final newline: ours ends with one, the last of a pack of erk's may not.
    Raises LearnError for a text that is not packed, and for a name that is no plain file name.
    """
    try:
        text.encode()  # JSON can spell half of a character
    except UnicodeEncodeError:
        raise LearnError(
            'this packed text is damaged: no file can hold it; fetch it again'
        ) from None
    if not text.startswith(f'{_RULE}\n') and text != _RULE:
        raise LearnError('this is not a packed text: it has no header; check its source')
    headers = list(_HEADER.finditer(text))
    if not headers or headers[0].start():
        raise LearnError('this packed text is damaged: a header is incomplete; fetch it again')
    ends = [header.start() for header in headers[1:]] + [len(text)]
    names = checked_names(header[1] for header in headers)
    contents = (
        text[header.end() : end].removesuffix('\n')
        for header, end in zip(headers, ends, strict=True)
    )
    return list(zip(names, contents, strict=True))


def content_of(raw: str, format_number: int) -> str:
    """The content of a file that a pack of ours holds. Raises LearnError if it is cut off."""
    if not raw.endswith('\n'):
        raise LearnError('this packed text is cut off; fetch it again')
    return _UNESCAPE[format_number].sub(r'\1', raw[:-1])


def checked_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names as given, if each is a plain file name on every system and none comes twice.

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
    """The names of a gist's files: one, and `-part2`, `-part3`, … if there are more parts."""
    name = f'learn-materials-plan-{issue}'
    return [f'{name}.txt', *(f'{name}-part{part}.txt' for part in range(2, count + 1))][:count]


def materials_digest(files: Mapping[str, str]) -> str:
    """SHA-256 in hex over names and contents of all files but manifest and overview, and over what
    the manifest says of the branch: its `head` and whether it was `merged`.
    """
    digest = hashlib.sha256()
    for name in sorted(files.keys() - {MANIFEST, OVERVIEW}):
        content = files[name].encode()
        digest.update(f'{name}\n{len(content)}\n'.encode() + content)
    try:
        facts = json.loads(files.get(MANIFEST, ''))
    except (ValueError, RecursionError):
        facts = None
    state = [facts.get('head'), facts.get('merged')] if isinstance(facts, dict) else []
    digest.update(json.dumps(state).encode() if any(state) else b'')
    return digest.hexdigest()


def _escaped(text: str, format_number: int) -> str:
    return _ESCAPE[format_number].sub(r'\1\\', text) if _RULE in text else text
