"""Materials as one commit without a parent, on `refs/learn-hook/plans/<number>/<machine>` of the
workflow's repository. Who can read the repository can read them; no ordinary clone fetches them.

Objects are named by their content and author and date are fixed, so a repeated upload makes nothing
new. Format: GitHub's Git database API, https://docs.github.com/rest/git.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from learn_core.errors import LearnError, NotFoundError
from learn_core.github.http.answers import get_in, incomplete, number, objects, text
from learn_core.github.store.stored import (
    MOST_BYTES,
    MOST_FILES,
    REFS,
    Stored,
    description_of,
    files_of,
)

if TYPE_CHECKING:
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
    """The refs of one machine, a word of letters and digits, in one repository. All methods raise
    LearnError.
    """

    kind = 'ref'

    def __init__(self, client: Client, code: Address, machine: str) -> None:
        self._client = client
        self._code = code
        self._machine = machine
        self.said = f'to a ref of {code.full_name}'
        self.home = f'https://{code.host}/{code.full_name}'

    def put(self, issue: int, packed: Packed, _: str | None = None) -> Stored:
        """The materials on the plan's ref, which is made or moved; UnsureError where it may have
        been made.
        """
        doing = f'write the materials of plan #{issue} into {self._code.full_name}'
        entries = []
        for name, content in files_of(issue, packed).items():
            entry = {'path': name, 'mode': '100644', 'type': 'blob', 'content': content}
            if len(content.encode()) > _MOST_INLINE:
                blob = {'content': entry.pop('content'), 'encoding': 'utf-8'}
                entry['sha'] = self._sha('create_blob', doing, **blob)
            entries.append(entry)
        commit = self._sha(
            'create_commit',
            doing,
            message=description_of(issue),
            tree=self._sha('create_tree', doing, tree=entries),
            parents=[],
            author=_AUTHOR,
            committer=_AUTHOR,
        )
        ref = self._ref(issue)
        known = self._commit_of(ref, doing)
        if known is None:
            self._rest('create_ref', doing, ref=ref, sha=commit)
        elif known != commit:
            name = ref.removeprefix(REFS)
            self._rest('update_ref', doing, ref=name, sha=commit, force=True)
        return self._stored(ref, commit)

    def find(self, issue: int, packed: Packed) -> Stored | None:
        """The plan's ref if it holds these very materials: an upload whose answer was lost."""
        doing = f'look for the materials of plan #{issue} in {self._code.full_name}'
        ref = self._ref(issue)
        commit = self._commit_of(ref, doing)
        if commit is None:
            return None
        stored = self._stored(ref, commit)
        return stored if self.fetch(stored.id) == files_of(issue, packed) else None

    def fetch(self, where: str) -> dict[str, str]:
        """The files of `<ref>@<sha>`, which is a stranger's word."""
        doing = f'read the materials in {self._code.full_name}'
        ref, _, commit = where.partition('@')
        if not _REF.fullmatch(ref) or not _SHA.fullmatch(commit):
            raise LearnError(f'{where[:100]!r} is not <ref>@<commit>; check materials_ref')
        answer = self._rest('get_commit', doing, commit_sha=commit)
        tree = _checked(text(answer, 'tree', 'sha'), doing)
        answer = self._rest('get_tree', doing, tree_sha=tree)
        entries = objects(answer, 'tree')
        if get_in(answer, 'truncated') is True or len(entries) > MOST_FILES:
            raise LearnError(f'cannot {doing}: there are more than {MOST_FILES} files')
        if sum(number(entry, 'size') or 0 for entry in entries) > MOST_BYTES:
            raise LearnError(f'cannot {doing}: they are more than {MOST_BYTES:,} bytes')
        return {
            text(entry, 'path') or '': self._blob(_checked(text(entry, 'sha'), doing), doing)
            for entry in entries
            if text(entry, 'type') == 'blob'
        }

    def delete(self, ref: str, /) -> bool:
        """Deletes the ref; False if it was gone. GitHub keeps unreachable objects for a while."""
        doing = f'delete {ref} of {self._code.full_name}'
        if self._commit_of(ref, doing) is None:
            return False
        try:
            self._rest('delete_ref', doing, ref=ref.removeprefix(REFS))
        except LearnError:
            if self._commit_of(ref, doing) is None:  # while we asked
                return False
            raise
        return True

    def _rest(self, operation: str, doing: str, **arguments: object) -> object:
        return self._client.rest(f'git.{operation}', doing, **self._code.place, **arguments)

    def _sha(self, operation: str, doing: str, **arguments: object) -> str:
        """The name of an object that is made, or was there already."""
        return _checked(text(self._rest(operation, doing, **arguments), 'sha'), doing)

    def _ref(self, issue: int) -> str:
        return f'{_PREFIX}/{issue:d}/{self._machine}'

    def _stored(self, ref: str, commit: str) -> Stored:
        return Stored(id=f'{ref}@{commit}', url=f'{self.home}/commit/{commit}')

    def _commit_of(self, ref: str, doing: str) -> str | None:
        try:
            answer = self._rest('get_ref', doing, ref=ref.removeprefix(REFS))
        except NotFoundError:
            return None
        return _checked(text(answer, 'object', 'sha'), doing)

    def _blob(self, sha: str, doing: str) -> str:
        answer = self._rest('get_blob', doing, file_sha=sha)
        try:
            content = base64.b64decode(text(answer, 'content') or '')
        except binascii.Error:
            raise incomplete(doing) from None
        return content.decode('utf-8', 'replace')


def _checked(sha: str | None, doing: str) -> str:
    if sha is None or not _SHA.fullmatch(sha):
        raise incomplete(doing)
    return sha
