"""Every test is sealed: its own home, no token, no network but 127.0.0.1; GitHub is a stand-in."""

from __future__ import annotations

import os
import socket
import subprocess
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from learn_demo import StandIn
from tests.conformance import check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# what is read takes as long as it takes: speed is not checked by a test
hypothesis.settings.register_profile('house', deadline=None)
hypothesis.settings.load_profile('house')

TOKEN = 'hub-token'
FETCH_URL = 'https://github.com/acme/widgets.git'

_STRANGERS = (
    *('GH_', 'GIT_', 'GITHUB_', 'GHAPI', 'LEARN_HOOK', 'PRE_COMMIT', 'XDG_'),
    *('CLAUDE', 'CODEX_', 'COPILOT_', 'OPENCODE'),
)
_MORE_STRANGERS = (
    *('CI', 'PYTHONPATH', 'PYTHONSTARTUP', 'VISUAL', 'ALL_PROXY', 'all_proxy'),
    *('AI_AGENT', 'CURSOR_AGENT', 'GEMINI_CLI'),
)
_NOBODY = 'http://127.0.0.1:9'  # the port `discard`, where nothing listens
_MOMENT = '2026-01-05T10:00:00Z'

_SEALED = {
    'GIT_CONFIG_GLOBAL': os.devnull,
    'GIT_CONFIG_SYSTEM': os.devnull,
    'GIT_CONFIG_NOSYSTEM': '1',
    'GIT_TERMINAL_PROMPT': '0',
    'GIT_AUTHOR_NAME': 'Ann',
    'GIT_AUTHOR_EMAIL': 'ann@example.com',
    'GIT_AUTHOR_DATE': _MOMENT,
    'GIT_COMMITTER_NAME': 'Ann',
    'GIT_COMMITTER_EMAIL': 'ann@example.com',
    'GIT_COMMITTER_DATE': _MOMENT,
    'EDITOR': 'true',
    'GIT_EDITOR': 'true',
    'TZ': 'UTC',
    'LANG': 'C.UTF-8',
    'LC_ALL': 'C.UTF-8',
    'http_proxy': _NOBODY,
    'https_proxy': _NOBODY,
    'HTTP_PROXY': _NOBODY,
    'HTTPS_PROXY': _NOBODY,
    'no_proxy': '127.0.0.1,localhost',
    'NO_PROXY': '127.0.0.1,localhost',
}


@pytest.fixture(scope='session')
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests: the scanner compiles its rules into it once."""
    return tmp_path_factory.mktemp('cache')


@pytest.fixture(autouse=True)
def hermetic_seal(
    tmp_path_factory: pytest.TempPathFactory, cache_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in os.environ:
        if name.startswith(_STRANGERS) or name in _MORE_STRANGERS:
            monkeypatch.delenv(name)
    for name, value in _SEALED.items():
        monkeypatch.setenv(name, value)
    home = tmp_path_factory.mktemp('home')
    monkeypatch.setenv('HOME', str(home))
    monkeypatch.setenv('XDG_CONFIG_HOME', str(home / '.config'))
    monkeypatch.setenv('XDG_DATA_HOME', str(home / '.local' / 'share'))
    monkeypatch.setenv('XDG_STATE_HOME', str(home / '.local' / 'state'))
    monkeypatch.setenv('XDG_CACHE_HOME', str(cache_home))
    monkeypatch.setattr(socket.socket, 'connect', _connect_here_only)


_connect = socket.socket.connect


def _connect_here_only(self: socket.socket, address: Any) -> None:
    if self.family != socket.AF_UNIX and address[0] != '127.0.0.1':
        raise PermissionError(f'a test reaches out for {address}')
    _connect(self, address)


@pytest.fixture
def hub() -> Iterator[StandIn]:
    """A started stand-in GitHub; in the end all that it was asked is held against GitHub's own
    description, and a request that GitHub would not take fails the test.
    """
    with StandIn.started() as started:
        started.tokens[TOKEN] = {'login': 'ann', 'scopes': {'repo', 'gist', 'workflow'}}
        yield started
    assert started.crashes == []
    for exchange in started.requests:
        check(exchange)


@pytest.fixture
def environ_of_hub(hub: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """The environment that sends everything to the stand-in, child processes' requests too."""
    monkeypatch.setenv('GH_TOKEN', TOKEN)
    monkeypatch.setenv('GITHUB_API_URL', hub.url)
    return hub


def git(*words: str, cwd: Path) -> str:
    """What git says; a failure is an error with all of its words."""
    done = subprocess.run(
        ('git', *words), cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, f'git {words}: {done.stdout}{done.stderr}'
    return done.stdout.strip()


def commit(folder: Path, name: str = 'a.txt', text: str = 'a\n') -> str:
    """Writes a file, commits it, gives the commit's sha."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding='utf-8')
    git('add', '--', name, cwd=folder)
    git('commit', '-q', '-m', f'Add {name}', cwd=folder)
    return git('rev-parse', 'HEAD', cwd=folder)


@pytest.fixture
def repository(tmp_path: Path) -> Callable[..., Path]:
    """Makes repositories: branch master with a commit that `origin` has as well.

    The folder's name has a space and a letter outside ASCII; `origin` says GitHub where it is
    fetched from, while pushes land in a bare repository beside it.
    """

    def make(name: str = 'mein gerät', *, fetch_url: str = FETCH_URL) -> Path:
        folder, bare = tmp_path / name, tmp_path / f'{name}.git'
        git('init', '-q', '--bare', '-b', 'master', str(bare), cwd=tmp_path)
        git('init', '-q', '-b', 'master', str(folder), cwd=tmp_path)
        git('remote', 'add', 'origin', fetch_url, cwd=folder)
        git('remote', 'set-url', '--push', 'origin', str(bare), cwd=folder)
        commit(folder)
        git('push', '-q', '-u', 'origin', 'master', cwd=folder)
        return folder

    return make
