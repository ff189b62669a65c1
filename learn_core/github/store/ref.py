"""Materials as one commit without a parent, on `refs/learn-hook/plans/<number>/<machine>` of the
workflow's repository. Who can read the repository can read them; no ordinary clone fetches them.

Objects are named by their content and author and date are fixed, so a repeated upload makes nothing
new. Format: GitHub's Git database API, https://docs.github.com/rest/git.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING

from learn_core.errors import LearnError, NotFoundError
from learn_core.github.http.errors import incomplete
from learn_core.github.http.json import get_in, number, objects, text
from learn_core.github.store.gist import MOST_BYTES, MOST_FILES, refuse_too_large
from learn_core.github.store.stored import REFS, Stored
from learn_core.materials.packed import part_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learn_core.github.address import Address
    from learn_core.github.http.client import Client
    from learn_core.materials.packed import Packed

_PREFIX = f'{REFS}learn-hook/plans'
_REF = re.compile(rf'{_PREFIX}/[1-9][0-9]{{0,17}}/[a-z0-9]{{1,64}}')
_SHA = re.compile(r'[0-9a-f]{40}(?:[0-9a-f]{24})?')
_MOST_INLINE = 500_000  # bytes of a file within the request for the tree; a larger one is a blob
_AUTHOR = {
    'name': 'learn-hook',
    'email': 'learn-hook@users.noreply.github.com',
    'date': '2026-01-01T00:00:00Z',
}


class RefStore:
    """The refs of one machine in one repository; `machine` is a word of letters and digits."""

    kind = 'ref'

    def __init__(self, client: Client, code: Address, machine: str) -> None:
        self._client = client
        self._code = code
        self._machine = machine
        self.said = f'to a ref of {code.full_name}'
        self.home = f'https://{code.host}/{code.full_name}'
        self._place = {'owner': code.owner, 'repo': code.repo}

    def put(self, issue: int, packed: Packed, _: str | None = None) -> Stored:
        """The materials on the plan's ref, which is made or moved.

        Raises UnsureError where the ref may have been made, LearnError where GitHub refuses.
        """
        refuse_too_large(packed)
        doing = f'write the materials of plan #{issue} into {self._code.full_name}'
        tree = self._make('create_tree', doing, tree=self._entries(issue, packed, doing))
        commit = self._make(
            'create_commit',
            doing,
            message=f'Learn materials for plan #{issue}',
            tree=tree,
            parents=[],
            author=_AUTHOR,
            committer=_AUTHOR,
        )
        self._point(issue, commit, doing)
        return self._stored(self._ref(issue), commit)

    def find(self, issue: int, packed: Packed) -> Stored | None:
        """The plan's ref if it holds these very materials: an upload whose answer was lost."""
        doing = f'look for the materials of plan #{issue} in {self._code.full_name}'
        commit = self._commit_of(self._ref(issue), doing)
        if commit is None or self._tree_of(commit, doing) != _tree_id(_files(issue, packed)):
            return None
        return self._stored(self._ref(issue), commit)

    def fetch(self, where: str) -> dict[str, str]:
        """The files of `<ref>@<sha>`, which is a stranger's word. Raises LearnError."""
        doing = f'read the materials in {self._code.full_name}'
        ref, _, commit = where.partition('@')
        if not _REF.fullmatch(ref) or not _SHA.fullmatch(commit):
            raise LearnError(f'{where[:100]!r} is not <ref>@<commit>; check materials_ref')
        tree = self._tree_of(commit, doing)
        answer = self._client.rest('git.get_tree', doing, **self._place, tree_sha=tree)
        entries = objects(answer, 'tree')
        sizes = [number(entry, 'size') or 0 for entry in entries]
        if get_in(answer, 'truncated') is True or len(entries) > MOST_FILES:
            raise LearnError(f'cannot {doing}: there are more than {MOST_FILES} files')
        if sum(sizes) > MOST_BYTES:
            raise LearnError(f'cannot {doing}: they are more than {MOST_BYTES:,} bytes')
        return {
            text(entry, 'path') or '': self._blob(text(entry, 'sha') or '', doing)
            for entry in entries
            if text(entry, 'type') == 'blob'
        }

    def delete(self, ref: str, /) -> bool:
        """Deletes the ref; False if it was gone. GitHub keeps unreachable objects for a while."""
        doing = f'delete {ref} of {self._code.full_name}'
        if self._commit_of(ref, doing) is None:
            return False
        try:
            self._client.rest('git.delete_ref', doing, **self._place, ref=ref.removeprefix(REFS))
        except LearnError:
            if self._commit_of(ref, doing) is None:  # while we asked
                return False
            raise
        return True

    def _ref(self, issue: int) -> str:
        return f'{_PREFIX}/{issue:d}/{self._machine}'

    def _stored(self, ref: str, commit: str) -> Stored:
        return Stored(id=f'{ref}@{commit}', url=f'{self.home}/commit/{commit}')

    def _entries(self, issue: int, packed: Packed, doing: str) -> list[dict[str, str]]:
        entries = []
        for name, content in _files(issue, packed).items():
            entry = {'path': name, 'mode': '100644', 'type': 'blob'}
            if len(content.encode()) > _MOST_INLINE:
                blob = self._make('create_blob', doing, content=content, encoding='utf-8')
                entries.append({**entry, 'sha': blob})
            else:
                entries.append({**entry, 'content': content})
        return entries

    def _make(self, operation: str, doing: str, **arguments: object) -> str:
        """The name of an object that is made, or was there already."""
        answer = self._client.rest(f'git.{operation}', doing, **self._place, **arguments)
        return _sha(text(answer, 'sha'), doing)

    def _point(self, issue: int, commit: str, doing: str) -> None:
        """The plan's ref leads to this commit from now on."""
        ref = self._ref(issue)
        known = self._commit_of(ref, doing)
        if known is None:
            self._client.rest('git.create_ref', doing, **self._place, ref=ref, sha=commit)
        elif known != commit:
            self._client.rest(
                'git.update_ref',
                doing,
                **self._place,
                ref=ref.removeprefix(REFS),
                sha=commit,
                force=True,
            )

    def _commit_of(self, ref: str, doing: str) -> str | None:
        try:
            name = ref.removeprefix(REFS)
            answer = self._client.rest('git.get_ref', doing, **self._place, ref=name)
        except NotFoundError:
            return None
        return _sha(text(answer, 'object', 'sha'), doing)

    def _tree_of(self, commit: str, doing: str) -> str:
        answer = self._client.rest('git.get_commit', doing, **self._place, commit_sha=commit)
        return _sha(text(answer, 'tree', 'sha'), doing)

    def _blob(self, sha: str, doing: str) -> str:
        answer = self._client.rest('git.get_blob', doing, **self._place, file_sha=_sha(sha, doing))
        try:
            content = base64.b64decode(text(answer, 'content') or '')
        except binascii.Error:
            raise incomplete(doing) from None
        return content.decode('utf-8', 'replace')


def _sha(word: str | None, doing: str) -> str:
    if word is None or not _SHA.fullmatch(word):
        raise incomplete(doing)
    return word


def _files(issue: int, packed: Packed) -> Mapping[str, str]:
    return dict(zip(part_names(issue, len(packed.parts)), packed.parts, strict=True))


def _tree_id(files: Mapping[str, str]) -> str:
    """The name that git gives a folder of these files."""
    entries = b''.join(
        f'100644 {name}\0'.encode() + _object_id('blob', files[name].encode())
        for name in sorted(files)
    )
    return _object_id('tree', entries).hex()


def _object_id(kind: str, content: bytes) -> bytes:
    header = f'{kind} {len(content)}\0'.encode()
    return hashlib.sha1(header + content, usedforsecurity=False).digest()
