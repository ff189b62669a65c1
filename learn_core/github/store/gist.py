"""Materials as one secret gist of the plan, which a later run updates. Anyone who has its URL can
read it. Format: https://docs.github.com/rest/gists.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from learn_core.errors import LearnError, NotFoundError, UnreachableError
from learn_core.github.address import hostname, is_loopback, origin
from learn_core.github.http.errors import UnsureError, incomplete
from learn_core.github.http.json import get_in, text
from learn_core.github.store.stored import Stored
from learn_core.materials.packed import part_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learn_core.github.address import Address
    from learn_core.github.http.client import Client
    from learn_core.materials.packed import Packed

MOST_BYTES = 50 * 1024 * 1024  # of a gist, written or read
MOST_FILE_BYTES = 10 * 1000 * 1000  # GitHub gives no larger file of a gist, whole or in part
MOST_FILES = 300  # GitHub lists no more of a gist
_OTHER_WAY = 'run `git config learn-hook.store ref`, which keeps materials in the repository'
_MOST_CANDIDATES = 5  # gists of one description that are read to find one

_ID = re.compile(r'[A-Za-z0-9]{1,64}')
# the owner may be left out, so a first name that can only be an id is one
_PATH = re.compile(
    r'(?:/gist(?:-raw)?)?(?:/(?![0-9a-f]{20,}(?:/|$))[A-Za-z0-9_-]+)?/(?P<id>[A-Za-z0-9]{1,64})'
    r'(?:/(?:raw|[0-9a-f]{40})(?:/[^/]*)*|/)?'
)


class GistStore:
    """The secret gists of the token's owner."""

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
        updated = update_gist(self._client, issue, packed, known) if known else None
        if updated is not None:
            return updated
        try:
            return create_gist(self._client, issue, packed)
        except UnsureError as unsure:
            try:
                made = self.find(issue, packed)
            except LearnError:
                made = None
            if made is None:
                raise unsure from None
            return made

    def find(self, issue: int, packed: Packed) -> Stored | None:
        """The owner's gist that holds these very materials: an upload whose answer was lost."""
        return own_gist(self._client, issue, packed)

    def fetch(self, where: str) -> dict[str, str]:
        """The files of a gist by its URL, which may come from anyone. Needs no token."""
        return read_gist(self._client, where)

    def delete(self, gist_id: str, /) -> bool:
        """Deletes the gist with all its revisions; False if it was gone."""
        return delete_gist(self._client, gist_id)


def description_of(issue: int) -> str:
    """What a gist with a plan's materials is called, and known by."""
    return f'Learn materials for plan #{issue}'


def create_gist(client: Client, issue: int, packed: Packed) -> Stored:
    """A new secret gist. Raises UnsureError if it may exist although no answer came, LearnError for
    materials that are too large to be read back.
    """
    refuse_too_large(packed)
    doing = f'create the gist for plan #{issue}'
    try:
        answer = client.rest(
            'gists.create',
            doing,
            description=description_of(issue),
            public=False,
            files=_files(issue, packed),
        )
    except NotFoundError:
        raise LearnError(
            f'cannot {doing} (404): the token may not make gists; give it the scope `gist`, with '
            f'`gh auth refresh --scopes gist`, or {_OTHER_WAY}'
        ) from None
    except (UnsureError, UnreachableError):
        raise
    except LearnError as error:
        if '(403' not in str(error):
            raise
        raise LearnError(
            f'{error}; where gists are not allowed (for an account of an enterprise, whose login '
            f'ends in _<shortcode>, or on a server without them), {_OTHER_WAY}'
        ) from None
    return _gist(answer, doing)


def update_gist(client: Client, issue: int, packed: Packed, gist_id: str) -> Stored | None:
    """The same gist with these materials alone; None if it is gone or keeps parts of old ones."""
    doing = f'update the gist of plan #{issue}'
    if not _ID.fullmatch(gist_id):
        return None
    refuse_too_large(packed)
    files = _files(issue, packed)
    arguments = {'gist_id': gist_id, 'description': description_of(issue)}
    try:
        answer = client.rest('gists.update', doing, **arguments, files=files)
        stale = _part_names(answer, issue) - files.keys()
        if stale:
            # GitHub deletes a file that is given neither content nor name
            answer = client.rest(
                'gists.update', doing, **arguments, files={name: {} for name in stale}
            )
    except NotFoundError:
        return None
    return None if _part_names(answer, issue) - files.keys() else _gist(answer, doing)


def own_gist(client: Client, issue: int, packed: Packed) -> Stored | None:
    """The person's newest secret gist that holds exactly these materials.

    The description alone says too little: a plan of another repository may have the same number.
    """
    doing = f'look for the gist of plan #{issue}'
    wanted = {name: entry['content'] for name, entry in _files(issue, packed).items()}
    candidates = 0
    for item in client.pages('gists.list', doing):
        if text(item, 'description') == description_of(issue) and get_in(item, 'public') is False:
            gist = _gist(item, doing)
            if _part_names(item, issue) == wanted.keys() and _read(client, gist.id) == wanted:
                return gist
            candidates += 1
        if candidates == _MOST_CANDIDATES:
            break
    return None


def read_gist(client: Client, url: str) -> dict[str, str]:
    """The files of a gist by its URL, of 50 MB together at most.

    The URL comes from outside: only gists of this server are asked for. Raises LearnError.
    """
    return _read(client, gist_id_of(url, client.address))


