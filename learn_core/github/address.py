"""From a remote's URL to a repository on a GitHub server, its two API bases and its token."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from learn_core.errors import LearnError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_GITHUB = 'github.com'
_RESIDENCY = '.ghe.com'
_SAME_HOST = {'ssh.github.com': _GITHUB, 'www.github.com': _GITHUB}

_SCHEMES = ('https', 'http', 'ssh', 'git', 'git+ssh', 'ssh+git')
_WEB_PORTS = {'https': 443, 'http': 80}
_SCP = re.compile(r'(?:[^@:/]+@)?(?P<host>[^@:/]{2,}):(?P<path>.+)')
_HOST = re.compile(r'(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d+)?')
_NAME = re.compile(r'[A-Za-z0-9._-]+')

# gist.github.com is GitHub's, but its repositories have no issues
_OTHER_FORGE = re.compile(
    r'(?:.*\.)?(?:gist\.github\.com|bitbucket\.org|codeberg\.org|dev\.azure\.com|sr\.ht|gitea\.com'
    r'|visualstudio\.com|gitee\.com|sourceforge\.net|huggingface\.co|googlesource\.com'
    r'|amazonaws\.com|(?:gitlab|bitbucket|gitea|forgejo).*)'
)


@dataclass(frozen=True, kw_only=True)
class Address:
    """A repository on a GitHub server.

    `host` has a port only if the server's pages do. `rest` and `graphql` end without a slash;
    `chosen` says that the person named the API base.
    """

    host: str
    owner: str
    repo: str
    rest: str
    graphql: str
    chosen: bool = False

    @property
    def full_name(self) -> str:
        """`owner/repo`."""
        return f'{self.owner}/{self.repo}'

    @property
    def place(self) -> dict[str, str]:
        """The arguments by which every request names a repository."""
        return {'owner': self.owner, 'repo': self.repo}


def parse_remote(url: str) -> tuple[str, str, str] | None:
    """Host, owner and repo of a remote's URL; None for a path or anything but `owner/repo`."""
    if not url.isascii() or not url.isprintable() or ' ' in url or '\\' in url:
        return None
    host, path = _host_and_path(url)
    names = _names(path.strip('/').removesuffix('.git'))
    return (_SAME_HOST.get(host, host), *names) if names and _HOST.fullmatch(host) else None


def without_alias(url: str, ask_ssh: Callable[[str], str | None]) -> str:
    """A remote's URL with the host that an alias of the ssh config stands for, else as it is.

    An alias is a host without a dot, or one that leads to GitHub's own: of any other name the ssh
    config may say an address at which no API answers. `ask_ssh` says what is behind a host.
    """
    scheme, scheme_end, _ = url.partition('://')
    named = parse_remote(url)
    if named is None or (scheme_end and 'ssh' not in scheme.lower()):
        return url
    host, owner, repo = named
    if _is_public(host) or _OTHER_FORGE.fullmatch(hostname(host)):
        return url
    real = (ask_ssh(host) or '').lower().rstrip('.')
    real = _SAME_HOST.get(real, real)
    is_alias = _is_public(real) or ('.' not in host and '.' in real and not _is_number(real))
    return f'ssh://{real}/{owner}/{repo}' if is_alias else url


def address_of(url: str, *, api_url: str | None, graphql_url: str | None) -> Address | None:
    """The repository of a remote, None if that is on no GitHub server.

    `api_url` counts if it serves the remote's host, or is a stand-in on this machine; `graphql_url`
    counts if it is on the host of the REST base. Raises LearnError for a base that is no https URL
    (http: to this machine only).
    """
    named = parse_remote(url)
    if named is None or _OTHER_FORGE.fullmatch(hostname(named[0])):
        return None
    host, owner, repo = named
    asked = _base(api_url) if api_url else None
    chosen = asked is not None and _serves(asked, host)
    own = f'https://api.{host}' if _is_public(host) else f'https://{host}/api/v3'
    rest = asked if asked is not None and chosen else own
    graphql = _base(graphql_url) if graphql_url else None
    if graphql is None or hostname(graphql) != hostname(rest):
        graphql = re.sub(r'(?<=/api)/v3\Z', '', rest) + '/graphql'
    return Address(host=host, owner=owner, repo=repo, rest=rest, graphql=graphql, chosen=chosen)


