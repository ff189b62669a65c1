"""Materials as one secret gist of the plan, which a later run updates. Anyone who has its URL can
read it. Format: https://docs.github.com/rest/gists.
"""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from learn_core.errors import LearnError, NotFoundError, UnreachableError
from learn_core.github.address import hostname, is_loopback, origin
from learn_core.github.http.answers import UnsureError, get_in, incomplete, text
from learn_core.github.store.stored import MOST_BYTES, Stored, description_of, files_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learn_core.github.address import Address
    from learn_core.github.http.client import Client
    from learn_core.materials.packed import Packed

_OTHER_WAY = 'run `git config learn-hook.store ref`, which keeps materials in the repository'
_MOST_CANDIDATES = 5  # gists of one description that are read to find one

_ID = re.compile(r'[A-Za-z0-9]{1,64}')
# the owner may be left out, so a first name that can only be an id is one
_PATH = re.compile(
    r'(?:/gist(?:-raw)?)?(?:/(?![0-9a-f]{20,}(?:/|$))[A-Za-z0-9_-]+)?/(?P<id>[A-Za-z0-9]{1,64})'
    r'(?:/(?:raw|[0-9a-f]{40})(?:/[^/]*)*|/)?'
)


class GistStore:
    """The secret gists of the token's owner. All methods raise LearnError."""

    kind = 'gist'
    said = 'as a secret gist'
    home = ''

    def __init__(self, client: Client) -> None:
        self._client = client

    def put(self, issue: int, packed: Packed, known: str | None = None) -> Stored:
        """The materials in the gist `known` if it is still there, else in a new one.

        A gist whose creation was not confirmed is looked for, never made again; UnsureError if it
        is not found.
        """
        files = files_of(issue, packed)
        updated = self._update(issue, files, known) if known and _ID.fullmatch(known) else None
        if updated is not None:
            return updated
        try:
            return self._create(issue, files)
        except UnsureError as unsure:
            made = None
            with suppress(LearnError):
                made = self.find(issue, packed)
            if made is None:
                raise unsure from None
            return made

    def find(self, issue: int, packed: Packed) -> Stored | None:
        """The owner's newest secret gist that holds exactly these materials: an upload whose answer
        was lost.

        The description alone says too little: a plan of another repository may have the number.
        """
        doing = f'look for the gist of plan #{issue}'
        wanted = files_of(issue, packed)
        about = {'description': description_of(issue), 'public': False}
        gists = self._client.pages('gists.list', doing)
        ours = (one for one in gists if all(get_in(one, key) == about[key] for key in about))
        for item in islice(ours, _MOST_CANDIDATES):
            gist = _stored(item, doing)
            if _part_names(item, issue) == wanted.keys() and self._read(gist.id) == wanted:
                return gist
        return None

    def fetch(self, where: str) -> dict[str, str]:
        """The files of a gist by its URL, which may come from anyone: only gists of this server are
        asked for, of 50 MB at most. Needs no token.
        """
        return self._read(gist_id_of(where, self._client.address))

    def delete(self, gist_id: str, /) -> bool:
        """Deletes the gist with all its revisions; False if it was gone."""
        with suppress(NotFoundError):  # it is gone, or somebody else's
            self._client.rest('gists.delete', 'delete the gist', gist_id=gist_id)
            return True
        try:
            self._client.rest('gists.get', 'look for the gist', gist_id=gist_id)
        except NotFoundError:
            return False
        raise LearnError(
            'the gist is still there, and this token may not delete it; use a token of its owner '
            'with the scope `gist`'
        )

    def _create(self, issue: int, files: Mapping[str, str]) -> Stored:
        """Raises UnsureError if it may have been made although no answer came."""
        doing = f'create the gist for plan #{issue}'
        about = {'description': description_of(issue), 'public': False, 'files': _contents(files)}
        try:
            answer = self._client.rest('gists.create', doing, **about)
        except NotFoundError:
            raise LearnError(
                f'cannot {doing} (404): the token may not make gists; give it the scope `gist`, '
                f'with `gh auth refresh --scopes gist`, or {_OTHER_WAY}'
            ) from None
        except LearnError as error:
            if isinstance(error, UnreachableError) or '(403' not in str(error):
                raise
            raise LearnError(
                f'{error}; where gists are not allowed (for an account of an enterprise, whose '
                f'login ends in _<shortcode>, or on a server without them), {_OTHER_WAY}'
            ) from None
        return _stored(answer, doing)

    def _update(self, issue: int, files: Mapping[str, str], gist_id: str) -> Stored | None:
        """The gist with these materials alone; None if it is gone or keeps parts of old ones."""
        doing = f'update the gist of plan #{issue}'
        about = {'gist_id': gist_id, 'description': description_of(issue)}
        rest = self._client.rest
        try:
            answer = rest('gists.update', doing, **about, files=_contents(files))
            stale = _part_names(answer, issue) - files.keys()
            if stale:
                # GitHub deletes a file that is given neither content nor name
                gone: dict[str, object] = {name: {} for name in stale}
                answer = rest('gists.update', doing, **about, files=gone)
        except NotFoundError:
            return None
        return None if _part_names(answer, issue) - files.keys() else _stored(answer, doing)

    def _read(self, gist_id: str) -> dict[str, str]:
        doing = 'read the gist'
        answer = self._client.rest('gists.get', doing, gist_id=gist_id)
        if get_in(answer, 'truncated') is True:
            raise LearnError(f'cannot {doing}: it has more files than GitHub gives; split it')
        files: dict[str, str] = {}
        left = MOST_BYTES
        for name, entry in _entries(answer).items():
            content = self._content(entry, doing, left)
            left -= len(content.encode('utf-8', 'surrogatepass'))
            if left < 0:
                raise LearnError(f'cannot {doing}: it holds more than 50 MB; make it smaller')
            files[name] = content
        return files

    def _content(self, entry: object, doing: str, left: int) -> str:
        """A file's text; one that GitHub cuts is read whole from its raw URL."""
        content, raw = text(entry, 'content'), text(entry, 'raw_url')
        if get_in(entry, 'truncated') is not True and content is not None:
            return content
        if raw is None:
            raise incomplete(doing)
        if not _is_here(raw, self._client.address):
            raise LearnError(
                f'cannot {doing}: it sends us to a strange host for a file; check the gist'
            )
        return self._client.fetch(raw, doing, most=left).decode('utf-8', 'replace')


