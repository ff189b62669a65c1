"""Steps 2 and 5: the directory of a plan's materials, its manifest.

Only this module writes there, and it accepts only redacted text.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections import Counter
from importlib.metadata import version
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.materials import packed as packing
from learn_core.preprocess import make_overview

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from learn_core.materials.packed import Packed
    from learn_core.preprocess import Preprocessed, WorkState
    from learn_core.redact import Redacted, Redactor
    from learn_core.sessions.source import SessionSource

SCRATCH = '.erk/scratch'

_AGENT = re.compile(r'<meta agent="([\w-]{1,40})"')
_HEADER = 2_000  # characters


class Materials:
    """The directory that is filled for one plan, and what it contains so far."""

    def __init__(self, directory: Path, issue: int, redactor: Redactor) -> None:
        self.directory = directory
        self.issue = issue
        self.redactor = redactor
        self.sessions = 0
        self.comments = 0
        self.bytes_in = 0
        self.missing: list[dict[str, str]] = []
        self.left_out: Counter[str] = Counter()
        self.facts: dict[str, object] = {}
        self.work: dict[str, object] = {}
        self.origins: dict[str, str] = {}
        self._files: dict[str, str] = {}
        self._entries: list[dict[str, object]] = []

    def write(self, name: str, text: Redacted, **entry: object) -> None:
        """One file, and what its manifest says of it beside name, bytes and hash.

        Raises LearnError for a name that the materials cannot have.
        """
        self._write_all([(name, text, entry)])

    def add_session(self, source: SessionSource, *sessions: Preprocessed) -> None:
        """Writes all files of a session, or none; one without any is named as filtered.

        A session out of a gist comes in several pieces. What was secret in it is secret in
        everything that is written later. Raises LearnError as `write` does.
        """
        for session in sessions:
            self.redactor.learn(session.secrets)
        facts = {'session_id': source.session_id, 'kind': source.kind, 'why': source.why}
        files = []
        for chunk in (chunk for session in sessions for chunk in session.chunks):
            # the agent that the file names, wherever it was made
            agent = _AGENT.search(chunk.text[:_HEADER])
            about = {'tokens': chunk.tokens, 'agent': agent[1] if agent else '', **facts}
            files.append((chunk.name, chunk.text, about))
        self._write_all(files)
        for session in sessions:
            self.redactor.counts.update(session.redactions)
            self.left_out.update({**session.left_out, 'unreadable line': session.unreadable})
        if not files:
            self.report_missing(source.session_id, 'empty, a warm-up, or nothing new in it')
            return
        self.sessions += 1
        self.origins[source.session_id] = source.gist_url or ''
        self.bytes_in += sum(session.bytes_in for session in sessions)

    def holds(self, words: str) -> bool:
        """Whether a file contains these words."""
        return any(words in text for text in self._files.values())

    def add_state(self, state: WorkState) -> None:
        """The state of the work in the manifest, and the overview of the sessions' files."""
        self.work = state.facts()
        names = [str(entry['name']) for entry in self._entries if 'session_id' in entry]
        if names:
            files = [(name, self._files[name]) for name in names]
            text = self.redactor.text(make_overview(files, state))
            self.write(packing.OVERVIEW, text, kind='overview', why='sessions')

    def add_json(self, name: str, document: object, kind: str) -> None:
        """A JSON document, redacted by its decoded strings."""
        self.write(name, self.redactor.json(document), kind=kind, why='pull request')

    def report_missing(self, session_id: str, reason: str) -> None:
        """Records a session that is not in the materials, and why."""
        self.missing.append({'session_id': session_id, 'reason': reason})

    def pack(self) -> Packed:
        """All files with their manifest. Raises LearnError if there is nothing to send."""
        if not self.sessions and not self.comments:
            raise LearnError(
                f'plan #{self.issue} has neither a session on this machine nor a comment on its '
                'pull request; nothing was sent (learn-hook why says where it looked)'
            )
        manifest = {
            'format': packing.format_of(self._files),
            'learn_hook': version('learn-hook'),
            'issue': self.issue,
            'files': list(self._entries),
            'missing': self.missing,
            'left_out': dict(sorted((+self.left_out).items())),
            'redactions': dict(sorted(self.redactor.counts.items())),
            'work': self.work,
            **self.facts,
        }
        self.write(packing.MANIFEST, self.redactor.json(manifest, keep='sha256'))
        return packing.pack(self._files)

    def summary(self, packed: Packed) -> dict[str, object]:
        """A summary for a person: counts, names and sizes, no content."""
        return {
            'sessions': self.sessions,
            'files': len(packed.files),
            'tokens': sum(int(str(entry.get('tokens', 0))) for entry in self._entries),
            'bytes_in': self.bytes_in,
            'bytes': packed.size,
            'redactions': dict(sorted(self.redactor.counts.items())),
            'left_out': dict(sorted((+self.left_out).items())),
            'missing': self.missing,
            'origins': self.origins,
            'directory': str(self.directory),
            **self.facts,
        }

    def _write_all(self, files: Sequence[tuple[str, Redacted, Mapping[str, object]]]) -> None:
        """Several files with their manifest entries: all, or none."""
        names = packing.checked_names(name for name, _, _ in files)
        there = {name.lower() for name in self._files}
        for name in names:
            if name.lower() in there:
                raise LearnError(f'two files would be called {name!r}; the second was left out')
            if self.redactor.text(name) != name:
                raise LearnError('a file name holds what looks like a secret; it was left out')
        data = [text.encode('utf-8', 'replace') for _, text, _ in files]
        try:
            for name, content in zip(names, data, strict=True):
                (self.directory / name).write_bytes(content)
        except OSError:
            for name in names:
                (self.directory / name).unlink(missing_ok=True)
            raise
        for (name, _, entry), content in zip(files, data, strict=True):
            self._files[name] = content.decode()
            digest = hashlib.sha256(content).hexdigest()
            self._entries.append({'name': name, 'bytes': len(content), 'sha256': digest, **entry})