def beside(address: Address, full_name: str) -> Address:
    """Another repository, `owner/name`, on the same server. Raises LearnError."""
    names = _names(full_name.strip())
    if names is None:
        raise LearnError(f'{full_name[:80]!r} is not a repository; write it as owner/name')
    return replace(address, owner=names[0], repo=names[1])


VARIABLES = ('GH_TOKEN', 'GITHUB_TOKEN', 'GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN')


class Token(str):
    """A token; `source` is the variable that it comes from, or `gh`."""

    source = ''

    @classmethod
    def of(cls, value: str | None, source: str) -> Token | None:
        """None for a blank, and for what a header cannot hold."""
        token = cls((value or '').strip())
        token.source = source
        fits = token.isascii() and token.isprintable() and ' ' not in token
        return token if token and fits else None


def token_for(
    address: Address, environ: Mapping[str, str], ask_gh: Callable[[str], str | None]
) -> Token | None:
    """The token that this server may see. `ask_gh` gives what `gh` keeps for a host.

    GH_TOKEN and GITHUB_TOKEN are for github.com, *.ghe.com and an API base that the person set.
    """
    names = []
    if address.chosen or _is_public(address.host):
        names += ['GH_TOKEN', 'GITHUB_TOKEN']
    if not _is_public(address.host) and environ.get('GH_HOST', '') in ('', address.host):
        names.append('GH_ENTERPRISE_TOKEN')
    tokens = (Token.of(environ.get(name), name) for name in names)
    first = next((token for token in tokens if token is not None), None)
    if first is not None or not _serves(address.rest, address.host, or_stand_in=False):
        return first  # what gh keeps for a host is not for a stand-in in that host's place
    return Token.of(ask_gh(address.host), 'gh')


def variable_for(host: str) -> str:
    """The variable that a token for this server belongs into."""
    return 'GH_TOKEN' if _is_public(host) else 'GH_ENTERPRISE_TOKEN'


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL: a token goes only where all three are the same.

    Raises ValueError if it is not a URL.
    """
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or '', parts.port or _WEB_PORTS.get(parts.scheme)


def hostname(url: str) -> str:
    """The host of a URL or of `host:port`, without the port."""
    return urlsplit(url if '://' in url else f'//{url}').hostname or ''


def is_loopback(name: str) -> bool:
    """Does this host name mean this machine?"""
    return name == 'localhost' or (_is_number(name) and ipaddress.ip_address(name).is_loopback)


def _host_and_path(url: str) -> tuple[str, str]:
    """Both empty if no host is named. A port counts only if it is that of the web pages."""
    if '://' not in url:
        match = _SCP.fullmatch(url)
        return (match['host'].lower(), match['path']) if match else ('', '')
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or '', parts.port
    except ValueError:
        return '', ''
    if parts.scheme not in _SCHEMES or parts.query or parts.fragment:
        return '', ''
    own_port = port is not None and port != _WEB_PORTS.get(parts.scheme, port)
    return _host(host, port if own_port else None), parts.path


def _names(path: str) -> tuple[str, str] | None:
    """Owner and repository in `owner/repo`."""
    owner, _, repo = path.partition('/')
    is_one = all(_NAME.fullmatch(name) and name not in ('.', '..') for name in (owner, repo))
    return (owner, repo) if is_one else None


def _is_number(host: str) -> bool:
    """Is it an address of the network?"""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(host: str) -> bool:
    return host == _GITHUB or host.endswith(_RESIDENCY)


def _base(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        name, port = parts.hostname or '', parts.port
    except ValueError:
        name, port = '', None
    if not name or parts.username is not None or parts.query or parts.fragment:
        raise LearnError('the API base is not a plain URL; set GITHUB_API_URL or learn-hook.apiUrl')
    if parts.scheme != 'https' and not (parts.scheme == 'http' and is_loopback(name)):
        raise LearnError(
            f'the API base {parts.scheme}://{name} would show the token; begin it with https://'
        )
    return f'{parts.scheme}://{_host(name, port)}{parts.path.rstrip("/")}'


def _host(name: str, port: int | None) -> str:
    host = f'[{name}]' if ':' in name else name
    return host if port is None else f'{host}:{port}'


def _serves(base: str, host: str, *, or_stand_in: bool = True) -> bool:
    name = hostname(base)
    return name.removeprefix('api.') == hostname(host) or (or_stand_in and is_loopback(name))