def gist_id_of(url: str, address: Address) -> str:
    """The id in the URL of a gist or of its raw text. Raises LearnError for another server's."""
    match = _PATH.fullmatch(urlsplit(url).path) if _is_here(url, address) else None
    if match is None:
        raise LearnError(f'{url[:100]!r} is not a gist of {address.host}; check the URL')
    return match['id']


def _is_here(url: str, address: Address) -> bool:
    """Is it where the server has gists' pages and raw texts, or on a stand-in on this machine?

    An Enterprise server has them in folders, or on subdomains; a stand-in plays github.com.
    """
    host = hostname(address.host)
    hosts = [host, f'gist.{host}', f'gist-raw.{host}', f'raw.{host}']
    if host == 'github.com' or is_loopback(hostname(address.rest)):
        hosts = ['gist.github.com', 'gist.githubusercontent.com']
    try:
        scheme, named, port = origin(url)
        is_stand_in = is_loopback(named) and (scheme, named, port) == origin(address.rest)
    except ValueError:
        return False
    ports = (443, origin(f'https://{address.host}')[2])
    is_public = scheme == 'https' and named in hosts and port in ports
    return (is_public or is_stand_in) and urlsplit(url).username is None


def _contents(files: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {'content': content} for name, content in files.items()}


def _entries(answer: object) -> dict[str, object]:
    files = get_in(answer, 'files')
    found = files.items() if isinstance(files, dict) else ()
    return {name: entry for name, entry in found if isinstance(entry, dict)}


def _part_names(answer: object, issue: int) -> set[str]:
    """The files of a gist that are parts of the plan's materials."""
    ours = re.compile(rf'learn-materials-plan-{issue:d}(?:-part\d+)?\.txt')
    return set(filter(ours.fullmatch, _entries(answer)))


def _stored(answer: object, doing: str) -> Stored:
    found, url = text(answer, 'id'), text(answer, 'html_url')
    if found is None or url is None or not _ID.fullmatch(found):
        raise incomplete(doing)
    return Stored(id=found, url=url)