def _read(client: Client, gist_id: str) -> dict[str, str]:
    doing = 'read the gist'
    answer = client.rest('gists.get', doing, gist_id=gist_id)
    if get_in(answer, 'truncated') is True:
        raise LearnError(f'cannot {doing}: it has more files than GitHub gives; split it')
    files: dict[str, str] = {}
    left = MOST_BYTES
    for name, entry in _entries(answer):
        content = _content(client, entry, doing, left)
        left -= len(content.encode('utf-8', 'surrogatepass'))
        if left < 0:
            raise LearnError(f'cannot {doing}: it holds more than 50 MB; make it smaller')
        files[name] = content
    return files


def delete_gist(client: Client, gist_id: str) -> bool:
    """Deletes it with all its revisions; False if it was gone. Raises LearnError.

    GitHub also answers 404 if the gist belongs to somebody else, so it is looked at then.
    """
    try:
        client.rest('gists.delete', 'delete the gist', gist_id=gist_id)
    except NotFoundError:
        if _is_there(client, gist_id):
            raise LearnError(
                'the gist is still there, and this token may not delete it; use a token of its '
                'owner with the scope `gist`'
            ) from None
        return False
    return True


def _is_there(client: Client, gist_id: str) -> bool:
    try:
        client.rest('gists.get', 'look for the gist', gist_id=gist_id)
    except NotFoundError:
        return False
    return True


def gist_id_of(url: str, address: Address) -> str:
    """The id in the URL of a gist or of its raw text. Raises LearnError for another server's."""
    match = None
    if _is_here(url, address, _page_hosts(address)):
        match = _PATH.fullmatch(urlsplit(url).path)
    if match is None:
        raise LearnError(f'{url[:100]!r} is not a gist of {address.host}; check the URL')
    return match['id']


def _page_hosts(address: Address) -> tuple[str, ...]:
    """The hosts of gists' pages and raw texts; a stand-in on this machine plays github.com.

    An Enterprise server has them in folders, or on subdomains.
    """
    public = address.host == 'github.com' or is_loopback(hostname(address.rest))
    if public:
        return ('gist.github.com', 'gist.githubusercontent.com')
    host = hostname(address.host)
    return (host, f'gist.{host}', f'gist-raw.{host}', f'raw.{host}')


def _is_here(url: str, address: Address, hosts: tuple[str, ...]) -> bool:
    """Is this a URL on one of these hosts, or on the stand-in on this machine?"""
    try:
        parts = urlsplit(url)
        scheme, host, port = origin(url)
        stand_in = is_loopback(host) and (scheme, host, port) == origin(address.rest)
    except ValueError:
        return False
    ports = (443, origin(f'https://{address.host}')[2])
    public = scheme == 'https' and host in hosts and port in ports
    return (public or stand_in) and parts.username is None


def _content(client: Client, entry: object, doing: str, left: int) -> str:
    """A file's text; one that GitHub cuts is read whole from its raw URL."""
    content, raw = text(entry, 'content'), text(entry, 'raw_url')
    if get_in(entry, 'truncated') is not True and content is not None:
        return content
    if raw is None:
        raise incomplete(doing)
    if not _is_here(raw, client.address, _page_hosts(client.address)):
        raise LearnError(
            f'cannot {doing}: it sends us to a strange host for a file; check the gist'
        )
    return client.fetch(raw, doing, most=left).decode('utf-8', 'replace')


def refuse_too_large(packed: Packed) -> None:
    """Raises LearnError before anything is sent."""
    largest = max((len(part.encode()) for part in packed.parts), default=0)
    if largest > MOST_FILE_BYTES:
        raise LearnError(
            f'one file of the materials has {largest:,} bytes, and GitHub gives no file of a gist '
            f'beyond {MOST_FILE_BYTES:,}; nothing was sent (learn-hook --dry-run says where it is)'
        )
    if packed.size > MOST_BYTES or len(packed.parts) > MOST_FILES:
        raise LearnError(
            f'the materials have {packed.size:,} bytes in {len(packed.parts)} files, and no more '
            f'than {MOST_BYTES:,} in {MOST_FILES} can be read out of a gist; nothing was sent'
        )


def _files(issue: int, packed: Packed) -> dict[str, dict[str, str]]:
    names = part_names(issue, len(packed.parts))
    return {name: {'content': part} for name, part in zip(names, packed.parts, strict=True)}


def _part_names(answer: object, issue: int) -> set[str]:
    """The files of a gist that are parts of the plan's materials."""
    ours = re.compile(rf'learn-materials-plan-{issue:d}(?:-part\d+)?\.txt')
    return {name for name, _ in _entries(answer) if ours.fullmatch(name)}


def _entries(answer: object) -> Iterator[tuple[str, object]]:
    files = get_in(answer, 'files')
    for name, entry in files.items() if isinstance(files, dict) else ():
        if isinstance(name, str) and isinstance(entry, dict):
            yield name, entry


def _gist(answer: object, doing: str) -> Stored:
    found, url = text(answer, 'id'), text(answer, 'html_url')
    if found is None or url is None or not _ID.fullmatch(found):
        raise incomplete(doing)
    return Stored(id=found, url=url)