def fresh_materials(root: Path, issue: int, redactor: Redactor) -> Materials:
    """An empty `.erk/scratch/learn-<issue>` under the repo's root, which keeps itself out of git.

    A link is never followed: its target is not ours to clear. Raises LearnError.
    """
    folder = root / SCRATCH
    directory = folder / f'learn-{issue}'
    try:
        for place in (root / '.erk', folder, directory, folder / '.gitignore'):
            if place.is_symlink():
                raise LearnError(f'{place} is a link; remove it and try again')
        if directory.exists():
            shutil.rmtree(directory)
        directory.mkdir(parents=True)
        if not (folder / '.gitignore').exists():
            (folder / '.gitignore').write_text('*\n', encoding='utf-8')
    except OSError as error:
        raise LearnError(
            f'{directory} cannot be created again ({error.strerror}); clear it'
        ) from error
    return Materials(directory, issue, redactor)


def save_packed(packed: Packed, directory: Path, issue: int) -> list[str]:
    """Writes the exact bytes that will be sent, for a retry and a review; returns file names."""
    names = packing.part_names(issue, len(packed.parts))
    for name, part in zip(names, packed.parts, strict=True):
        with (directory / name).open('wb') as file:
            file.write(part.encode())
            file.flush()
            os.fsync(file.fileno())
    return names


def pack_directory(directory: Path) -> str:
    """The files of a directory as they are, as one text. Raises LearnError."""
    try:
        paths = sorted(directory.iterdir())
    except OSError as error:
        raise LearnError(
            f'{directory} cannot be read ({error.strerror}); name a directory'
        ) from error
    if not paths:
        raise LearnError(f'{directory} holds no files; name a directory that does')
    return ''.join(packing.pack({path.name: read_file(path) for path in paths}).parts)


def read_file(path: Path) -> str:
    """The text of a file that a person named. Raises LearnError."""
    try:
        if path.exists() and not path.is_file():
            raise LearnError(f'{path} is not a regular file; name a text file')
        return path.read_bytes().decode()
    except OSError as error:
        raise LearnError(f'{path} cannot be read ({error.strerror}); name a text file') from error
    except UnicodeDecodeError as error:
        raise LearnError(f'{path} is not UTF-8 text; name a text file') from error


def write_file(path: Path, text: str) -> Path:
    """Writes a text to the path that a person named, and creates its folders. Raises LearnError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode('utf-8', 'replace'))
    except OSError as error:
        raise LearnError(
            f'{path} cannot be written ({error.strerror}); name another place'
        ) from error
    return path
